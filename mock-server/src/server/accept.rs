//! Accepts connections until the server stops.

use std::{sync::Arc, time::Duration};

use axum::serve::Listener;
use tokio::{net::TcpListener, sync::watch};

use super::{
    connection::{App, Connection, Site},
    line::Line,
};

/// How long open requests may take to finish when the server stops.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// Where connections come from.
pub(super) struct Listeners {
    pub(super) http: TcpListener,
    pub(super) https: Option<TcpListener>,
}

/// Serves until `stop` is done; then takes no connection any more, finishes the requests that are
/// open, and closes the rest when their time is over.
pub(super) async fn serve(listeners: Listeners, site: Site<impl App>, stop: impl Future) {
    let site = Arc::new(site);
    let (stopping, stopped) = watch::channel(());
    let Listeners { http, https } = listeners;
    let plain = accept(http, Arc::clone(&site), stopped.clone(), false);
    let secured = async {
        match https {
            Some(listener) => accept(listener, site, stopped, true).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = plain => {}
        () = secured => {}
        _ = stop => {}
    }
    let _ = stopping.send(());
    // Every connection holds a receiver until its end.
    let _ = tokio::time::timeout(GRACE, stopping.closed()).await;
}

async fn accept(
    mut listener: TcpListener,
    site: Arc<Site<impl App>>,
    stopped: watch::Receiver<()>,
    secured: bool,
) {
    loop {
        let (tcp, from) = Listener::accept(&mut listener).await;
        let line = Line::new(tcp);
        let connection = Connection::new(Arc::clone(&site), from, line.reset(), stopped.clone());
        if secured {
            tokio::spawn(connection.secure(line));
        } else {
            tokio::spawn(connection.serve(line));
        }
    }
}
