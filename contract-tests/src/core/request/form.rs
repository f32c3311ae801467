//! Multipart forms in the making.

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
        let mut body = Vec::new();
        for Part { name, file_name, content } in parts {
            let file = file_name
                .iter()
                .map(|name| format!("; filename=\"{name}\"\r\nContent-Type: text/plain"));
            let file: String = file.collect();
            let head = format!("Content-Disposition: form-data; name=\"{name}\"{file}");
            body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").into_bytes());
            body.extend(content);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        Form { media: format!("multipart/form-data; boundary={BOUNDARY}"), body }
    }
}
