//! The body of a request: read within bounds, and drained where an answer does not need it.

use std::time::Duration;

use axum::{
    body::{Body, HttpBody},
    http::{header, request::Parts},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::engine::{Problem, ProblemKind, Result};

/// The largest body of a request.
const BODY_MAX: usize = 10 * 1024 * 1024;
/// How many bytes of a body are drained.
const DRAINED_MAX: usize = 64 * 1024 * 1024;
/// How long the sender of a body that is drained may pause.
const PAUSE_MAX: Duration = Duration::from_millis(500);

/// The whole body.
pub(super) async fn read(parts: &Parts, body: &mut Body) -> Result<Bytes> {
    let too_large = || {
        Problem::new(ProblemKind::TooLarge)
            .because(format!("The body is larger than {BODY_MAX} bytes"))
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
/// Most clients read nothing before they have sent everything. If the connection were closed while
/// they send, they would report that instead of the answer.
pub(super) fn drain(parts: &Parts, body: Body) {
    // A client that expects 100 Continue has sent no body yet, and need not.
    if body.is_end_stream() || parts.headers.contains_key(header::EXPECT) {
        return;
    }
    tokio::spawn(async move {
        let mut rest = Limited::new(body, DRAINED_MAX);
        // The connection is closed on a client that sends more, or pauses for longer.
        while let Ok(Some(Ok(_))) = tokio::time::timeout(PAUSE_MAX, rest.frame()).await {}
    });
}
