//! A proxy that passes requests on to a server, and remembers what passed.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode, request::Parts},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::trace::route_of;
use crate::{
    exchange::{Caller, Exchange, Received, Sent},
    target::Target,
};

/// Headers of one connection, which mean nothing on the next; and those that would make a body unreadable.
const OF_THE_CONNECTION: [&str; 8] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "transfer-encoding",
];
/// A larger body is not passed on.
const BODY_BYTES_MAX: usize = 32 * 1024 * 1024;
/// More exchanges make no scenario that anybody reads; what comes after them passes and is forgotten.
const EXCHANGES_MAX: usize = 1_000;

/// A proxy that runs.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    passed: Passed,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

type Passed = Arc<Mutex<Vec<Exchange>>>;

#[derive(Clone)]
struct Shared {
    upstream: Target,
    passed: Passed,
}

impl Proxy {
    /// Listens at `listen` and passes everything on to `upstream`; a live server stays behind its guard.
    pub async fn start(upstream: Target, listen: SocketAddr) -> std::io::Result<Proxy> {
        let listener = TcpListener::bind(listen).await?;
        let (address, passed) = (listener.local_addr()?, Passed::default());
        let shared = Shared { upstream, passed: Arc::clone(&passed) };
        let router = Router::new().fallback(pass).with_state(shared);
        let (stop, stopped) = oneshot::channel();
        let serve = axum::serve(listener, router).with_graceful_shutdown(async { drop(stopped.await) });
        Ok(Proxy { address, passed, stop, server: tokio::spawn(serve.into_future()) })
    }

    /// Stops, and returns what passed, in the order of the answers.
    pub async fn stop(self) -> Vec<Exchange> {
        if self.stop.send(()).is_ok() {
            drop(self.server.await);
        }
        std::mem::take(&mut *self.passed.lock().expect("nobody panics while holding what passed"))
    }
}

async fn pass(State(shared): State<Shared>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large for the proxy");
    };
    let sent = sent(&shared.upstream, head, &body);
    match shared.upstream.send(&sent).await {
        Ok(received) => {
            let response = answer(&received);
            remember(&shared.passed, Exchange { sent, received });
            response
        }
        Err(error) => refuse(StatusCode::BAD_GATEWAY, &error.to_string()),
    }
}

/// The request as it is passed on. A client brings its own credentials, and whoever has a key that the harness knows is
/// called by name; to a live server only those go that the harness was given.
fn sent(upstream: &Target, head: Parts, body: &[u8]) -> Sent {
    let headers = kept(&head.headers).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let target = head.uri.path_and_query().map_or("/", |it| it.as_str()).to_owned();
    let caller = caller(upstream, &head.headers);
    let (method, body) = (head.method, body.to_vec());
    let mut sent = Sent { route: None, caller, method, target, headers, body };
    if caller != Caller::Nobody {
        sent.headers.retain(|(name, _)| name != upstream.suite.key_header);
    }
    sent.route = route_of(upstream.suite, &sent).map(|(route, _)| route);
    sent
}

fn caller(upstream: &Target, headers: &HeaderMap) -> Caller {
    match headers.get(upstream.suite.key_header) {
        None => Caller::Nobody,
        Some(_) if upstream.is_live() => Caller::Customer,
        Some(key) => key.to_str().ok().and_then(|key| upstream.owner(key)).unwrap_or(Caller::Nobody),
    }
}

fn remember(passed: &Passed, exchange: Exchange) {
    let mut passed = passed.lock().expect("nobody panics while holding what passed");
    if passed.len() < EXCHANGES_MAX {
        passed.push(exchange);
    }
}

/// The headers that matter beyond one connection, where they are text.
fn kept(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let text = headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    text.filter(|(name, _)| !OF_THE_CONNECTION.contains(name))
}

fn answer(received: &Received) -> Response<Body> {
    let mut response = Response::builder().status(received.status);
    for (name, value) in kept(&received.headers) {
        response = response.header(name, value);
    }
    let body = Body::from(Bytes::from(received.body.clone()));
    response.body(body).unwrap_or_else(|error| refuse(StatusCode::BAD_GATEWAY, &error.to_string()))
}

fn refuse(status: StatusCode, message: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(message.to_owned()));
    *response.status_mut() = status;
    response
}
