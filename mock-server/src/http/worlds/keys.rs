//! Keys that belong to one world: for clients whose base URL is fixed.
//!
//! The server puts the key of the world's first customer in their place, so the rows of a world do
//! not depend on its name.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::Request,
    http::{HeaderValue, Uri, uri::PathAndQuery},
};
use foldhash::quality::RandomState;
use openapi::Contract;
use sha2::{Digest, Sha256};

use super::names::MAIN;
use crate::engine::{Api, Settings, letters};

/// The key of an API in a world.
pub(in crate::http) struct WorldKey {
    pub(in crate::http) api: Arc<dyn Api>,
    /// What a client sends.
    pub(in crate::http) key: String,
    /// What it stands for.
    stands_for: String,
}

/// Keys, each with its world and what it stands for.
#[derive(Default)]
pub(super) struct Keys(HashMap<String, (String, String), RandomState>);

impl Keys {
    pub(super) fn add(&mut self, world: &str, keys: Vec<WorldKey>) {
        let entries = keys.into_iter().map(|it| (it.key, (world.to_owned(), it.stands_for)));
        // One that stands for itself names no world.
        self.0.extend(entries.filter(|(key, (_, stands_for))| key != stands_for));
    }

    pub(super) fn remove(&mut self, world: &str) {
        self.0.retain(|_, (of, _)| of != world);
    }

    /// The name of the world whose key a request carries, which is replaced by what it stands for.
    pub(super) fn take(&self, apis: &[Arc<dyn Api>], request: &mut Request) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let mut places = apis.iter().filter_map(|api| place_of_key(api.contract()));
        places.find_map(|(header, parameter)| {
            let by_header = self.take_header(header, request);
            by_header.or_else(|| self.take_parameter(parameter?, request))
        })
    }

    fn take_header(&self, name: &str, request: &mut Request) -> Option<String> {
        let sent = request.headers_mut().get_mut(name)?;
        let (world, stands_for) = self.0.get(sent.to_str().ok()?)?;
        *sent = HeaderValue::from_str(stands_for).ok()?;
        Some(world.clone())
    }

    fn take_parameter(&self, name: &str, request: &mut Request) -> Option<String> {
        let query = request.uri().query()?;
        let key = |pair: &str| pair.strip_prefix(name)?.strip_prefix('=').map(str::to_owned);
        let mut sent = query.split('&').filter_map(key);
        let (key, (world, stands_for)) =
            sent.find_map(|key| Some((key.clone(), self.0.get(&key)?)))?;
        let query = query.replace(&format!("{name}={key}"), &format!("{name}={stands_for}"));
        *request.uri_mut() = with_query(request.uri(), &query);
        Some(world.clone())
    }
}

impl WorldKey {
    /// The key of an API in the world of this name. One that is sent in a body is that of the
    /// customer, because it names no world.
    pub(super) fn of(api: &Arc<dyn Api>, world: &str, settings: &Settings) -> Option<WorldKey> {
        let stands_for = api.customer_key(settings)?;
        let names_a_world = world != MAIN && place_of_key(api.contract()).is_some();
        let key = if names_a_world {
            drawn(api.name(), world, stands_for.len())
        } else {
            stands_for.clone()
        };
        Some(WorldKey { api: Arc::clone(api), key, stands_for })
    }
}

/// Where a request carries its key: a header, and perhaps a parameter of the query.
fn place_of_key(contract: &Contract) -> Option<(&str, Option<&str>)> {
    Some((contract.key_header.as_deref()?, contract.key_parameter.as_deref()))
}

/// The key of an API in the world of this name: the same in every server.
fn drawn(api: &str, world: &str, length: usize) -> String {
    let text = |part: u8| {
        let hash = Sha256::new().chain_update(b"key of a world").chain_update([part]);
        let hash = hash.chain_update(api).chain_update([0]).chain_update(world).finalize();
        letters(&hash)
    };
    let mut key: String = (0..=u8::MAX).map(text).take(length.div_ceil(32)).collect();
    key.truncate(length);
    key
}

fn with_query(uri: &Uri, query: &str) -> Uri {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = PathAndQuery::try_from(format!("{}?{query}", uri.path())).ok();
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}
