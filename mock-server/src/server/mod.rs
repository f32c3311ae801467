//! A running server.

mod accept;
mod beginning;
mod connection;
mod line;
mod start_error;

use std::{
    collections::HashMap,
    io,
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    thread::JoinHandle,
};

use openapi::Route;
use tokio::{runtime::Runtime, sync::oneshot};

use crate::{
    Config, apis,
    engine::{Api, Breach, Provider, World},
    http::{OwnWorld, OwnWorldError, Worlds, app},
    tls::{CaError, Tls},
};
use accept::{GRACE, Listeners};
use connection::Site;

pub use start_error::StartError;

/// A server that runs until it is dropped.
pub struct Server {
    address: SocketAddr,
    tls_address: Option<SocketAddr>,
    tls: Arc<Tls>,
    world: Arc<World>,
    worlds: Arc<Worlds>,
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
    let (http, address) = listen(config.listen, StartError::Listen)?;
    let https = config.tls_listen.map(|at| listen(at, StartError::TlsListen)).transpose()?;
    let (https, tls_address) = https.unzip();

    let environment = beginning::environment(&config, &providers)?;
    let kind = environment.kind;
    // A world is opened while its data and the contracts are read, which take as long.
    let world = std::thread::scope(|scope| {
        let open = || World::open(config.db.as_deref(), providers.clone(), environment);
        let world = scope.spawn(open);
        if config.db.is_none() {
            providers.iter().for_each(|provider| provider.read_data(kind));
        }
        each_path_once(&apis)?;
        let world = world.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok::<_, StartError>(world?)
    })?;
    let tls = Arc::new(tls(config.tls_ca.as_deref(), &apis, &providers)?);
    let mut options = beginning::http_options(config.faults.as_deref())?;
    options.cors = config.cors;
    options.control_token = config.control_token;
    options.tls = Arc::clone(&tls);
    let app = app(&providers, &apis, &world, &options);
    let worlds = Arc::clone(app.worlds());
    let site = Site { app, tls: Arc::clone(&tls), addresses: addresses(&apis) };

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // A dropped sender means stop, too.
    let (stop, stopped) = oneshot::channel::<()>();
    let http = within(&runtime, http)?;
    let https = https.map(|listener| within(&runtime, listener)).transpose()?;
    let run = move || {
        runtime.block_on(accept::serve(Listeners { http, https }, site, stopped));
        // Requests hold the world: its database is closed in order once they have ended.
        runtime.shutdown_timeout(GRACE);
    };
    let thread = std::thread::Builder::new().name("server".into()).spawn(run)?;
    let (stop, thread) = (Some(stop), Some(thread));
    Ok(Server { address, tls_address, tls, world, worlds, apis, stop, thread })
}

fn listen(
    at: SocketAddr,
    cannot: fn(SocketAddr, io::Error) -> StartError,
) -> Result<(TcpListener, SocketAddr), StartError> {
    let cannot = |error| cannot(at, error);
    let listener = TcpListener::bind(at).map_err(cannot)?;
    listener.set_nonblocking(true).map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    Ok((listener, address))
}

/// TLS for the hosts of the APIs that are served; where the authority is kept, for those of all, so
/// that it does not depend on which are served.
fn tls(
    folder: Option<&Path>,
    served: &[Arc<dyn Api>],
    providers: &[Arc<dyn Provider>],
) -> Result<Tls, CaError> {
    let hosts = |apis: &[Arc<dyn Api>]| -> Vec<String> {
        apis.iter().flat_map(|api| api.contract().hosts.clone()).collect()
    };
    match folder {
        None => Ok(Tls::in_memory(hosts(served))),
        Some(folder) => {
            let all: Vec<_> = providers.iter().flat_map(|provider| provider.apis()).collect();
            Tls::kept_in(folder, hosts(&all))
        }
    }
}

/// The addresses of the real servers of these APIs.
fn addresses(apis: &[Arc<dyn Api>]) -> Vec<String> {
    let hosts = apis.iter().flat_map(|api| &api.contract().hosts);
    let with_port =
        |host: &String| if host.contains(':') { host.clone() } else { format!("{host}:443") };
    hosts.map(with_port).collect()
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

    /// Makes a world beside the first one, which begins and behaves as that did. It is removed with
    /// the value that is returned.
    pub fn world(&self) -> Result<OwnWorld, OwnWorldError> {
        OwnWorld::of(&self.url(), &self.worlds)
    }

    /// Its base URL of `https`, where it listens for that.
    pub fn tls_url(&self) -> Option<String> {
        self.tls_address.map(|address| format!("https://{address}"))
    }

    /// The certificate that clients of `https` must trust, as PEM.
    pub fn ca_pem(&self) -> &str {
        self.tls.ca_pem()
    }

    /// The file that holds its state.
    pub fn database(&self) -> &Path {
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
