//! Bodies by their media type: JSON, forms of texts, and forms with files.

use std::{borrow::Cow, fmt::Display};

use axum::{
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request},
    http::{header, request::Parts},
};
use bytes::Bytes;
use openapi::{JSON, MULTIPART, URL_ENCODED, form};
use serde_json::{Map, Value};

use crate::engine::{Api, Environment, Part, Problem, Result};

/// A body that was read.
pub(super) struct Decoded<'a> {
    /// The media type that it was read as.
    pub(super) media: &'a str,
    /// The JSON value, or the texts of a form by name. A file stands there with its name.
    pub(super) value: Value,
    /// The parts of a form with files.
    pub(super) parts: Vec<Part>,
}

impl Decoded<'_> {
    /// The members of the object that it is.
    pub(super) fn members(&self) -> Option<&Map<String, Value>> {
        self.value.as_object()
    }
}

/// The one of the `offered` media types that a body is read as. Clients name the wrong type more
/// often than they send the wrong body, so what the body looks like counts first.
pub(super) fn media_type<'a>(offered: &[&'a str], parts: &Parts, body: &[u8]) -> &'a str {
    let of = |media: &str| offered.iter().copied().find(|it| *it == media);
    let named = parts.headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let essence = named.and_then(|it| it.split(';').next()).unwrap_or_default().trim();
    let is_multipart = essence.eq_ignore_ascii_case(MULTIPART) && !body.is_empty();
    let looks_like_json = || matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    match offered {
        [only] => only,
        _ if is_multipart && of(MULTIPART).is_some() => of(MULTIPART).unwrap_or_default(),
        _ if looks_like_json() => of(JSON).or(of(URL_ENCODED)).unwrap_or_default(),
        _ => of(essence)
            .filter(|media| *media != MULTIPART)
            .or(of(URL_ENCODED))
            .or(of(JSON))
            .unwrap_or_default(),
    }
}

/// Reads a body as `media`.
pub(super) async fn decode<'a>(
    media: &'a str,
    parts: &Parts,
    body: Bytes,
    plus: Plus,
) -> Result<Decoded<'a>> {
    let (value, parts) = match media {
        URL_ENCODED => (form::decode(&plus.written(&body)).into(), Vec::new()),
        MULTIPART => {
            // On the heap, because every request would carry the room that few need.
            let parts = Box::pin(multipart(parts, body)).await?;
            (texts(&parts).into(), parts)
        }
        _ => {
            let value = serde_json::from_slice(&body);
            let not_json = |error| Problem::malformed(format!("The body is not JSON: {error}"));
            (value.map_err(not_json)?, Vec::new())
        }
    };
    Ok(Decoded { media, value, parts })
}

/// What a `+` in a query or a form stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plus {
    /// A space, as the standard says.
    Space,
    /// Itself.
    Plus,
}

impl Plus {
    /// What an API takes it for.
    pub(super) fn of(api: &dyn Api, environment: &Environment) -> Plus {
        if api.keeps_plus(environment) { Plus::Plus } else { Plus::Space }
    }

    /// A query or a form as the standard writes what is meant.
    pub(super) fn written(self, form: &[u8]) -> Cow<'_, [u8]> {
        if self == Plus::Space || !form.contains(&b'+') {
            return form.into();
        }
        let pieces: Vec<&[u8]> = form.split(|byte| *byte == b'+').collect();
        pieces.join(&b"%2B"[..]).into()
    }
}

/// The texts of a form by name, and the names of its files.
fn texts(parts: &[Part]) -> Map<String, Value> {
    let text = |part: &Part| match &part.file_name {
        Some(name) => name.clone(),
        None => String::from_utf8_lossy(&part.bytes).into_owned(),
    };
    form::gather(parts.iter().map(|part| (part.name.clone(), text(part))))
}

async fn multipart(parts: &Parts, body: Bytes) -> Result<Vec<Part>> {
    let malformed =
        |error: &dyn Display| Problem::malformed(format!("The body is no multipart form: {error}"));
    let mut request = Request::from_parts(parts.clone(), Body::from(body));
    // The body was read within a bound of our own.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut fields =
        Multipart::from_request(request, &()).await.map_err(|error| malformed(&error))?;
    let mut form = Vec::new();
    while let Some(field) = fields.next_field().await.map_err(|error| malformed(&error))? {
        let (name, file_name) =
            (field.name().unwrap_or_default().to_owned(), field.file_name().map(str::to_owned));
        let bytes = field.bytes().await.map_err(|error| malformed(&error))?.to_vec();
        form.push(Part { name, file_name, bytes });
    }
    Ok(form)
}
