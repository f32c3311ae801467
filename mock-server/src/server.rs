//! A running server.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use axum::serve::ListenerExt;
use tokio::sync::oneshot;

use crate::{
    Config, apis,
    engine::{Breach, Clock, Environment, OpenError, Settings, World},
    http::{HttpOptions, app},
};

/// The instant at which a seeded run begins: 2026-01-01T00:00:00Z.
const SEEDED_START: i64 = 1_767_225_600;

/// How long open requests may take to finish when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is in use, or none of this machine.
    #[error(
        "cannot listen on {0}: {1}; choose another address with --listen, port 0 picks a free one"
    )]
    Listen(SocketAddr, io::Error),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The system gives no thread to the server.
    #[error("cannot start: {0}")]
    Thread(#[from] io::Error),
}

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    world: Arc<World>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts a server on threads of its own and returns when it answers.
pub fn start(config: Config) -> Result<Server, StartError> {
    let cannot_listen = |error| StartError::Listen(config.listen, error);
    let listener = TcpListener::bind(config.listen).map_err(cannot_listen)?;
    listener.set_nonblocking(true).map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;

    let clock = if config.seed.is_some() { Clock::frozen_at(SEEDED_START) } else { Clock::real() };
    let settings = Settings {
        kind: config.world,
        api_key: config.api_key,
        delivery_seconds: config.delivery_seconds,
    };
    let seed = config.seed.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
    let apis = apis::all();
    let world =
        World::open(config.db.as_deref(), apis.clone(), Environment::new(clock, settings, seed))?;
    let options = HttpOptions {
        strict: config.strict,
        cors: config.cors,
        control_token: config.control_token,
    };
    let app = app(&apis, &world, &options).into_make_service_with_connect_info::<SocketAddr>();

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serve = async move {
        let listener = tokio::net::TcpListener::from_std(listener)?.tap_io(|connection| {
            // Otherwise the kernel may hold the body back until the client acknowledges the head.
            let _ = connection.set_nodelay(true);
        });
        // A dropped sender means stop, too.
        let (stopping, stop_begun) = oneshot::channel::<()>();
        let stopped = async move {
            drop(stopped.await);
            drop(stopping);
        };
        let grace_over = async {
            drop(stop_begun.await);
            tokio::time::sleep(GRACE).await;
            Ok(())
        };
        let serve = axum::serve(listener, app).with_graceful_shutdown(stopped);
        tokio::select! {
            served = serve.into_future() => served,
            over = grace_over => over,
        }
    };
    let run = move || {
        if let Err(error) = runtime.block_on(serve) {
            tracing::error!("the server failed: {error}");
        }
        // Requests hold the world: its database is closed in order once they have ended.
        runtime.shutdown_timeout(GRACE);
    };
    let thread = std::thread::Builder::new().name("server".into()).spawn(run)?;
    Ok(Server { address, world, stop: Some(stop), thread: Some(thread) })
}

impl Server {
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

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
