//! The body of a request: read within bounds, and read on after an answer that did not need it.

use std::time::Duration;

use axum::{
    body::{Body, HttpBody},
    http::{header, request::Parts},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::engine::{Kind, Problem, Result};

/// The largest body of a request.
const BODY_MAX: usize = 10 * 1024 * 1024;
/// How much of a body is read that no answer needs.
const IGNORED_MAX: usize = 64 * 1024 * 1024;
/// How long its sender may pause.
const SILENCE_MAX: Duration = Duration::from_millis(500);

/// The whole body.
pub(super) async fn read(parts: &Parts, body: &mut Body) -> Result<Bytes> {
    let too_large = || {
        Problem::new(Kind::TooLarge).because(format!("The body is larger than {BODY_MAX} bytes"))
    };
    let announced = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|it| it.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > BODY_MAX) {
        return Err(too_large());
    }
    match Limited::new(body, BODY_MAX).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Problem::malformed("The body broke off")),
    }
}

/// Reads what is left of a body, while its answer is already on the way.
///
/// Most clients do not listen before they have sent everything. If the connection were closed under
/// their hands, they would report that instead of the answer.
pub(super) fn ignore(parts: &Parts, body: Body) {
    // A client that asks first has not sent anything, and need not.
    if body.is_end_stream() || parts.headers.contains_key(header::EXPECT) {
        return;
    }
    tokio::spawn(async move {
        let mut rest = Limited::new(body, IGNORED_MAX);
        // Whoever sends more, or falls silent, does find the connection closed.
        while let Ok(Some(Ok(_))) = tokio::time::timeout(SILENCE_MAX, rest.frame()).await {}
    });
}
