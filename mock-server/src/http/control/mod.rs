//! The control API under `/_mock`: what a test needs beside the emulated APIs.

pub(super) mod certificate;
mod customers;
mod faults;
mod files;
mod journal;
mod shared;
mod snapshots;
mod worlds;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    Extension, Json, Router,
    extract::{ConnectInfo, Path, Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    pipeline::Pipeline,
    refusal::{failed, refuse},
    worlds::{InWorld, Worlds},
};
use crate::engine::{Api, ClockReading, ClockState, ProblemKind, Provider, World};
use shared::{Answer, Control, body};

/// The routes of the control API; `token` opens it to others than loopback.
pub(super) fn router(
    providers: &[Arc<dyn Provider>],
    apis: &[Arc<dyn Api>],
    worlds: &Arc<Worlds>,
    routes: Router,
    token: Option<String>,
) -> Router {
    let (providers, apis) = (providers.to_vec(), apis.to_vec());
    let control = Control { providers, apis, worlds: Arc::clone(worlds), routes, token };
    Router::new()
        .route("/health", get(health))
        .route("/reset", post(reset))
        .route("/clock", get(clock).put(set_clock))
        .route("/clock/advance", post(advance))
        .route("/openapi/{file}", get(document))
        .route("/violations", get(violations))
        .route("/outbox", get(outbox))
        .route("/state", get(state))
        .route("/export.yaml", get(export))
        .route("/customers", post(customers::add))
        .route("/worlds", get(worlds::list).post(worlds::make))
        .route("/worlds/{name}", get(worlds::show).delete(worlds::remove))
        .route("/snapshots", get(snapshots::list).post(snapshots::take))
        .route("/snapshots/{name}", get(snapshots::show).delete(snapshots::remove))
        .route("/snapshots/{name}/export", get(files::export_snapshot))
        .route("/export", get(files::export))
        .route("/restore", post(snapshots::restore))
        .route(
            "/faults",
            get(faults::list).put(faults::replace).post(faults::add).delete(faults::clear),
        )
        .route("/faults/{name}", delete(faults::remove))
        .route("/journal", get(journal::list))
        .route("/unmatched", get(journal::unmatched))
        .route("/verify", post(journal::verify))
        .route("/expect", post(journal::expect))
        .route("/rewind", post(journal::rewind))
        .fallback(async || {
            refuse(StatusCode::NOT_FOUND, "there is no such control route; see the README")
        })
        .method_not_allowed_fallback(async || {
            refuse(StatusCode::METHOD_NOT_ALLOWED, "this route has another method")
        })
        .layer(middleware::from_fn_with_state(control.clone(), guard))
        .with_state(control)
}

/// Without a token, lets in programs on this machine, but no page in a browser, which sends an
/// `Origin`, or a `Host` whose name somebody made resolve to loopback. With a token, lets in
/// whoever sends it.
async fn guard(
    State(control): State<Control>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let allowed = match &control.token {
        None => from.ip().to_canonical().is_loopback() && is_local(request.headers()),
        Some(token) => {
            let shown =
                request.headers().get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
            shown.and_then(|it| it.strip_prefix("Bearer ")) == Some(token)
        }
    };
    if allowed {
        return next.run(request).await;
    }
    let advice = "the control API answers loopback only; \
                  start with --control-token and send it as a Bearer token";
    refuse(StatusCode::FORBIDDEN, advice).into_response()
}

fn is_local(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .map_or(host, |(name, port)| if port.ends_with(']') { host } else { name });
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
    let local = name == "localhost" || address.is_ok_and(|address| address.is_loopback());
    local && !headers.contains_key(header::ORIGIN)
}

async fn health(State(control): State<Control>) -> Json<Value> {
    let apis: Vec<Value> = control.apis.iter().map(|api| about(&**api)).collect();
    Json(json!({ "status": "OK", "version": env!("CARGO_PKG_VERSION"), "apis": apis }))
}

/// What the server tells of an API: its name, how many operations it has, and where they stand.
fn about(api: &dyn Api) -> Value {
    let contract = api.contract();
    json!({
        "name": api.name(),
        "operations": contract.routes.len(),
        "basePaths": contract.base_paths,
    })
}

async fn reset(Extension(pipeline): Extension<Arc<Pipeline>>) -> Answer {
    let reset = pipeline.world().reset().await;
    reset.map_err(|_| failed("the world could not be reset"))?;
    pipeline.faults().reset();
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn clock(InWorld(world): InWorld) -> Json<ClockReading> {
    Json(world.clock().reading())
}

async fn set_clock(InWorld(world): InWorld, bytes: Bytes) -> Answer {
    let reading = body(&bytes)?;
    move_clock(&world, move |_| ClockState::showing(reading)).await
}

async fn advance(InWorld(world): InWorld, bytes: Bytes) -> Answer {
    #[derive(Deserialize)]
    struct Advance {
        seconds: u32,
    }
    let Advance { seconds } = body(&bytes)?;
    move_clock(&world, move |state| state.advanced(seconds)).await
}

async fn move_clock(
    world: &Arc<World>,
    to: impl FnOnce(ClockState) -> Option<ClockState> + Send + 'static,
) -> Answer {
    let moved = world.move_clock(to).await;
    let shown = moved.map_err(|_| failed("the clock could not be moved"))?;
    let shown = shown.ok_or_else(|| {
        refuse(StatusCode::BAD_REQUEST, "a clock stays between the years 1970 and 9999")
    })?;
    Ok(Json(shown).into_response())
}

async fn document(State(control): State<Control>, Path(file): Path<String>) -> Answer {
    let named = |name: &str| {
        let of_api = control.apis.iter().find(|api| api.name() == name);
        let of_api = of_api.map(|api| api.contract().document.to_owned());
        of_api.or_else(|| control.apis.iter().find_map(|api| api.contract().document_of(name)))
    };
    let document = file.strip_suffix(".json").and_then(named).ok_or_else(|| {
        let names: Vec<&str> = control
            .apis
            .iter()
            .flat_map(|api| {
                let brands = api.contract().brands.iter().map(String::as_str);
                std::iter::once(api.name()).chain(brands)
            })
            .collect();
        let why = format!("nothing has this name; there are {}", names.join(", "));
        refuse(StatusCode::NOT_FOUND, &why)
    })?;
    Ok(([(header::CONTENT_TYPE, "application/json")], document).into_response())
}

async fn violations(InWorld(world): InWorld) -> Json<Value> {
    let notes = &world.environment.notes;
    Json(json!({ "violations": notes.breaches(), "unknownProperties": notes.unknown_properties() }))
}

async fn outbox(InWorld(world): InWorld) -> Answer {
    let mails = world.outbox();
    let mails = mails.map_err(|_| failed("the outbox could not be read"))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], mails.into_text()).into_response())
}

async fn export(InWorld(world): InWorld) -> Answer {
    let text = world.export().map_err(|_| failed("the world could not be exported"))?;
    Ok(([(header::CONTENT_TYPE, "application/yaml")], text).into_response())
}

#[derive(Deserialize)]
struct StateQuery {
    table: Option<String>,
}

async fn state(InWorld(world): InWorld, Query(query): Query<StateQuery>) -> Answer {
    let shown = world.state(query.table.as_deref());
    let shown = shown.map_err(|problem| match problem.kind {
        ProblemKind::NotFound => refuse(
            StatusCode::NOT_FOUND,
            "no table has this name; leave it out to see which there are",
        ),
        _ => failed("the state could not be read"),
    })?;
    Ok(Json(shown).into_response())
}
