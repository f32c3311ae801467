//! The rules of a world by which requests go wrong.

use std::sync::Arc;

use axum::{Extension, Json, extract::Path, http::StatusCode, response::IntoResponse};
use bytes::Bytes;
use serde_json::{Value, json};

use super::shared::{Answer, body};
use crate::http::{pipeline::Pipeline, refusal::refuse};

pub(super) async fn list(Extension(pipeline): Extension<Arc<Pipeline>>) -> Json<Value> {
    Json(json!({ "faults": pipeline.faults().shown() }))
}

/// Has the rules of a list and no others.
pub(super) async fn replace(Extension(pipeline): Extension<Arc<Pipeline>>, bytes: Bytes) -> Answer {
    let replaced = pipeline.faults().replace(body(&bytes)?);
    replaced.map_err(|why| refuse(StatusCode::BAD_REQUEST, &why))?;
    Ok(list(Extension(pipeline)).await.into_response())
}

/// Adds a rule behind the others.
pub(super) async fn add(Extension(pipeline): Extension<Arc<Pipeline>>, bytes: Bytes) -> Answer {
    let added = pipeline.faults().add(body(&bytes)?);
    let name = added.map_err(|why| refuse(StatusCode::BAD_REQUEST, &why))?;
    Ok((StatusCode::CREATED, Json(json!({ "name": name }))).into_response())
}

pub(super) async fn clear(Extension(pipeline): Extension<Arc<Pipeline>>) -> Answer {
    let cleared = pipeline.faults().replace(Vec::new());
    cleared.map_err(|why| refuse(StatusCode::BAD_REQUEST, &why))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn remove(
    Extension(pipeline): Extension<Arc<Pipeline>>,
    Path(name): Path<String>,
) -> Answer {
    if pipeline.faults().remove(&name) {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(refuse(StatusCode::NOT_FOUND, "no rule has this name; GET /_mock/faults lists them"))
    }
}
