//! Multipart forms in the making.

use openapi::MULTIPART;

use crate::core::multipart::{self, WirePart};

/// One part of a multipart form.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The name of the field.
    pub name: String,
    /// The name of the file, where the part is one.
    pub file_name: Option<String>,
    /// The content.
    pub content: Vec<u8>,
}

impl Part {
    /// A field with a text.
    pub fn text(name: &str, text: &str) -> Part {
        Part { name: name.to_owned(), file_name: None, content: text.into() }
    }

    /// A file.
    pub fn file(name: &str, file_name: &str, content: impl Into<Vec<u8>>) -> Part {
        let file_name = Some(file_name.to_owned());
        Part { name: name.to_owned(), file_name, content: content.into() }
    }

    fn on_the_wire(&self) -> WirePart {
        let Part { name, file_name, content } = self;
        let file = file_name.as_ref().map_or_else(String::new, |name| {
            format!("; filename=\"{name}\"\r\nContent-Type: text/plain")
        });
        let head = format!("Content-Disposition: form-data; name=\"{name}\"{file}");
        WirePart { head, content: content.clone() }
    }
}

/// What stands between the parts of a form. It is always the same, so that a run repeats to the
/// byte.
const BOUNDARY: &str = "contract-tests-7f1c0d5a";

/// A multipart form as it goes over the wire.
pub(crate) struct Form {
    /// Its media type.
    pub media: String,
    /// Its parts.
    pub body: Vec<u8>,
}

impl Form {
    /// The form of these parts.
    pub fn of(parts: &[Part]) -> Form {
        let parts: Vec<WirePart> = parts.iter().map(Part::on_the_wire).collect();
        let media = format!("{MULTIPART}; boundary={BOUNDARY}");
        Form { media, body: multipart::write(BOUNDARY, &parts) }
    }
}
