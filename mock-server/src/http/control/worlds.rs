//! Worlds beside the first one: made, listed and removed.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::shared::{Answer, Control, body};
use crate::{
    engine::WorldKind,
    http::{
        refusal::{Refusal, failed, refuse},
        worlds::{NotMade, Worlds},
    },
};

/// A world that is to be made.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewWorld {
    name: Option<String>,
    from: Option<WorldKind>,
    seed: Option<u64>,
    ttl_s: Option<u32>,
}

/// A world, as the control API shows it.
#[derive(Serialize)]
struct Shown {
    name: String,
    /// The base URL of all that it answers, `/_mock` included.
    url: String,
    /// The base URL of each API.
    apis: BTreeMap<&'static str, String>,
}

impl Control {
    fn show(&self, name: String, headers: &HeaderMap) -> Shown {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let url = format!("http://{}{}", host.unwrap_or_default(), Worlds::base_path(&name));
        let base = |paths: &[String]| paths.first().cloned().unwrap_or_default();
        let apis = self.apis.iter();
        let apis =
            apis.map(|api| (api.name(), format!("{url}{}", base(&api.contract().base_paths))));
        Shown { name, apis: apis.collect(), url }
    }
}

pub(super) async fn list(State(control): State<Control>, headers: HeaderMap) -> Answer {
    let names = control.worlds.names().into_iter();
    let shown: Vec<Shown> = names.map(|name| control.show(name, &headers)).collect();
    Ok(Json(json!({ "worlds": shown })).into_response())
}

pub(super) async fn make(
    State(control): State<Control>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let new: NewWorld = if bytes.is_empty() { NewWorld::default() } else { body(&bytes)? };
    let name = control.worlds.reserve(new.name).map_err(not_made)?;
    let (worlds, for_name) = (Arc::clone(&control.worlds), name.clone());
    // It takes milliseconds, so a thread for such work does it: nobody else waits, and it is done
    // to its end, also if the client leaves.
    let make = move || {
        let first = Arc::clone(worlds.first());
        match first.beside(Worlds::base_path(&for_name), new.from, new.seed) {
            Ok(world) => {
                let time_to_live = new.ttl_s.map(|seconds| Duration::from_secs(seconds.into()));
                worlds.add(&for_name, time_to_live, world);
                true
            }
            Err(error) => {
                tracing::error!("a world could not be made: {error}");
                worlds.remove(&for_name);
                false
            }
        }
    };
    let made = tokio::task::spawn_blocking(make).await.unwrap_or(false);
    if !made {
        return Err(failed("no world could be made"));
    }
    Ok((StatusCode::CREATED, Json(control.show(name, &headers))).into_response())
}

pub(super) async fn show(
    State(control): State<Control>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Answer {
    control.worlds.of_name(&name).ok_or_else(unknown)?;
    Ok(Json(control.show(name, &headers)).into_response())
}

pub(super) async fn remove(State(control): State<Control>, Path(name): Path<String>) -> Answer {
    if control.worlds.remove(&name) {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(unknown())
    }
}

fn unknown() -> Refusal {
    refuse(StatusCode::NOT_FOUND, "no world has this name; GET /_mock/worlds lists them")
}

fn not_made(why: NotMade) -> Refusal {
    let status = match why {
        NotMade::Name => StatusCode::BAD_REQUEST,
        NotMade::Taken | NotMade::TooMany => StatusCode::CONFLICT,
    };
    refuse(status, &why.to_string())
}
