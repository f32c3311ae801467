//! The fields of a body as it goes over the wire, however it is written.

use http::header::CONTENT_TYPE;
use openapi::URL_ENCODED;
use serde_json::{Map, Value};

use crate::core::{
    exchange::Sent,
    multipart::{self, WirePart},
};

/// How the fields of a body are written.
pub enum Written {
    /// As JSON, or as something that is neither.
    Json,
    /// As a form of texts.
    UrlEncoded,
    /// As a multipart form: what stands between its parts, and these.
    Multipart(String, Vec<WirePart>),
}

impl Written {
    /// How the body of a request is written.
    pub fn of(sent: &Sent) -> Written {
        let media = sent.headers.iter().find(|(name, _)| name == CONTENT_TYPE.as_str());
        let media = media.map_or("", |(_, media)| media.as_str());
        if media.starts_with(URL_ENCODED) {
            return Written::UrlEncoded;
        }
        let form = multipart::boundary(media)
            .and_then(|boundary| Some((boundary, multipart::read(boundary, &sent.body)?)));
        form.map_or(Written::Json, |(boundary, parts)| {
            Written::Multipart(boundary.to_owned(), parts)
        })
    }
}

/// The text of a field of a body.
pub fn field(sent: &Sent, name: &str) -> Option<String> {
    match Written::of(sent) {
        Written::Json => object(&sent.body).get(name).map(openapi::plain),
        Written::UrlEncoded => {
            pairs(&sent.body).into_iter().find(|(other, _)| other == name).map(|(_, text)| text)
        }
        Written::Multipart(_, parts) => {
            let part = parts.iter().find(|part| part.name() == Some(name));
            part.map(|part| String::from_utf8_lossy(&part.content).into_owned())
        }
    }
}

/// The texts of a form, in their order.
pub fn pairs(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().collect()
}

/// The members of a JSON object; none of anything else.
pub fn object(body: &[u8]) -> Map<String, Value> {
    serde_json::from_slice(body).unwrap_or_default()
}
