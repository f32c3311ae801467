//! What all control routes share.

use std::sync::Arc;

use axum::{http::StatusCode, response::Response};
use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::{
    engine::Api,
    http::{
        refusal::{Refusal, refuse},
        worlds::Worlds,
    },
};

#[derive(Clone)]
pub(super) struct Control {
    pub(super) apis: Vec<Arc<dyn Api>>,
    pub(super) worlds: Arc<Worlds>,
    pub(super) token: Option<String>,
}

pub(super) type Answer = Result<Response, Refusal>;

/// The body of a request, as JSON.
pub(super) fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(bytes)
        .map_err(|error| refuse(StatusCode::BAD_REQUEST, &error.to_string()))
}
