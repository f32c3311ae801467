//! A proxy that forwards requests to a server and records the exchanges.

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
use crate::core::{
    exchange::{Caller, Exchange, Received, Sent},
    target::Target,
    world,
};

/// Headers of one connection, which mean nothing on the next; and those that would make a body
/// unreadable.
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

/// How much a proxy keeps. What comes after that passes, too, and is only counted.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// So many exchanges.
    pub exchanges: usize,
    /// So many bytes of their bodies.
    pub bytes: usize,
}

impl Bounds {
    /// More makes no scenario that anybody reads.
    pub const SCENARIO: Bounds = Bounds { exchanges: 1_000, bytes: 64 * 1024 * 1024 };
    /// For a proxy of which nobody asks what passed.
    pub const NOTHING: Bounds = Bounds { exchanges: 0, bytes: 0 };
}

/// What passed a proxy.
#[derive(Debug, Default)]
pub struct Passed {
    /// What was kept, in the order of the answers.
    pub exchanges: Vec<Exchange>,
    /// How many more there were.
    pub forgotten: usize,
    bytes: usize,
}

/// A proxy that runs.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    passed: Arc<Mutex<Passed>>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

#[derive(Clone)]
struct Shared {
    upstream: Target,
    bounds: Bounds,
    passed: Arc<Mutex<Passed>>,
}

impl Proxy {
    /// Listens at `listen` and passes everything on to `upstream`; a live server stays behind its
    /// guard.
    pub async fn start(
        upstream: Target,
        listen: SocketAddr,
        bounds: Bounds,
    ) -> std::io::Result<Proxy> {
        let listener = TcpListener::bind(listen).await?;
        let (address, passed) = (listener.local_addr()?, Arc::<Mutex<Passed>>::default());
        let shared = Shared { upstream, bounds, passed: Arc::clone(&passed) };
        let router = Router::new().fallback(pass).with_state(shared);
        let (stop, stopped) = oneshot::channel();
        let serve =
            axum::serve(listener, router).with_graceful_shutdown(async { drop(stopped.await) });
        Ok(Proxy { address, passed, stop, server: tokio::spawn(serve.into_future()) })
    }

    /// Stops, and returns what passed.
    pub async fn stop(self) -> Passed {
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
            let mut passed = shared.passed.lock().expect("nobody panics while holding what passed");
            passed.add(Exchange { sent, received }, shared.bounds);
            response
        }
        Err(error) => refuse(StatusCode::BAD_GATEWAY, &error.to_string()),
    }
}

/// The request as it is passed on. A client brings its own credentials, and whoever has a key that
/// the harness knows is called by name; to a live server only those go that the harness was given.
fn sent(upstream: &Target, head: Parts, body: &[u8]) -> Sent {
    let headers = kept(&head.headers).map(|(name, value)| (name.to_owned(), value.to_owned()));
    let target = head.uri.path_and_query().map_or("/", |it| it.as_str());
    let (headers, target) = with_world_as_header(upstream, headers.collect(), target);
    let (method, body, caller) = (head.method, body.to_vec(), Caller::Nobody);
    let mut sent = Sent { route: None, caller, method, target, headers, body };
    sent.caller = self::caller(upstream, &sent);
    if sent.caller != Caller::Nobody {
        upstream.profile.credentials.remove(&mut sent);
    }
    sent.route = route_of(upstream.profile, &sent).map(|(route, _)| route);
    sent
}

/// A path that names a world of an emulator goes on as that of an operation, and a header names the
/// world; unless the upstream is a world itself, which has none.
fn with_world_as_header(
    upstream: &Target,
    mut headers: Vec<(String, String)>,
    target: &str,
) -> (Vec<(String, String)>, String) {
    let has_worlds = upstream.is_controllable() && !upstream.is_in_a_world();
    let Some((name, within)) = world::named_in(target).filter(|_| has_worlds) else {
        return (headers, target.to_owned());
    };
    headers.retain(|(other, _)| other != world::MOCK_WORLD);
    headers.push((world::MOCK_WORLD.to_owned(), name.to_owned()));
    (headers, within.to_owned())
}

fn caller(upstream: &Target, sent: &Sent) -> Caller {
    match upstream.profile.credentials.shown(sent) {
        None => Caller::Nobody,
        Some(_) if upstream.is_live() => Caller::Customer,
        Some(key) => upstream.owner(&key).unwrap_or(Caller::Nobody),
    }
}

impl Passed {
    /// Keeps an exchange within the bounds. After the first that is forgotten none is kept: a gap
    /// would be a scenario that never was.
    fn add(&mut self, exchange: Exchange, bounds: Bounds) {
        let bytes = self.bytes + exchange.sent.body.len() + exchange.received.body.len();
        if self.forgotten > 0 || self.exchanges.len() == bounds.exchanges || bytes > bounds.bytes {
            self.forgotten += 1;
        } else {
            self.bytes = bytes;
            self.exchanges.push(exchange);
        }
    }
}

/// The headers that matter beyond one connection, where they are text.
fn kept(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let text =
        headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::profiles::i3d_v3::PROFILE;

    /// The lengths of the bodies that are kept, and how many are forgotten.
    fn kept_of(lengths: &[usize], bounds: Bounds) -> (Vec<usize>, usize) {
        let route = PROFILE.contract.route("getSshKeys").expect("the contract has the operation");
        let mut passed = Passed::default();
        for length in lengths {
            let (headers, body) = (HeaderMap::new(), vec![b'x'; *length]);
            let received = Received { status: 200, headers, body, took: Duration::ZERO };
            passed.add(Exchange { sent: Sent::to(route), received }, bounds);
        }
        (passed.exchanges.iter().map(|it| it.received.body.len()).collect(), passed.forgotten)
    }

    #[test]
    fn what_is_beyond_the_bounds_is_counted() {
        let bounds = Bounds { exchanges: 2, bytes: 10 };
        assert_eq!(kept_of(&[1, 9], bounds), (vec![1, 9], 0));
        assert_eq!(kept_of(&[1, 2, 3, 4], bounds), (vec![1, 2], 2));
        assert_eq!(kept_of(&[1, 10, 1], bounds), (vec![1], 2));
        assert_eq!(kept_of(&[0, 0], Bounds::NOTHING), (vec![], 2));
    }
}
