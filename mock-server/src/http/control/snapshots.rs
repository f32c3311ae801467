//! Snapshots: taken of a world, listed, removed, and given back to a world.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::shared::{Answer, Control, body, not_named, unknown_snapshot};
use crate::http::{
    refusal::failed,
    worlds::{Chosen, InWorld, KeptSnapshot},
};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Restored {
    snapshot: String,
}

/// A snapshot, as the control API shows it.
#[derive(Serialize)]
struct Shown {
    name: String,
    /// The world that it was taken of.
    world: String,
    /// When it was taken, in unix seconds by the clock of that world.
    at: i64,
    bytes: u64,
}

impl Shown {
    fn of((name, kept): (String, KeptSnapshot)) -> Shown {
        Shown { name, world: kept.of, at: kept.at, bytes: kept.snapshot.bytes() }
    }
}

pub(super) async fn list(State(control): State<Control>, Chosen(world): Chosen) -> Answer {
    let snapshots = control.worlds.snapshots().into_iter();
    let of_world =
        |(_, it): &(String, KeptSnapshot)| world.as_ref().is_none_or(|name| it.of == *name);
    let shown: Vec<Shown> = snapshots.filter(of_world).map(Shown::of).collect();
    Ok(Json(json!({ "snapshots": shown })).into_response())
}

pub(super) async fn take(
    State(control): State<Control>,
    InWorld(world): InWorld,
    chosen: Chosen,
    bytes: Bytes,
) -> Answer {
    let wanted: Wanted = if bytes.is_empty() { Wanted::default() } else { body(&bytes)? };
    let at = world.clock().now();
    let copied = world.snapshot().await;
    let copied = copied.map_err(|_| failed("the world could not be copied"))?;
    let settings = world.environment.settings.clone();
    let of = chosen.name().to_owned();
    let kept = KeptSnapshot { snapshot: Arc::new(copied), of, at, settings };
    let name = control.worlds.keep(wanted.name, kept.clone()).map_err(not_named)?;
    Ok((StatusCode::CREATED, Json(Shown::of((name, kept)))).into_response())
}

pub(super) async fn show(State(control): State<Control>, Path(name): Path<String>) -> Answer {
    let kept = control.worlds.snapshot(&name).ok_or_else(unknown_snapshot)?;
    Ok(Json(Shown::of((name, kept))).into_response())
}

pub(super) async fn remove(State(control): State<Control>, Path(name): Path<String>) -> Answer {
    let removed = control.worlds.remove_snapshot(&name);
    if removed { Ok(StatusCode::NO_CONTENT.into_response()) } else { Err(unknown_snapshot()) }
}

pub(super) async fn restore(
    State(control): State<Control>,
    InWorld(world): InWorld,
    bytes: Bytes,
) -> Answer {
    let Restored { snapshot } = body(&bytes)?;
    let kept = control.worlds.snapshot(&snapshot).ok_or_else(unknown_snapshot)?;
    let restored = world.restore(kept.snapshot).await;
    restored.map_err(|_| failed("the snapshot could not be restored"))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
