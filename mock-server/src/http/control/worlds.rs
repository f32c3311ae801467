//! Worlds beside the first one: made, listed and removed.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json, value::RawValue};

use super::{
    files::{self, FILE},
    shared::{Answer, Control, in_full, not_named, unknown_world},
};
use crate::{
    engine::{
        ClockReading, ClockState, Headers, NewWorld, OpenError, Origin, Settings, Snapshot, World,
        WorldKind,
    },
    http::{
        refusal::{Refusal, failed, refuse},
        worlds::{MAIN, Reserved, Worlds},
    },
};

/// A world that is to be made.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: Option<String>,
    from: Option<String>,
    /// A world file.
    world: Option<Box<RawValue>>,
    seed: Option<u64>,
    clock: Option<ClockReading>,
    ttl_s: Option<u32>,
    #[serde(default)]
    settings: Map<String, Value>,
}

/// What may be said of a world that a file holds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfFile {
    name: Option<String>,
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
    /// The key of the first customer for each API. It names the world, where the base URL does not.
    keys: BTreeMap<&'static str, String>,
}

impl Control {
    fn show(&self, name: String, world: &World, headers: &HeaderMap) -> Shown {
        let origin = Headers(headers.clone()).origin();
        let url = format!("{origin}{}", Worlds::base_path(&name));
        let base = |paths: &[String]| paths.first().cloned().unwrap_or_default();
        let apis = self.apis.iter();
        let apis =
            apis.map(|api| (api.name(), format!("{url}{}", base(&api.contract().base_paths))));
        let keys = self.worlds.keys_of(&name, world).into_iter();
        let keys = keys.map(|it| (it.api.name(), it.key));
        Shown { apis: apis.collect(), keys: keys.collect(), name, url }
    }

    /// The settings of a world that has these of its own.
    fn settings(&self, of: &Settings, changes: Map<String, Value>) -> Result<Settings, Refusal> {
        let mut settings = of.clone();
        let wrong = |name: &str, why: &str| {
            refuse(StatusCode::BAD_REQUEST, &format!("settings.{name}: {why}"))
        };
        for (name, to) in changes {
            if name == RATE_LIMIT {
                let limit = to.as_str().unwrap_or_default().parse();
                settings.rate_limit = Some(limit.map_err(|why| wrong(RATE_LIMIT, why))?);
                continue;
            }
            if name == STRICT {
                settings.strict =
                    to.as_bool().ok_or_else(|| wrong(STRICT, "give true or false"))?;
                continue;
            }
            let owner = self.providers.iter().find(|it| it.setting_names().contains(&&*name));
            let owner = owner.ok_or_else(|| {
                let known = self.providers.iter().flat_map(|it| it.setting_names());
                let known: Vec<&str> = [STRICT, RATE_LIMIT].iter().chain(known).copied().collect();
                wrong(&name, &format!("there is no such setting; there are {}", known.join(", ")))
            })?;
            let changed = owner.change_setting(&mut settings.of_providers, &name, &to);
            changed.map_err(|problem| wrong(&name, &problem.message))?;
        }
        Ok(settings)
    }

    /// What a world begins with that is made from this name, and how it behaves.
    async fn origin(&self, from: Option<&str>) -> Result<(Origin, Settings), Refusal> {
        let first = self.worlds.first();
        let settings = first.environment.settings.clone();
        let filled = |kind| (Origin::Kind(kind), settings.clone());
        Ok(match from {
            None => (first.filled_with(), settings),
            Some("demo") => filled(WorldKind::Demo),
            Some("empty") => filled(WorldKind::Empty),
            Some("nothing") => filled(WorldKind::Nothing),
            Some(name) => match (self.worlds.snapshot(name), self.worlds.of_name(name)) {
                (Some(kept), _) => (Origin::Snapshot(kept.snapshot), kept.settings),
                (None, Some(pipeline)) => {
                    let world = pipeline.world();
                    let copied = world.snapshot().await;
                    let copied = copied.map_err(|_| failed("the world could not be copied"))?;
                    let settings = world.environment.settings.clone();
                    (Origin::Snapshot(Arc::new(copied)), settings)
                }
                (None, None) => {
                    let why = format!("there is neither a world nor a snapshot {name:?}");
                    return Err(refuse(StatusCode::NOT_FOUND, &why));
                }
            },
        })
    }
}

/// The settings that all providers share.
const STRICT: &str = "strict";
const RATE_LIMIT: &str = "rate_limit";

pub(super) async fn list(State(control): State<Control>, headers: HeaderMap) -> Answer {
    let worlds = control.worlds.all().into_iter();
    let shown: Vec<Shown> =
        worlds.map(|(name, world)| control.show(name, &world, &headers)).collect();
    Ok(Json(json!({ "worlds": shown })).into_response())
}

pub(super) async fn make(State(control): State<Control>, request: Request) -> Answer {
    let headers = request.headers().clone();
    let media = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    // To its end, also if the client leaves.
    let made = if media.is_some_and(|it| it.starts_with(FILE)) {
        let query = Query::<OfFile>::try_from_uri(request.uri());
        let Query(of) =
            query.map_err(|error| refuse(StatusCode::BAD_REQUEST, &error.body_text()))?;
        let snapshot = files::read(request.into_body()).await?;
        tokio::spawn(import(control.clone(), of, snapshot)).await
    } else {
        let wanted = in_full(request.into_body()).await?;
        tokio::spawn(make_wanted(control.clone(), wanted.unwrap_or_default())).await
    };
    let (name, world) = made.unwrap_or_else(|_| Err(failed("no world could be made")))?;
    Ok((StatusCode::CREATED, Json(control.show(name, &world, &headers))).into_response())
}

type Made = Result<(String, Arc<World>), Refusal>;

async fn make_wanted(control: Control, wanted: Wanted) -> Made {
    let reserved = control.worlds.reserve(wanted.name).map_err(not_named)?;
    let (mut origin, settings) = control.origin(wanted.from.as_deref()).await?;
    if let Some(text) = wanted.world {
        if wanted.from.is_some() {
            let why = "from: the world file says itself what it stands on; leave it out";
            return Err(refuse(StatusCode::BAD_REQUEST, why));
        }
        let file = control.worlds.first().read_file("world", text.get());
        let file = file.map_err(|faults| refuse(StatusCode::BAD_REQUEST, &faults.to_string()))?;
        origin = Origin::File(Arc::new(file));
    }
    if let (Origin::Snapshot(_), Some(_)) = (&origin, wanted.seed) {
        let why = "seed: a copy goes on with the seed of its origin; leave it out";
        return Err(refuse(StatusCode::BAD_REQUEST, why));
    }
    let settings = control.settings(&settings, wanted.settings)?;
    let clock = wanted.clock.map(|reading| {
        let showing = ClockState::showing(reading);
        showing.ok_or_else(|| {
            let why = "clock.now: a clock stays between the years 1970 and 9999";
            refuse(StatusCode::BAD_REQUEST, why)
        })
    });
    let base_path = reserved.base_path();
    let new =
        NewWorld { base_path, origin, seed: wanted.seed, clock: clock.transpose()?, settings };
    open(&control, reserved, wanted.ttl_s, new).await
}

async fn import(control: Control, of: OfFile, snapshot: Snapshot) -> Made {
    let reserved = control.worlds.reserve(of.name).map_err(not_named)?;
    let first = Arc::clone(control.worlds.first());
    let settings = first.environment.settings.clone();
    let checked = move || first.check(&snapshot).map(|()| snapshot);
    let checked = tokio::task::spawn_blocking(checked).await;
    let snapshot = checked.map_err(|_| failed("the file could not be read"))?;
    let snapshot = snapshot.map_err(no_world)?;
    let (base_path, origin) = (reserved.base_path(), Origin::Snapshot(Arc::new(snapshot)));
    let new = NewWorld { base_path, origin, seed: None, clock: None, settings };
    open(&control, reserved, of.ttl_s, new).await
}

/// Why a file that was sent holds no world.
fn no_world(error: OpenError) -> Refusal {
    let why = match error {
        OpenError::Corrupt(_, why) => format!("it is no usable SQLite database ({why})"),
        OpenError::Foreign(_) => "it is a database of another program".to_owned(),
        OpenError::Version { found, expected, .. } => format!(
            "it has schema version {found:08x}, this build needs {expected:08x}; \
             use the build that made it"
        ),
        OpenError::Locked(_) | OpenError::Seed(..) | OpenError::Refused(_) | OpenError::Io(..) => {
            tracing::error!("a file could not be looked at: {error}");
            return failed("the file could not be looked at");
        }
    };
    refuse(StatusCode::UNPROCESSABLE_ENTITY, &format!("the file holds no world: {why}"))
}

/// Opens a world under the name that was taken for it. That takes milliseconds, so a thread for
/// such work does it, and nobody else waits.
async fn open(control: &Control, reserved: Reserved, ttl_s: Option<u32>, new: NewWorld) -> Made {
    let first = Arc::clone(control.worlds.first());
    let opened = tokio::task::spawn_blocking(move || first.beside(new)).await;
    let opened = opened.map_err(|_| failed("no world could be made"))?;
    let world = opened.map_err(|error| match error {
        OpenError::Refused(why) => refuse(StatusCode::BAD_REQUEST, &why),
        error => {
            tracing::error!("a world could not be made: {error}");
            failed("no world could be made")
        }
    })?;
    let (name, added) = (reserved.name.clone(), Arc::clone(&world));
    reserved.add(ttl_s.map(|seconds| Duration::from_secs(seconds.into())), added);
    Ok((name, world))
}

pub(super) async fn show(
    State(control): State<Control>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let pipeline = control.worlds.of_name(&name).ok_or_else(unknown_world)?;
    Ok(Json(control.show(name, pipeline.world(), &headers)).into_response())
}

pub(super) async fn remove(State(control): State<Control>, Path(name): Path<String>) -> Answer {
    if name == MAIN {
        return Err(refuse(StatusCode::CONFLICT, "the first world stays; it can be reset"));
    }
    let worlds = Arc::clone(&control.worlds);
    // To close a database takes milliseconds.
    let removed = tokio::task::spawn_blocking(move || worlds.remove(&name)).await;
    if removed.unwrap_or_default() {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(unknown_world())
    }
}
