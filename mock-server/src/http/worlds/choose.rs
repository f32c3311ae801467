//! Chooses the world that a request is meant for.
//!
//! The path names it, as in `/_in/NAME/v3/...` or `/_mock/worlds/NAME/reset`, or the header
//! `Mock-World`, or the user name for a proxy, or a key that belongs to one world. Without any of
//! these it is the world that is always there.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{self, Poll},
};

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, HeaderName, StatusCode, Uri, header, request::Parts, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::{Either, Ready, ready};
use tower::Service;

use super::{
    names::MAIN,
    registry::{IN, Worlds},
};
use crate::{
    engine::World,
    http::{
        pipeline::Pipeline,
        refusal::{Refusal, refuse},
    },
};

/// What stands before it in a path of the control API.
const WORLDS: &str = "/_mock/worlds/";
/// The control API of the world that was chosen.
const CONTROL: &str = "/_mock";
/// The header that names a world.
const MOCK_WORLD: HeaderName = HeaderName::from_static("mock-world");

/// The name of the world that a request chose; `None` where it did not choose.
#[derive(Clone, Default)]
pub(in crate::http) struct Chosen(pub(in crate::http) Option<String>);

impl Chosen {
    /// The name of the world that is meant.
    pub(in crate::http) fn name(&self) -> &str {
        self.0.as_deref().unwrap_or(MAIN)
    }
}

/// Finds the world that a request is meant for, and takes its name from the path; without such a
/// world, its name.
fn choose(worlds: &Worlds, request: &mut Request) -> Result<Arc<Pipeline>, String> {
    let path = request.uri().path();
    let named = if let Some((name, control)) = of_control(path) {
        Some((name.to_owned(), Some(format!("{CONTROL}{control}"))))
    } else if let Some(rest) = path.strip_prefix(IN) {
        let name = rest.split('/').next().unwrap_or_default();
        Some((name.to_owned(), Some(rest[name.len()..].to_owned())))
    } else {
        by_header(request.headers()).map(|name| (name, None))
    };
    request.headers_mut().remove(header::PROXY_AUTHORIZATION);
    let of_key = worlds.take_key(request);
    let (name, path) = named.unzip();
    if let Some(path) = path.flatten() {
        *request.uri_mut() = with_path(request.uri(), &path);
    }
    let name = name.or(of_key);
    let pipeline = match &name {
        None => worlds.of_no_name(),
        Some(name) => worlds.of_name(name).ok_or_else(|| name.clone())?,
    };
    if name.is_some() {
        request.extensions_mut().insert(Chosen(name));
    }
    Ok(pipeline)
}

/// The world that a path of the control API names, and the rest of that path.
fn of_control(path: &str) -> Option<(&str, &str)> {
    let rest = path.strip_prefix(WORLDS)?;
    let name = rest.split('/').next().unwrap_or_default();
    // Without a rest the world itself is meant, which all worlds share.
    (rest.len() > name.len() + 1).then(|| (name, &rest[name.len()..]))
}

/// The world that a header names, or the user name for a proxy.
fn by_header(headers: &HeaderMap) -> Option<String> {
    if let Some(name) = headers.get(MOCK_WORLD) {
        return Some(String::from_utf8_lossy(name.as_bytes()).into_owned());
    }
    let credentials = headers.get(header::PROXY_AUTHORIZATION)?.to_str().ok()?;
    let decoded = STANDARD.decode(credentials.strip_prefix("Basic ")?).ok()?;
    let name = String::from_utf8(decoded).ok()?;
    Some(name.split(':').next().unwrap_or_default().to_owned())
}

/// `uri` with another path.
fn with_path(uri: &Uri, path: &str) -> Uri {
    let path = if path.starts_with('/') { path } else { "/" };
    let mut parts = uri.clone().into_parts();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    parts.path_and_query = PathAndQuery::try_from(format!("{path}{query}")).ok();
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

/// The world that a request is meant for.
pub(in crate::http) struct InWorld(pub(in crate::http) Arc<World>);

impl<S: Sync> FromRequestParts<S> for InWorld {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<InWorld, Refusal> {
        let pipeline = parts.extensions.get::<Arc<Pipeline>>();
        let world = pipeline.map(|pipeline| Arc::clone(pipeline.world()));
        world.map(InWorld).ok_or_else(|| refuse(StatusCode::NOT_FOUND, "no world was chosen"))
    }
}

impl<S: Sync> FromRequestParts<S> for Chosen {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Chosen, Infallible> {
        Ok(parts.extensions.get::<Chosen>().cloned().unwrap_or_default())
    }
}

/// Chooses the world of each request, before its path chooses anything else.
#[derive(Clone)]
pub struct ChooseWorld<S> {
    worlds: Arc<Worlds>,
    inner: S,
}

impl<S> ChooseWorld<S> {
    pub(in crate::http) fn new(worlds: Arc<Worlds>, inner: S) -> ChooseWorld<S> {
        ChooseWorld { worlds, inner }
    }

    /// The worlds that it chooses from.
    pub(crate) fn worlds(&self) -> &Arc<Worlds> {
        &self.worlds
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
        match choose(&self.worlds, &mut request) {
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
        for (uri, path, rest) in [
            ("/_in/w1/v3/sshKey?a=b%2F", "/v3/sshKey", "/v3/sshKey?a=b%2F"),
            ("/_in/w1/", "/", "/"),
            ("/_in/w1", "", "/"),
            ("/_in/w1?a=b", "", "/?a=b"),
            ("http://localhost:80/_in/w1/v3", "/v3", "http://localhost:80/v3"),
        ] {
            assert_eq!(with_path(&uri.parse().unwrap(), path).to_string(), rest);
        }
    }

    #[test]
    fn a_path_of_the_control_api_names_a_world_where_something_follows() {
        for (path, named) in [
            ("/_mock/worlds/w1/reset", Some(("w1", "/reset"))),
            ("/_mock/worlds/w1/clock/advance", Some(("w1", "/clock/advance"))),
            ("/_mock/worlds/w1", None),
            ("/_mock/worlds/w1/", None),
            ("/_mock/worlds", None),
            ("/_mock/reset", None),
        ] {
            assert_eq!(of_control(path), named, "{path}");
        }
    }
}
