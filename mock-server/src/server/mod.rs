//! A running server.

mod accept;
mod line;

use std::{
    collections::HashMap,
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::JoinHandle,
};

use openapi::Route;
use tokio::{runtime::Runtime, sync::oneshot};

use crate::{
    Config, apis,
    engine::{Api, Breach, Environment, OpenError, Provider, Settings, World},
    http::{HttpOptions, app},
};
use accept::GRACE;

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is in use, or none of this machine.
    #[error(
        "cannot listen on {0}: {1}; choose another address with --listen, port 0 picks a free one"
    )]
    Listen(SocketAddr, io::Error),
    /// No provider has an API of this name.
    #[error("there is no API {0}; there are {1}")]
    UnknownApi(String, String),
    /// Two APIs that would be served have the same path.
    #[error("{0} and {1} both have the path {2}; serve one of them with --api")]
    SharedPath(&'static str, &'static str, String),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The system gives no thread to the server.
    #[error("cannot start: {0}")]
    Thread(#[from] io::Error),
}

/// A server that runs until it is dropped.
pub struct Server {
    address: SocketAddr,
    world: Arc<World>,
    apis: Vec<Arc<dyn Api>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts a server on threads of its own and returns when it answers.
pub fn start(config: Config) -> Result<Server, StartError> {
    start_with(config, apis::all())
}

/// Starts a server of other providers than those that this crate emulates.
pub fn start_with(config: Config, providers: Vec<Arc<dyn Provider>>) -> Result<Server, StartError> {
    let apis = served(&config.apis, &providers)?;
    let cannot_listen = |error| StartError::Listen(config.listen, error);
    let listener = TcpListener::bind(config.listen).map_err(cannot_listen)?;
    listener.set_nonblocking(true).map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;

    let of_providers = apis::settings(&config);
    let settings = Settings { strict: config.strict, of_providers };
    let environment = Environment::new(config.world, settings, config.seed, None);
    // A world is opened while its data and the contracts are read, which take as long.
    let world = std::thread::scope(|scope| {
        let open = || World::open(config.db.as_deref(), providers.clone(), environment);
        let world = scope.spawn(open);
        if config.db.is_none() {
            providers.iter().for_each(|provider| provider.read_data(config.world));
        }
        each_path_once(&apis)?;
        let world = world.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok::<_, StartError>(world?)
    })?;
    let options = HttpOptions { cors: config.cors, control_token: config.control_token };
    let app = app(&providers, &apis, &world, &options);

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // A dropped sender means stop, too.
    let (stop, stopped) = oneshot::channel::<()>();
    let listener = within(&runtime, listener)?;
    let run = move || {
        runtime.block_on(accept::serve(listener, app, stopped));
        // Requests hold the world: its database is closed in order once they have ended.
        runtime.shutdown_timeout(GRACE);
    };
    let thread = std::thread::Builder::new().name("server".into()).spawn(run)?;
    Ok(Server { address, world, apis, stop: Some(stop), thread: Some(thread) })
}

/// A listener of a runtime. No future is run for it: whoever starts a server may be in another one.
fn within(runtime: &Runtime, listener: TcpListener) -> io::Result<tokio::net::TcpListener> {
    let _within = runtime.enter();
    tokio::net::TcpListener::from_std(listener)
}

/// The APIs of these names, or all without a name.
fn served(
    names: &[String],
    providers: &[Arc<dyn Provider>],
) -> Result<Vec<Arc<dyn Api>>, StartError> {
    let all: Vec<Arc<dyn Api>> = providers.iter().flat_map(|provider| provider.apis()).collect();
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|api| api.name() == **name)) {
        let known: Vec<&str> = all.iter().map(|api| api.name()).collect();
        return Err(StartError::UnknownApi(unknown.clone(), known.join(", ")));
    }
    let wanted =
        |api: &Arc<dyn Api>| names.is_empty() || names.iter().any(|name| name == api.name());
    Ok(all.into_iter().filter(wanted).collect())
}

/// Refuses APIs of which two have the same path: a request could mean either.
fn each_path_once(apis: &[Arc<dyn Api>]) -> Result<(), StartError> {
    // What a parameter is called makes no other path.
    let shape = |segment: &str| if segment.starts_with('{') { "{}" } else { segment }.to_owned();
    let mut owners: HashMap<Vec<String>, usize> = HashMap::new();
    for (at, api) in apis.iter().enumerate() {
        for path in api.contract().routes.iter().flat_map(Route::paths) {
            let segments = path.trim_end_matches('/').split('/').map(shape).collect();
            let owner = *owners.entry(segments).or_insert(at);
            if owner != at {
                let (first, second) = (apis[owner].name(), api.name());
                return Err(StartError::SharedPath(first, second, path.to_owned()));
            }
        }
    }
    Ok(())
}

impl Server {
    /// The APIs that it serves.
    pub fn apis(&self) -> &[Arc<dyn Api>] {
        &self.apis
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL, as in `http://127.0.0.1:8080`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The file that holds its state.
    pub fn database(&self) -> &std::path::Path {
        self.world.path()
    }

    /// The answers that broke the contract so far; a test wants none.
    pub fn violations(&self) -> Vec<Breach> {
        self.world.environment.notes.breaches()
    }

    /// Finishes open requests and stops.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A server that panicked has said so already.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
