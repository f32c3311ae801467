//! The worlds of a server: one that is always there, and those that tests make beside it.
//!
//! A request is meant for the world that its path names, as in `/_in/NAME/v3/...`, or its header
//! `Mock-World`; without either for the one that is always there.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    task::{self, Poll},
    time::{Duration, Instant},
};

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderName, StatusCode, Uri, request::Parts, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use futures_util::future::{Either, Ready, ready};
use tower::Service;

use super::{
    pipeline::Pipeline,
    refusal::{Refusal, refuse},
};
use crate::engine::World;

/// How many worlds there may be beside the first one. Each has its database open.
const WORLDS_MAX: usize = 100;
/// How long a name may be.
const NAME_MAX: usize = 64;
/// What stands before the name of a world in a path.
const IN: &str = "/_in/";
/// The header that names a world.
const MOCK_WORLD: HeaderName = HeaderName::from_static("mock-world");

/// All worlds of a server.
pub(super) struct Worlds {
    first: Arc<Pipeline>,
    /// Nothing under a name whose world is being made.
    named: Mutex<BTreeMap<String, Option<Named>>>,
}

/// A world that a test made.
struct Named {
    pipeline: Arc<Pipeline>,
    /// How long it stays without a request.
    time_to_live: Option<Duration>,
    used: Instant,
}

impl Named {
    fn is_over(&self) -> bool {
        self.time_to_live.is_some_and(|time| self.used.elapsed() > time)
    }
}

/// Why a world was not made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotMade {
    #[error("a name has letters, digits, '-', '_' and '.', {NAME_MAX} at most")]
    Name,
    #[error("there is a world of this name; delete it or choose another name")]
    Taken,
    #[error("there are {WORLDS_MAX} worlds, which is as many as there may be; delete one")]
    TooMany,
}

impl Worlds {
    pub(super) fn new(first: Arc<Pipeline>) -> Arc<Worlds> {
        Arc::new(Worlds { first, named: Mutex::default() })
    }

    /// The world that is always there.
    pub(super) fn first(&self) -> &Arc<World> {
        self.first.world()
    }

    /// Takes a name for a world that will be made; without one the first free number.
    pub(super) fn reserve(&self, name: Option<String>) -> Result<String, NotMade> {
        self.remove_those_that_are_over();
        let mut named = self.named();
        let free = || (1..).map(|n| format!("w{n}")).find(|it| !named.contains_key(it));
        let name = name.or_else(free).expect("numbers do not end");
        let plain = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
        if name.is_empty() || name.len() > NAME_MAX || !name.chars().all(plain) {
            return Err(NotMade::Name);
        }
        if named.contains_key(&name) {
            return Err(NotMade::Taken);
        }
        if named.len() >= WORLDS_MAX {
            return Err(NotMade::TooMany);
        }
        named.insert(name.clone(), None);
        Ok(name)
    }

    /// What stands before the paths of the world of this name.
    pub(super) fn base_path(name: &str) -> String {
        format!("{IN}{name}")
    }

    /// Puts the world under the name that was taken for it.
    pub(super) fn add(&self, name: &str, time_to_live: Option<Duration>, world: Arc<World>) {
        let pipeline = self.first.of_world(world);
        let added = Named { pipeline, time_to_live, used: Instant::now() };
        self.named().insert(name.to_owned(), Some(added));
    }

    /// Removes the world of this name, or gives the name back; whether there was one.
    pub(super) fn remove(&self, name: &str) -> bool {
        let removed = self.named().remove(name);
        removed.is_some()
    }

    /// The names of all worlds but the first.
    pub(super) fn names(&self) -> Vec<String> {
        self.remove_those_that_are_over();
        let named = self.named();
        named.iter().filter(|(_, it)| it.is_some()).map(|(name, _)| name.clone()).collect()
    }

    /// The world of this name.
    pub(super) fn of_name(&self, name: &str) -> Option<Arc<Pipeline>> {
        let mut named = self.named();
        let found = named.get_mut(name)?.as_mut().filter(|it| !it.is_over())?;
        found.used = Instant::now();
        Some(Arc::clone(&found.pipeline))
    }

    fn remove_those_that_are_over(&self) {
        let is_over = |it: &Option<Named>| it.as_ref().is_some_and(Named::is_over);
        let over: Vec<_> = self.named().extract_if(.., |_, it| is_over(it)).collect();
        // No longer locked: to close their databases takes milliseconds.
        drop(over);
    }

    /// Finds the world that a request is meant for, and takes its name from the path; without such
    /// a world, its name.
    fn choose(&self, request: &mut Request) -> Result<Arc<Pipeline>, String> {
        if let Some(named) = request.uri().path().strip_prefix(IN) {
            let name = named.split('/').next().unwrap_or_default().to_owned();
            let pipeline = self.of_name(&name).ok_or_else(|| name.clone())?;
            let uri = without(request.uri(), IN.len() + name.len());
            *request.uri_mut() = uri;
            return Ok(pipeline);
        }
        match request.headers().get(MOCK_WORLD) {
            None => Ok(Arc::clone(&self.first)),
            Some(name) => {
                let name = String::from_utf8_lossy(name.as_bytes());
                self.of_name(&name).ok_or_else(|| name.into_owned())
            }
        }
    }

    fn named(&self) -> MutexGuard<'_, BTreeMap<String, Option<Named>>> {
        self.named.lock().expect("no code panics while it holds the worlds")
    }
}

/// `uri` without the first bytes of its path.
fn without(uri: &Uri, bytes: usize) -> Uri {
    let mut parts = uri.clone().into_parts();
    let rest = parts.path_and_query.as_ref().map_or("", |it| &it.as_str()[bytes..]);
    let rest = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
    parts.path_and_query = PathAndQuery::try_from(rest).ok();
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

/// The world that a request is meant for.
pub(super) struct InWorld(pub(super) Arc<World>);

impl<S: Sync> FromRequestParts<S> for InWorld {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<InWorld, Refusal> {
        let pipeline = parts.extensions.get::<Arc<Pipeline>>();
        let world = pipeline.map(|pipeline| Arc::clone(pipeline.world()));
        world.map(InWorld).ok_or_else(|| refuse(StatusCode::NOT_FOUND, "no world was chosen"))
    }
}

/// Chooses the world of each request, before its path chooses anything else.
#[derive(Clone)]
pub struct ChooseWorld<S> {
    worlds: Arc<Worlds>,
    inner: S,
}

impl<S> ChooseWorld<S> {
    pub(super) fn new(worlds: Arc<Worlds>, inner: S) -> ChooseWorld<S> {
        ChooseWorld { worlds, inner }
    }
}

impl<S: Service<Request, Response = Response>> Service<Request> for ChooseWorld<S> {
    type Response = Response;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<Response, S::Error>>>;

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        match self.worlds.choose(&mut request) {
            Ok(pipeline) => {
                request.extensions_mut().insert(pipeline);
                Either::Left(self.inner.call(request))
            }
            Err(name) => {
                let why = format!("there is no world {name:?}; make it with POST /_mock/worlds");
                Either::Right(ready(Ok(refuse(StatusCode::NOT_FOUND, &why).into_response())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_loses_the_name_of_its_world_and_keeps_the_rest() {
        for (path, rest) in [
            ("/_in/w1/v3/sshKey?a=b%2F", "/v3/sshKey?a=b%2F"),
            ("/_in/w1/", "/"),
            ("/_in/w1", "/"),
            ("/_in/w1?a=b", "/?a=b"),
            ("http://localhost:80/_in/w1/v3", "http://localhost:80/v3"),
        ] {
            assert_eq!(without(&path.parse().unwrap(), "/_in/w1".len()).to_string(), rest);
        }
    }
}
