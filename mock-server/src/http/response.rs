//! Answers of operations and of the pipeline, as they go over the wire.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use openapi::{JSON, Route};

use crate::engine::{Api, Content, Problem, Refused, Reply};

/// An answer as it goes over the wire.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers beyond the content type.
    pub headers: HeaderMap,
    /// The media type of the content; `None` where there is no body.
    pub media: Option<&'static str>,
    /// The body.
    pub content: Bytes,
}

impl Answer {
    /// What an operation replied; `status` is that of success unless it chose another.
    pub fn reply(status: u16, reply: Reply) -> Answer {
        let (status, headers) = (reply.status.unwrap_or(status), header_map(reply.headers));
        let (media, content) = match reply.content {
            Content::Empty => (None, Bytes::new()),
            Content::Json(text) => (Some(JSON), text.into()),
            Content::File(file) => (Some(file.media), file.bytes.into()),
        };
        Answer { status, headers, media, content }
    }

    /// A refusal in the words of the API; `route` is the operation, where one was found.
    pub fn refusal(api: &dyn Api, problem: &Problem, route: Option<&Route>) -> Answer {
        let Refused { status, headers, body } = api.refuse(problem, route);
        let content = body.to_string().into();
        Answer { status, headers: header_map(headers), media: Some(JSON), content }
    }

    /// No answer at all, which has no status.
    pub fn nothing() -> Answer {
        Answer { status: 0, headers: HeaderMap::new(), media: None, content: Bytes::new() }
    }

    /// The body with its media type.
    pub fn body(&self) -> Option<(&str, &[u8])> {
        self.media.map(|media| (media, &*self.content))
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.content));
        *response.status_mut() = StatusCode::from_u16(self.status).expect("a status");
        *response.headers_mut() = self.headers;
        if let Some(media) = self.media {
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
        }
        response
    }
}

/// Headers of an answer by name.
pub(super) fn header_map(headers: Vec<(HeaderName, String)>) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let value = HeaderValue::from_str(&value).expect("operations and APIs write valid headers");
        map.append(name, value);
    }
    map
}
