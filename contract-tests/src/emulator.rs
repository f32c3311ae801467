//! Starts emulators in this process: one for a test, or one as the target of a verb.

use std::sync::Arc;

use mock_server::{Config, Server, StartError};

use crate::{
    core::{profile::ApiProfile, target::Target},
    profiles,
    scenario_client::Api,
};

/// An emulator that stops with the test, and fails the test if an answer broke the contract.
///
/// It serves every API; where none is named, the first of the [profiles] is meant.
pub struct Emulator {
    server: Server,
    key: String,
}

impl Emulator {
    /// The demo world, reproducible: seeded, with a clock that stands still until it is moved.
    pub fn start() -> Emulator {
        Emulator::with(Config { seed: Some(1), ..Config::default() })
    }

    /// A world of another configuration.
    pub fn with(config: Config) -> Emulator {
        let key = config.api_key.clone();
        let server = mock_server::start(config)
            .unwrap_or_else(|error| panic!("an emulator starts: {error}"));
        Emulator { server, key }
    }

    /// The API, called by the first customer.
    pub fn api(&self) -> Api {
        Api::new(profiles::first(), self.server.url()).with_key(&self.key)
    }

    /// The API, called by the second customer.
    pub fn other_customer(&self) -> Api {
        self.api().with_key(profiles::first().demo_keys.other)
    }

    /// Another API of the same world, called by the first customer with the key of the demo world.
    pub fn api_of(&self, profile: &'static ApiProfile) -> Api {
        Api::new(profile, self.server.url()).with_key(profile.demo_keys.customer)
    }

    /// The mail that the provider would have sent, the oldest first.
    pub async fn outbox(&self) -> Vec<serde_json::Value> {
        let sent = self.api().raw("GET", "/_mock/outbox", None).await;
        serde_json::from_slice(&sent.body).expect("the outbox is a list")
    }

    /// The key of the first customer.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The server itself.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The base URL.
    pub fn url(&self) -> String {
        self.server.url()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let breaches = self.server.violations();
        if std::thread::panicking() {
            // What the emulator says of a failure may explain the one that is being told.
            breaches.iter().for_each(|breach| eprintln!("{breach:?}"));
        } else {
            assert!(breaches.is_empty(), "answers broke the contract: {breaches:#?}");
        }
    }
}

impl Target {
    /// An emulator in this process with the demo world. It is seeded, so that a run can be repeated
    /// to the byte.
    pub fn mock(profile: &'static ApiProfile, seed: u64) -> Result<Target, StartError> {
        let config = Config { seed: Some(seed), ..Config::default() };
        Ok(Target::serving(profile, mock_server::start(config)?))
    }

    /// A seeded server of this process, such as one of providers of your own.
    pub fn serving(profile: &'static ApiProfile, server: Server) -> Target {
        Target::in_process(profile, server.url(), Arc::new(server))
    }
}
