//! What an operation answers. The status comes from the contract; where it lists several for
//! success, an operation may choose.

use serde::Serialize;

use super::problem::Result;

/// The body of an answer.
#[derive(Debug)]
pub enum Content {
    /// No body.
    Empty,
    /// JSON text.
    Json(String),
    /// Anything else.
    File(File),
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// The status, where it is not the first that the contract lists for success.
    pub status: Option<u16>,
    /// The body.
    pub content: Content,
    /// Headers beyond the content type.
    pub headers: Vec<(http::HeaderName, String)>,
    /// How many seconds it takes by the clock of the world, until it is answered.
    pub seconds: u32,
}

impl Reply {
    /// The same with another status of success.
    #[must_use]
    pub fn with_status(self, status: u16) -> Reply {
        Reply { status: Some(status), ..self }
    }

    /// The same, answered after so many seconds by the clock of the world. What it did is done at
    /// once.
    #[must_use]
    pub fn after(self, seconds: u32) -> Reply {
        Reply { seconds, ..self }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with_header(mut self, name: http::HeaderName, value: String) -> Reply {
        self.headers.push((name, value));
        self
    }
}

/// Bytes of another media type than JSON.
#[derive(Debug)]
pub struct File {
    /// The media type.
    pub media: &'static str,
    /// The content.
    pub bytes: Vec<u8>,
}

/// A JSON array that the database already holds as text, so that it is neither parsed nor written
/// again.
#[derive(Debug)]
pub struct Rows(pub(super) String);

impl Rows {
    /// The whole list, as JSON text.
    pub fn into_text(self) -> String {
        self.0
    }

    /// The rows whose JSON texts are given.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Rows {
        let mut rows = String::from("[");
        for text in texts {
            rows.reserve(text.len() + 2);
            if rows.len() > 1 {
                rows.push(',');
            }
            rows.push_str(text);
        }
        rows.push(']');
        Rows(rows)
    }
}

/// A body that is one JSON value and not a list.
#[derive(Debug)]
pub struct Object<T>(pub T);

/// Sends the browser to another page.
#[derive(Debug)]
pub struct SeeOther(pub String);

/// Everything that an operation may return.
pub trait IntoReply {
    /// The answer.
    fn into_reply(self) -> Result<Reply>;
}

fn json(text: String) -> Result<Reply> {
    Ok(Content::Json(text).into())
}

impl From<Content> for Reply {
    fn from(content: Content) -> Reply {
        Reply { status: None, content, headers: Vec::new(), seconds: 0 }
    }
}

impl IntoReply for Reply {
    fn into_reply(self) -> Result<Reply> {
        Ok(self)
    }
}

impl IntoReply for () {
    fn into_reply(self) -> Result<Reply> {
        Ok(Content::Empty.into())
    }
}

impl IntoReply for SeeOther {
    fn into_reply(self) -> Result<Reply> {
        Ok(Reply::from(Content::Empty).with_header(http::header::LOCATION, self.0))
    }
}

impl IntoReply for Rows {
    fn into_reply(self) -> Result<Reply> {
        json(self.0)
    }
}

impl IntoReply for File {
    fn into_reply(self) -> Result<Reply> {
        Ok(Content::File(self).into())
    }
}

impl<T: Serialize> IntoReply for Object<T> {
    fn into_reply(self) -> Result<Reply> {
        json(serde_json::to_string(&self.0)?)
    }
}

impl<T: Serialize> IntoReply for Vec<T> {
    fn into_reply(self) -> Result<Reply> {
        json(serde_json::to_string(&self)?)
    }
}

impl<T: Serialize, const N: usize> IntoReply for [T; N] {
    fn into_reply(self) -> Result<Reply> {
        json(serde_json::to_string(self.as_slice())?)
    }
}
