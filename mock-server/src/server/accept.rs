//! Accepts connections until the server stops, and serves the application over them.

use std::{convert::Infallible, net::SocketAddr, pin::pin, time::Duration};

use axum::{
    extract::{ConnectInfo, Request},
    response::Response,
    serve::Listener,
};
use futures_util::{FutureExt, future::Map};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::watch,
};
use tower::Service;

use super::line::{Line, Reset};
use crate::http::Abort;

/// How long open requests may take to finish when the server stops.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// What is served: the application of a server.
pub(super) trait App:
    Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

impl<S> App for S where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + 'static
{
}

/// Serves until `stop` is done; then takes no connection any more, finishes the requests that are
/// open, and closes the rest when their time is over.
pub(super) async fn serve(listener: TcpListener, app: impl App, stop: impl Future) {
    let (stopping, stopped) = watch::channel(());
    tokio::select! {
        () = accept(listener, app, stopped) => {}
        _ = stop => {}
    }
    let _ = stopping.send(());
    // Every connection holds a receiver until its end.
    let _ = tokio::time::timeout(GRACE, stopping.closed()).await;
}

async fn accept(mut listener: TcpListener, app: impl App, stopped: watch::Receiver<()>) {
    loop {
        let (tcp, from) = Listener::accept(&mut listener).await;
        let line = Line::new(tcp);
        let (app, stopped) = (app.clone(), stopped.clone());
        let connection = Connection { app, from, reset: line.reset(), stopped };
        tokio::spawn(connection.serve(line));
    }
}

/// What the requests of one connection share.
struct Connection<A> {
    app: A,
    /// Who is at the other end.
    from: SocketAddr,
    reset: Reset,
    /// Has news when the server stops.
    stopped: watch::Receiver<()>,
}

impl<A: App> Connection<A> {
    async fn serve(self, io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let (reset, mut stopped) = (self.reset.clone(), self.stopped.clone());
        let connection = http1::Builder::new().serve_connection(TokioIo::new(io), self);
        let mut connection = pin!(connection.with_upgrades());
        let served = tokio::select! {
            served = connection.as_mut() => served,
            _ = stopped.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.as_mut().await
            }
        };
        if let Err(error) = served {
            tracing::trace!("a connection ended: {error}");
            if Abort::behind(&error) == Some(Abort::Reset) {
                reset.set();
            }
        }
    }
}

impl<A: App> hyper::service::Service<hyper::Request<Incoming>> for Connection<A> {
    type Response = Response;
    type Error = Abort;
    type Future = Map<A::Future, fn(Result<Response, Infallible>) -> Result<Response, Abort>>;

    fn call(&self, request: hyper::Request<Incoming>) -> Self::Future {
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(ConnectInfo(self.from));
        self.app.clone().call(request).map(|response| {
            let response = response.unwrap_or_else(|never| match never {});
            response.extensions().get().copied().map_or(Ok(response), Err)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use axum::{Extension, Router, body::Body, routing::get};
    use bytes::Bytes;
    use futures_util::stream;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        sync::oneshot,
    };

    use super::*;

    /// Sends a request and reads until the connection ends; how it ended stands behind what came.
    async fn ask(path: &str) -> (String, Option<ErrorKind>) {
        let begun = async || {
            let parts = [Ok(Bytes::from_static(b"begun")), Err(Abort::Reset)];
            let parts = stream::unfold(parts.into_iter(), |mut parts| async {
                // What came before is sent before the next part is asked for.
                tokio::time::sleep(Duration::from_millis(50)).await;
                parts.next().map(|part| (part, parts))
            });
            Body::from_stream(parts)
        };
        let app = Router::new()
            .route("/close", get(async || (Extension(Abort::Close), "never sent")))
            .route("/reset", get(async || (Extension(Abort::Reset), "never sent")))
            .route("/begun", get(begun))
            .route("/answer", get(async || "an answer"));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(serve(listener, app, stopped));

        let mut client = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        client.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let ended = client.read_to_end(&mut answer).await;
        drop(stop);
        server.await.unwrap();
        (String::from_utf8(answer).unwrap(), ended.err().map(|error| error.kind()))
    }

    #[tokio::test]
    async fn a_handler_ends_a_connection_without_an_answer() {
        assert!(ask("/answer").await.0.ends_with("an answer"));
        assert_eq!(ask("/close").await, (String::new(), None));
        assert_eq!(ask("/reset").await, (String::new(), Some(ErrorKind::ConnectionReset)));
    }

    #[tokio::test]
    async fn a_body_ends_a_connection_within_an_answer() {
        let (answer, ended) = ask("/begun").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("begun"), "{answer}");
        assert_eq!(ended, Some(ErrorKind::ConnectionReset));
    }
}
