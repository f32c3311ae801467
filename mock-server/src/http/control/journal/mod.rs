//! The journal of a world: listed, followed, asked, and gone back in.

mod filter;
mod follow;
mod har;
mod rewind;
mod shown;
mod status;
mod verify;

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, header},
    response::IntoResponse,
};
use serde_json::{Value, json};

use super::shared::{Answer, Control};
use crate::{engine::Exchange, http::worlds::InWorld};
use filter::{Filter, Format, wanted};
use shown::Shown;

pub(super) use rewind::rewind;
pub(super) use verify::{expect, verify};

pub(super) async fn list(
    State(control): State<Control>,
    InWorld(world): InWorld,
    Query(filter): Query<Filter>,
    headers: HeaderMap,
) -> Answer {
    let accepts = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/event-stream") {
        return Ok(follow::follow(control, world, filter).into_response());
    }
    if filter.format == Format::Har {
        let entries = wanted(&world, &control, &filter, har::entry);
        return Ok(Json(har::log(entries)).into_response());
    }
    let exchanges = wanted(&world, &control, &filter, |it| it.json());
    let dropped = world.environment.journal.dropped();
    Ok(Json(json!({ "exchanges": exchanges, "dropped": dropped })).into_response())
}

/// The requests that no route, no method, no action or no contract accepted.
pub(super) async fn unmatched(
    State(control): State<Control>,
    InWorld(world): InWorld,
    Query(filter): Query<Filter>,
) -> Answer {
    let journal = &world.environment.journal;
    let exchanges: Vec<Arc<Exchange>> = journal.all();
    let exchanges = exchanges.iter().filter(|it| it.unmatched.is_some());
    let shown = exchanges.map(|it| Shown::new(it, journal, &control.apis));
    let shown: Vec<Value> = shown.filter(|it| filter.takes(it)).map(|it| it.json()).collect();
    Ok(Json(json!({ "exchanges": shown })).into_response())
}
