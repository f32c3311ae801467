//! The server under test: an emulator in this process, or a server at some address.

use std::{any::Any, net::SocketAddr, sync::Arc};

use http::Method;
use serde_json::{Value, json};
use url::Url;

use crate::core::{
    check,
    exchange::{Caller, Exchange, Received, Sent},
    finding::Finding,
    judge::judge_by_contract,
    profile::ApiProfile,
    redact::Redactor,
    transport::{Answered, Http, Transport, Unreachable, credentials::Keys},
    world::{self, NoWorld, OwnWorld},
};

/// Whether a server is an emulator. It follows from the address alone, and no flag changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// An emulator: the server is on this machine.
    Mock,
    /// A live API: the server is anywhere else, and requests may cost money.
    Live,
}

/// A server whose name was looked up once: requests go to this address, whatever the name resolves
/// to later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedServer {
    /// Its base URL, without a slash at the end.
    pub base: String,
    /// Its host, with the port unless that is 443.
    pub host: String,
    /// Its address.
    pub address: SocketAddr,
    /// Whether it is an emulator.
    pub kind: TargetKind,
}

/// The server under test.
#[derive(Clone)]
pub struct Target {
    /// The API that it serves.
    pub profile: &'static ApiProfile,
    /// Its name in reports: `mock`, or the base URL.
    pub name: String,
    transport: Arc<dyn Transport>,
    /// The keys that it is called with; none may appear in an output.
    keys: Keys,
    /// The server under test, where it runs in this process; it stops with the last clone of the
    /// target.
    process: Option<Process>,
    /// Its world, where that was made for it beside what the user of the server keeps.
    own_world: Option<Arc<OwnWorld>>,
    /// Whether it has the control API of the emulator.
    controllable: bool,
    /// Whether its world always begins at the same time.
    seeded: bool,
    /// Whether it is a live API.
    live: bool,
}

/// A server in this process.
#[derive(Clone)]
struct Process {
    url: String,
    /// Keeps the server running until it is dropped.
    server: Arc<dyn Any + Send + Sync>,
}

impl Target {
    /// A seeded emulator in this process, called with the keys of its demo world. It runs as long
    /// as the target exists.
    pub(crate) fn in_process(
        profile: &'static ApiProfile,
        url: String,
        server: Arc<dyn Any + Send + Sync>,
    ) -> Target {
        let keys = Keys::default().or_demo(profile.demo_keys);
        Target {
            profile,
            name: "mock".to_owned(),
            transport: Arc::new(Http::new(&*url, profile, keys.clone())),
            keys,
            process: Some(Process { url, server }),
            own_world: None,
            controllable: true,
            seeded: true,
            live: false,
        }
    }

    /// A server at `server`, with the world that its user has there, which is never reset. An
    /// emulator on this machine is recognised by its control API; it knows the demo keys. A live
    /// server must be [behind](Target::behind) a guard before anything is sent to it.
    pub async fn at(
        profile: &'static ApiProfile,
        server: &ResolvedServer,
        keys: Keys,
    ) -> Result<Target, Unreachable> {
        let keys = keys.fitting(profile.credentials).with_stranger(profile.demo_keys);
        let transport = |keys| Arc::new(Http::pinned(&server.base, server.address, profile, keys));
        let target = Target {
            profile,
            name: server.base.clone(),
            transport: transport(keys.clone()),
            seeded: false,
            keys: keys.clone(),
            process: None,
            own_world: None,
            controllable: server.kind == TargetKind::Mock,
            live: server.kind == TargetKind::Live,
        };
        if !target.has_control().await? {
            return Ok(Target { controllable: false, ..target });
        }
        let keys = keys.or_demo(profile.demo_keys);
        // With a seed, the clock stands still until it is moved.
        let clock = target.control(Method::GET, "/_mock/clock", Value::Null).await;
        let seeded = clock.is_ok_and(|clock| clock.json()["frozen"] == true);
        Ok(Target { transport: transport(keys.clone()), keys, seeded, ..target })
    }

    /// The same, but an emulator is used in a seeded world of its own, so that nothing that is kept
    /// there changes. It is removed with the last clone of the target.
    pub async fn beside(
        profile: &'static ApiProfile,
        server: &ResolvedServer,
        keys: Keys,
        seed: u64,
    ) -> Result<Target, NoWorld> {
        let target = Target::at(profile, server, keys).await?;
        if !target.controllable {
            return Ok(target);
        }
        let own = OwnWorld::make(profile, (&server.base, server.address), seed).await?;
        let http = Http::pinned(own.base(), server.address, profile, target.keys.clone());
        let (transport, own_world) = (Arc::new(http), Some(Arc::new(own)));
        Ok(Target { transport, own_world, seeded: true, ..target })
    }

    /// Whether a server on this machine has the control API; an error where nothing listens.
    async fn has_control(&self) -> Result<bool, Unreachable> {
        if !self.controllable {
            return Ok(false);
        }
        let headers = Vec::new();
        let (method, target) = (Method::GET, "/_mock/health".to_owned());
        let sent =
            Sent { route: None, caller: Caller::Nobody, method, target, headers, body: Vec::new() };
        let nobody = |error| match error {
            Unreachable::Silent(why) => {
                Unreachable::Silent(format!("nobody listens at {}: {why}", self.name))
            }
            denied => denied,
        };
        Ok(self.send(&sent).await.map_err(nobody)?.is_2xx())
    }

    /// The emulator in this process, asked by another of the APIs that it serves; `None` where the
    /// server is elsewhere.
    pub fn by(&self, profile: &'static ApiProfile) -> Option<Target> {
        let Process { url, server } = self.process.clone()?;
        Some(Target::in_process(profile, url, server))
    }

    /// The names of the APIs that an emulator says it serves; `None` where it does not say.
    pub async fn served(&self) -> Result<Option<Vec<String>>, Unreachable> {
        let health = self.control(Method::GET, "/_mock/health", Value::Null).await?.json();
        let name = |api: &Value| api.as_str().or_else(|| api["name"].as_str()).map(str::to_owned);
        Ok(health["apis"].as_array().map(|apis| apis.iter().filter_map(name).collect()))
    }

    /// The same target behind another transport, such as one that injects a fault.
    #[must_use]
    pub fn behind(&self, wrap: impl FnOnce(Arc<dyn Transport>) -> Arc<dyn Transport>) -> Target {
        Target { transport: wrap(self.transport()), ..self.clone() }
    }

    /// How requests reach it.
    pub fn transport(&self) -> Arc<dyn Transport> {
        Arc::clone(&self.transport)
    }

    /// Its base URL, where it is an emulator in this process.
    pub fn url(&self) -> Option<String> {
        self.process.as_ref().map(|process| process.url.clone())
    }

    /// The base URL of its world, where that was made for it.
    pub(crate) fn own_base(&self) -> Option<String> {
        self.own_world.as_ref().map(|own| own.base())
    }

    /// The seed of its world, where that was made for it.
    pub(crate) fn own_seed(&self) -> Option<u64> {
        self.own_world.as_ref().map(|own| own.seed)
    }

    /// Whether its address names one of several worlds.
    pub(crate) fn is_in_a_world(&self) -> bool {
        self.own_world.is_some() || world::is_of_a_world(&self.name)
    }

    /// A path that an answer showed, as requests to this target have it.
    pub(crate) fn path_within<'a>(&self, path: &'a str) -> &'a str {
        let own = self.own_world.as_ref().map(|own| own.base_path());
        own.and_then(|own| path.strip_prefix(&own)).unwrap_or(path)
    }

    /// Everything that is wrong with one answer of this target.
    pub fn judge(&self, exchange: &Exchange) -> Vec<Finding> {
        let mut findings = judge_by_contract(self.profile, exchange);
        findings.extend(self.leak(exchange));
        findings
    }

    /// The finding for an answer that repeats a key of the harness, unless the operation is there
    /// to show keys.
    fn leak(&self, exchange: &Exchange) -> Option<Finding> {
        let operation = exchange.sent.name();
        let received = &exchange.received;
        let contains =
            |text: &[u8], key: &str| text.windows(key.len()).any(|part| part == key.as_bytes());
        let shows = |key: &str| {
            contains(&received.body, key)
                || received.headers.values().any(|value| contains(value.as_bytes(), key))
        };
        let credentials = self.profile.credentials;
        let leaks = self.keys.secrets().any(|key| shows(credentials.secret(key.expose())));
        let may_show = self.profile.shows_keys.contains(&operation.as_str());
        (leaks && !may_show)
            .then(|| Finding::new(&check::NO_KEY_BACK, operation, "repeats the key of the caller"))
    }

    /// A redactor that knows the credentials of this target, and what the contract calls secret.
    pub fn redactor(&self) -> Redactor {
        Redactor::new(self.profile, self.keys.secrets().cloned())
    }

    /// Whether the harness has the credentials to call as `caller`.
    pub fn can_call_as(&self, caller: Caller) -> bool {
        caller == Caller::Nobody || self.keys.of(caller).is_some()
    }

    /// The caller whose key this is, if any.
    pub fn owner(&self, key: &str) -> Option<Caller> {
        self.keys.owner(key)
    }

    /// Whether it is a live API. A guard decides what may be sent to it.
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// Whether it has the control API, which sets time and state.
    pub fn is_controllable(&self) -> bool {
        self.controllable
    }

    /// Whether its world always begins at the same time.
    pub fn is_seeded(&self) -> bool {
        self.seeded
    }

    /// Its host, or `mock`.
    pub fn host(&self) -> String {
        let url = Url::parse(&self.name).ok();
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| self.name.clone())
    }

    /// Sends a request.
    pub async fn send(&self, sent: &Sent) -> Answered {
        self.transport.send(sent).await
    }

    /// Resets the world of the emulator, unless that is the world of a user.
    pub async fn reset(&self) -> Result<(), Unreachable> {
        if self.controllable && self.process.is_none() && self.own_world.is_none() {
            return Err(Unreachable::Kept(self.name.clone()));
        }
        self.control(Method::POST, "/_mock/reset", Value::Null).await.map(drop)
    }

    /// Moves the clock of the emulator forward.
    pub async fn advance(&self, seconds: u32) -> Result<(), Unreachable> {
        self.control(Method::POST, "/_mock/clock/advance", json!({ "seconds": seconds }))
            .await
            .map(drop)
    }

    /// The time at the emulator, in seconds since 1970.
    pub async fn now(&self) -> Result<i64, Unreachable> {
        let clock = self.control(Method::GET, "/_mock/clock", Value::Null).await?.json();
        Ok(clock["now"].as_i64().unwrap_or_default())
    }

    /// The mail that the provider would have sent, the oldest first.
    pub async fn outbox(&self) -> Result<Value, Unreachable> {
        Ok(self.control(Method::GET, "/_mock/outbox", Value::Null).await?.json())
    }

    async fn control(
        &self,
        method: Method,
        path: &str,
        body: Value,
    ) -> Result<Received, Unreachable> {
        if !self.controllable {
            return Err(Unreachable::Silent(format!(
                "{} has no control API; only an emulator has",
                self.name
            )));
        }
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let sent = Sent {
            route: None,
            caller: Caller::Nobody,
            method,
            target: path.to_owned(),
            headers,
            body,
        };
        let received = self.send(&sent).await?;
        if received.is_2xx() {
            return Ok(received);
        }
        Err(Unreachable::Silent(format!("{path} answers {}: {}", received.status, received.text())))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::BoxFuture;
    use http::HeaderMap;

    use super::*;
    use crate::core::profile::sample::NOTES;

    /// Answers everything with one body.
    struct Telling(Value);

    impl Transport for Telling {
        fn send<'a>(&'a self, _: &'a Sent) -> BoxFuture<'a, Answered> {
            let body = self.0.to_string().into_bytes();
            let (headers, took) = (HeaderMap::new(), Duration::ZERO);
            Box::pin(async move { Ok(Received { status: 200, headers, body, took }) })
        }
    }

    #[tokio::test]
    async fn an_emulator_says_in_two_forms_which_apis_it_serves() {
        let target = Target::in_process(&NOTES, String::new(), Arc::new(()));
        for (health, served) in [
            (json!({ "apis": ["a", "b"] }), Some(vec!["a", "b"])),
            (json!({ "apis": [{ "name": "a", "operations": 3 }] }), Some(vec!["a"])),
            (json!({ "status": "OK" }), None),
        ] {
            let telling = target.behind(|_| Arc::new(Telling(health.clone())));
            let names = telling.served().await.expect("it answers");
            let expected = served.map(|it| it.into_iter().map(str::to_owned).collect());
            assert_eq!(names, expected, "{health}");
        }
    }
}
