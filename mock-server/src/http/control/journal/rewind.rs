//! The way back to the state before a request.

use std::{net::SocketAddr, str::FromStr, sync::Arc};

use axum::{
    Router,
    body::{self, Body},
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, Uri},
    response::IntoResponse,
};
use bytes::Bytes;
use serde::Deserialize;
use tower::ServiceExt;

use super::shown::header_map;
use crate::{
    engine::{ClockState, Exchange, World},
    http::{
        control::shared::{self, Answer, Control},
        pipeline::Pipeline,
        refusal::{Refusal, failed, refuse},
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rewind {
    /// The exchange before which the world is wanted.
    before: u64,
}

pub(in crate::http::control) async fn rewind(
    State(control): State<Control>,
    axum::Extension(pipeline): axum::Extension<Arc<Pipeline>>,
    bytes: Bytes,
) -> Answer {
    let Rewind { before } = shared::body(&bytes)?;
    // To its end, also if the client leaves.
    let rewound = tokio::spawn(go_back(control.routes.clone(), pipeline, before)).await;
    rewound.unwrap_or_else(|_| Err(failed("the world could not be rewound")))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Makes a world of the same beginning, repeats in it what came before, and takes that.
async fn go_back(routes: Router, pipeline: Arc<Pipeline>, before: u64) -> Result<(), Refusal> {
    let world = pipeline.world();
    let past = Past::of(world.environment.journal.all(), before)?;
    let beginning = Arc::clone(world);
    let again = tokio::task::spawn_blocking(move || beginning.at_its_beginning()).await;
    let again = again.map_err(|_| failed("the world could not be made again"))?;
    let again = again.map_err(|_| failed("the world could not be made again"))?;
    let again = again.ok_or_else(|| {
        conflict(
            "this world was opened from a file, and how it was then is not kept; \
             make a world from it, which can be rewound",
        )
    })?;
    let repeating = pipeline.repeating_in(Arc::clone(&again));
    for exchange in past.exchanges.iter().filter(|it| !it.prevented) {
        repeat(&routes, &repeating, &again, exchange).await?;
    }
    let gone_back = world.go_back(again, past.exchanges, past.clock, past.named).await;
    gone_back.map_err(|_| failed("the world could not be rewound"))
}

/// What came before an exchange.
struct Past {
    /// In the order in which they are to be repeated.
    exchanges: Vec<Arc<Exchange>>,
    /// How the clock went.
    clock: ClockState,
    /// How many exchanges were named.
    named: u64,
}

impl Past {
    /// Refused where the journal does not have all of it.
    fn of(journal: Vec<Arc<Exchange>>, before: u64) -> Result<Past, Refusal> {
        let found = journal.iter().find(|it| it.id == before).ok_or_else(|| {
            let why = match (journal.first(), journal.last()) {
                (Some(first), Some(last)) => {
                    format!("it has the exchanges {} to {}", first.id, last.id)
                }
                _ => "it is empty".to_owned(),
            };
            let why = format!("before: {before} is not in the journal; {why}");
            refuse(StatusCode::NOT_FOUND, &why)
        })?;
        if journal.first().is_some_and(|it| it.id > 1) {
            return Err(conflict(
                "the journal no longer has the first exchanges of this world; \
                 take a snapshot before it grows so long, and restore that",
            ));
        }
        let found = Arc::clone(found);
        let is_before = |it: &Exchange| match (it.written, found.written) {
            // Writes are in the journal in the order of their answers.
            (Some(write), Some(of_found)) => write.number < of_found.number,
            _ => it.id < before,
        };
        let mut exchanges: Vec<_> = journal.into_iter().filter(|it| is_before(it)).collect();
        let mut after = 0;
        exchanges.sort_by_cached_key(|it| {
            after = it.written.map_or(after, |it| it.number);
            after
        });
        let writes = exchanges.iter().filter_map(|it| it.written);
        if !writes.zip(1..).all(|(write, number)| write.number == number) {
            return Err(conflict(
                "something was written that is in no request of the journal, such as a customer \
                 of the control API; take a snapshot next time, and restore that",
            ));
        }
        if let Some(cut) = exchanges.iter().find(|it| !it.complete && !it.prevented) {
            return Err(conflict(&format!(
                "the body of exchange {} is too large for the journal",
                cut.id
            )));
        }
        Ok(Past { exchanges, clock: found.clock, named: found.named })
    }
}

/// Sends the request of an exchange again, at its time. Another answer is a refusal.
async fn repeat(
    routes: &Router,
    pipeline: &Arc<Pipeline>,
    world: &World,
    exchange: &Exchange,
) -> Result<(), Refusal> {
    let at = exchange.written.map_or(exchange.at, |it| it.at);
    world.clock().restore(ClockState::Frozen(at as f64));
    world.environment.set_exchanges(exchange.named);
    let differs = || {
        conflict(&format!(
            "exchange {} is answered otherwise when it is repeated, so the way back is not known",
            exchange.id
        ))
    };
    let mut request = request(exchange).ok_or_else(differs)?;
    request.extensions_mut().insert(Arc::clone(pipeline));
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(exchange.address, 0)));
    let Ok(answer) = routes.clone().oneshot(request).await;
    let status = answer.status().as_u16();
    let content = body::to_bytes(answer.into_body(), usize::MAX).await.map_err(|_| differs())?;
    let kept = &exchange.response_body;
    let same = status == exchange.status && (kept.is_empty() || *kept == content);
    if same { Ok(()) } else { Err(differs()) }
}

fn request(exchange: &Exchange) -> Option<Request> {
    let Exchange { method, path, query, request_body, .. } = exchange;
    let uri = if query.is_empty() { path.clone() } else { format!("{path}?{query}") };
    let mut request = Request::new(Body::from(Bytes::clone(request_body)));
    *request.method_mut() = method.clone();
    *request.uri_mut() = Uri::from_str(&uri).ok()?;
    *request.headers_mut() = header_map(exchange);
    Some(request)
}

fn conflict(why: &str) -> Refusal {
    refuse(StatusCode::CONFLICT, why)
}
