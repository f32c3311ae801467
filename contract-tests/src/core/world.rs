//! A world of the harness at an emulator: made for a run beside what its user keeps, and removed
//! with it.

use std::{net::SocketAddr, time::Duration};

use http::Method;
use serde_json::json;
use tokio::{runtime, time::timeout};

use crate::core::{
    exchange::{Caller, Received, Sent},
    profile::ApiProfile,
    shell::command_line,
    transport::{Http, Transport, Unreachable, credentials::Keys},
};

/// The header that names a world.
pub const MOCK_WORLD: &str = "mock-world";
/// What stands before the name of a world in a path.
const IN: &str = "/_in/";
/// The worlds of an emulator.
const WORLDS: &str = "/_mock/worlds";
/// How the names of such worlds begin. The rest is of chance, so that none is used twice.
const NAME: &str = "contract-tests-";
/// After so many seconds without a request it goes away by itself, should nobody remove it.
const IDLE_SECONDS: u32 = 600;
/// How long its removal may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why there is no world for a run.
#[derive(Debug, thiserror::Error)]
pub enum NoWorld {
    /// The emulator does not answer.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// It has one world only.
    #[error(
        "{0} has no worlds beside its own (POST {WORLDS} answers {1}). That one may be kept by \
        somebody, so it is not reset; use a newer emulator, or --target mock"
    )]
    One(String, u16),
    /// It makes none now.
    #[error("{0} makes no world for this run: {1}")]
    Refused(String, String),
}

/// A world that is removed when this is dropped.
pub(crate) struct OwnWorld {
    profile: &'static ApiProfile,
    /// Where the emulator is, without a world of its user in the path.
    root: String,
    address: SocketAddr,
    name: String,
    /// The seed that it began with.
    pub(crate) seed: u64,
}

impl OwnWorld {
    /// Makes a world at the emulator of this base URL. It holds what that emulator began with.
    pub(crate) async fn make(
        profile: &'static ApiProfile,
        (base, address): (&str, SocketAddr),
        seed: u64,
    ) -> Result<OwnWorld, NoWorld> {
        let name = format!("{NAME}{}", uuid::Uuid::new_v4().simple());
        let root = root(base).to_owned();
        let new = json!({ "name": name, "seed": seed, "ttl_s": IDLE_SECONDS });
        // It counts as made before it is asked for: the request may arrive though its answer does
        // not.
        let own = OwnWorld { profile, root, address, name, seed };
        let made = own.control(Method::POST, WORLDS, new.to_string()).await?;
        match made.status {
            _ if made.is_2xx() => Ok(own),
            404 | 405 => Err(NoWorld::One(base.to_owned(), made.status)),
            _ => Err(NoWorld::Refused(base.to_owned(), made.text())),
        }
    }

    /// What stands before the paths of its URLs.
    pub(crate) fn base_path(&self) -> String {
        format!("{IN}{}", self.name)
    }

    /// Its base URL.
    pub(crate) fn base(&self) -> String {
        format!("{}{}", self.root, self.base_path())
    }

    async fn control(
        &self,
        method: Method,
        path: &str,
        body: String,
    ) -> Result<Received, Unreachable> {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let (caller, target, body) = (Caller::Nobody, path.to_owned(), body.into_bytes());
        let sent = Sent { route: None, caller, method, target, headers, body };
        // A client of its own: the connections of another one may belong to a runtime that ended.
        Http::pinned(&self.root, self.address, self.profile, Keys::default()).send(&sent).await
    }
}

impl Drop for OwnWorld {
    fn drop(&mut self) {
        let remove = || {
            let Ok(runtime) = runtime::Builder::new_current_thread().enable_all().build() else {
                return;
            };
            let path = format!("{WORLDS}/{}", self.name);
            let removed = self.control(Method::DELETE, &path, String::new());
            // An emulator that is gone has no worlds.
            drop(runtime.block_on(async { timeout(PATIENCE, removed).await }));
        };
        // Whatever runtime this is dropped in may not be waited in.
        std::thread::scope(|scope| drop(scope.spawn(remove).join()));
    }
}

/// The base URL of a server, where one of its worlds is named as well.
pub(crate) fn root(base: &str) -> &str {
    match base.rsplit_once(IN) {
        Some((root, name)) if !name.contains('/') => root,
        _ => base,
    }
}

/// Whether a base URL is that of a world.
pub(crate) fn is_of_a_world(base: &str) -> bool {
    root(base).len() < base.len()
}

/// The name of a world that a person makes to see a run again.
const AGAIN: &str = "again";

/// The base URL of a world in which a run at this emulator can be seen again.
pub(crate) fn base_of_again(base: &str) -> String {
    format!("{}{IN}{AGAIN}", root(base))
}

/// The commands that make that world, and make it as it was at its beginning.
pub(crate) fn commands_of_again(base: &str, seed: u64) -> [String; 2] {
    let new = json!({ "name": AGAIN, "seed": seed, "ttl_s": 3600 }).to_string();
    let worlds = format!("{}{WORLDS}", root(base));
    let reset = format!("{}/_mock/reset", base_of_again(base));
    let make = command_line(["curl", "-s", &worlds, "-d", &new]);
    [make, command_line(["curl", "-s", "-X", "POST", &reset])]
}

/// The world that a path names, and the path within it.
pub(crate) fn named_in(target: &str) -> Option<(&str, &str)> {
    let rest = target.strip_prefix(IN)?;
    let end = rest.find(['/', '?'])?;
    rest[end..].starts_with('/').then(|| rest.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_of_the_user_in_a_base_url_is_no_part_of_the_server() {
        for (base, server) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://127.0.0.1:8080/_in/orders", "http://127.0.0.1:8080"),
            ("http://127.0.0.1:8080/mock/_in/orders", "http://127.0.0.1:8080/mock"),
            ("http://127.0.0.1:8080/_in/orders/v3", "http://127.0.0.1:8080/_in/orders/v3"),
        ] {
            assert_eq!(root(base), server);
        }
    }

    #[test]
    fn a_path_names_a_world_where_something_follows() {
        for (target, named) in [
            ("/_in/w1/v3/sshKey?a=b", Some(("w1", "/v3/sshKey?a=b"))),
            ("/_in/w1/", Some(("w1", "/"))),
            ("/_in/w1", None),
            ("/_in/w1?a=/b", None),
            ("/v3/_in/w1/", None),
        ] {
            assert_eq!(named_in(target), named, "{target}");
        }
    }
}
