//! What all control routes share.

use std::sync::Arc;

use axum::{Router, body::Body, http::StatusCode, response::Response};
use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::{
    engine::{Api, Provider},
    http::{
        refusal::{Refusal, refuse},
        worlds::{NameError, Worlds},
    },
};

/// The largest JSON body.
const BODY_MAX: usize = 16 * 1024 * 1024;

#[derive(Clone)]
pub(super) struct Control {
    pub(super) providers: Vec<Arc<dyn Provider>>,
    pub(super) apis: Vec<Arc<dyn Api>>,
    pub(super) worlds: Arc<Worlds>,
    /// The routes of the APIs.
    pub(super) routes: Router,
    pub(super) token: Option<String>,
}

pub(super) type Answer = Result<Response, Refusal>;

/// The body of a request, as JSON.
pub(super) fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(bytes)
        .map_err(|error| refuse(StatusCode::BAD_REQUEST, &error.to_string()))
}

/// The body of a request, as JSON; `None` without one.
pub(super) async fn in_full<T: DeserializeOwned>(sent: Body) -> Result<Option<T>, Refusal> {
    let bytes = axum::body::to_bytes(sent, BODY_MAX).await;
    let bytes = bytes.map_err(|error| {
        refuse(StatusCode::PAYLOAD_TOO_LARGE, &format!("the body could not be read: {error}"))
    })?;
    if bytes.is_empty() { Ok(None) } else { body(&bytes).map(Some) }
}

/// There is no world of a name.
pub(super) fn unknown_world() -> Refusal {
    refuse(StatusCode::NOT_FOUND, "no world has this name; GET /_mock/worlds lists them")
}

/// There is no snapshot of a name.
pub(super) fn unknown_snapshot() -> Refusal {
    refuse(StatusCode::NOT_FOUND, "no snapshot has this name; GET /_mock/snapshots lists them")
}

/// Why a name cannot be given.
pub(super) fn not_named(why: NameError) -> Refusal {
    let status = match why {
        NameError::Form => StatusCode::BAD_REQUEST,
        NameError::Taken | NameError::TooMany(_) => StatusCode::CONFLICT,
    };
    refuse(status, &why.to_string())
}
