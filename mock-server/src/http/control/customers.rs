//! Customers that a test makes in a world that it shares with others.

use axum::{Json, http::StatusCode, response::IntoResponse};
use bytes::Bytes;

use super::shared::Answer;
use crate::{
    engine::ProblemKind,
    http::{
        refusal::{failed, refuse},
        worlds::InWorld,
    },
};

/// Makes a customer; the answer has what they need to call the APIs.
pub(super) async fn add(InWorld(world): InWorld, bytes: Bytes) -> Answer {
    let wanted = String::from_utf8(bytes.to_vec());
    let wanted =
        wanted.map_err(|_| refuse(StatusCode::BAD_REQUEST, "the body is no text in UTF-8"))?;
    let added = world.add_customer(wanted).await.map_err(|problem| match problem.kind {
        ProblemKind::Invalid => refuse(StatusCode::BAD_REQUEST, &problem.message),
        _ => failed("no customer could be made"),
    })?;
    Ok((StatusCode::CREATED, Json(added)).into_response())
}
