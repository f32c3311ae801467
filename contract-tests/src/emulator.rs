//! Starts emulators in this process: one for a test, or one as the target of a verb.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use mock_server::{Config, OwnWorld, Server, StartError};

use crate::{
    core::{profile::ApiProfile, target::Target},
    profiles,
    scenario_client::Api,
};

/// An emulator for a test: it ends with the test, and fails the test if an answer broke the
/// contract.
///
/// It serves every API; where none is named, the first of the [profiles] is meant.
pub struct Emulator {
    world: Lent,
    key: String,
}

/// What a test has of a server.
enum Lent {
    /// A world of the server that all such tests share.
    World {
        /// It is removed before the server stops.
        own: OwnWorld,
        server: Arc<Server>,
    },
    /// A server of its own.
    Server(Server),
}

/// The server whose worlds tests use, as long as there is one; it stops with the last of them.
static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());

/// The server whose worlds tests use. Its worlds are seeded.
fn shared() -> Arc<Server> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let server = Arc::new(started(seeded()));
        *shared = Arc::downgrade(&server);
        server
    })
}

fn seeded() -> Config {
    Config { seed: Some(1), ..Config::default() }
}

fn started(config: Config) -> Server {
    mock_server::start(config).unwrap_or_else(|error| panic!("an emulator starts: {error}"))
}

impl Emulator {
    /// The demo world, reproducible: seeded, with a clock that stands still until it is moved. It
    /// is a world of a server that the tests of this process share.
    pub fn start() -> Emulator {
        let server = shared();
        let own = server.world().unwrap_or_else(|error| panic!("a world is made: {error}"));
        Emulator { world: Lent::World { own, server }, key: seeded().api_key }
    }

    /// The same as the first world of a server of its own: for tests of what belongs to a server.
    pub fn alone() -> Emulator {
        Emulator::with(seeded())
    }

    /// A server of its own, of another configuration.
    pub fn with(config: Config) -> Emulator {
        let key = config.api_key.clone();
        Emulator { world: Lent::Server(started(config)), key }
    }

    /// The API, called by the first customer.
    pub fn api(&self) -> Api {
        Api::new(profiles::first(), self.url()).with_key(&self.key)
    }

    /// The API, called by the second customer.
    pub fn other_customer(&self) -> Api {
        self.api().with_key(profiles::first().demo_keys.other)
    }

    /// Another API of the same world, called by the first customer with the key of the demo world.
    pub fn api_of(&self, profile: &'static ApiProfile) -> Api {
        Api::new(profile, self.url()).with_key(profile.demo_keys.customer)
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
        match &self.world {
            Lent::World { server, .. } => server,
            Lent::Server(server) => server,
        }
    }

    /// The base URL.
    pub fn url(&self) -> String {
        match &self.world {
            Lent::World { own, .. } => own.url().to_owned(),
            Lent::Server(server) => server.url(),
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let breaches = match &self.world {
            Lent::World { own, .. } => own.violations(),
            Lent::Server(server) => server.violations(),
        };
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
