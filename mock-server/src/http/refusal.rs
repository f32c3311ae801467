//! How the server refuses what no API is asked.

use axum::{Json, http::StatusCode};
use serde_json::{Value, json};

pub(crate) type Refusal = (StatusCode, Json<Value>);

pub(crate) fn refuse(status: StatusCode, why: &str) -> Refusal {
    (status, Json(json!({ "error": why })))
}

/// A failure of the emulator; `what` is followed by where to read why.
pub(super) fn failed(what: &str) -> Refusal {
    refuse(StatusCode::INTERNAL_SERVER_ERROR, &format!("{what}; see the log"))
}
