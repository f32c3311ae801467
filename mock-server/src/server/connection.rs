//! One connection: its requests, and the tunnels through it.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode, header, uri::Authority},
    response::{IntoResponse, Response},
};
use futures_util::{
    FutureExt,
    future::{Either, Map, Ready, ready},
};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
};
use tower::Service;

use super::line::Reset;
use crate::{
    engine::X_FORWARDED_PROTO,
    http::{Abort, refuse},
    tls::Tls,
};

/// How long a client may take to agree on TLS.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// The application that is served.
pub(super) trait App:
    Service<Request, Response = Response, Error = Infallible, Future: Send>
    + Clone
    + Send
    + Sync
    + 'static
{
}

impl<S> App for S where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// What all connections serve.
pub(super) struct Site<A> {
    pub(super) app: A,
    pub(super) tls: Arc<Tls>,
    /// Where tunnels lead to, as in `api.example.com:443`.
    pub(super) addresses: Vec<String>,
}

/// What the requests of one connection share.
pub(super) struct Connection<A> {
    site: Arc<Site<A>>,
    /// Who is at the other end.
    from: SocketAddr,
    reset: Reset,
    /// Has news when the server stops.
    stopped: watch::Receiver<()>,
    /// What the connection says of all its requests.
    said: Vec<(HeaderName, HeaderValue)>,
}

impl<A: App> Connection<A> {
    pub(super) fn new(
        site: Arc<Site<A>>,
        from: SocketAddr,
        reset: Reset,
        stopped: watch::Receiver<()>,
    ) -> Connection<A> {
        Connection { site, from, reset, stopped, said: Vec::new() }
    }

    /// Serves requests until the connection ends or the server stops.
    pub(super) async fn serve(self, io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
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

    /// The same behind TLS.
    pub(super) async fn secure(mut self, io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let handshake = self.site.tls.acceptor().accept(io);
        let handshake = tokio::select! {
            done = tokio::time::timeout(HANDSHAKE, handshake) => done,
            _ = self.stopped.changed() => return,
        };
        match handshake {
            Ok(Ok(stream)) => {
                self.said.push((X_FORWARDED_PROTO, HeaderValue::from_static("https")));
                self.serve(stream).await;
            }
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::InvalidData => tracing::warn!(
                "a client did not agree on TLS: {error}; does it trust GET /_mock/ca.pem?"
            ),
            _ => tracing::debug!("a client left before TLS began"),
        }
    }

    /// Opens a tunnel to a host that this server plays, which ends here.
    fn tunnel(&self, request: hyper::Request<Incoming>) -> Response {
        let target = request.uri().authority().map_or("", Authority::as_str);
        if !self.site.addresses.iter().any(|address| address.eq_ignore_ascii_case(target)) {
            let addresses = self.site.addresses.join(", ");
            let why = format!("no tunnel leads to {target}; this server plays {addresses}");
            return refuse(StatusCode::FORBIDDEN, &why).into_response();
        }
        let site = Arc::clone(&self.site);
        let mut within = Connection::new(site, self.from, self.reset.clone(), self.stopped.clone());
        // Whom the client is for the proxy holds for all that comes through.
        let credentials = request.headers().get(header::PROXY_AUTHORIZATION).cloned();
        within.said.extend(credentials.map(|it| (header::PROXY_AUTHORIZATION, it)));
        let tunnel: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
            match hyper::upgrade::on(request).await {
                Ok(tunnel) => within.secure(TokioIo::new(tunnel)).await,
                Err(error) => tracing::debug!("a tunnel was not opened: {error}"),
            }
        });
        tokio::spawn(tunnel);
        Response::default()
    }
}

type Answered<F> = Map<F, fn(Result<Response, Infallible>) -> Result<Response, Abort>>;

impl<A: App> hyper::service::Service<hyper::Request<Incoming>> for Connection<A> {
    type Response = Response;
    type Error = Abort;
    type Future = Either<Answered<A::Future>, Ready<Result<Response, Abort>>>;

    fn call(&self, request: hyper::Request<Incoming>) -> Self::Future {
        if request.method() == Method::CONNECT {
            return Either::Right(ready(Ok(self.tunnel(request))));
        }
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.from));
        for (name, value) in &self.said {
            request.headers_mut().insert(name, value.clone());
        }
        Either::Left(self.site.app.clone().call(request).map(|response| {
            let response = response.unwrap_or_else(|never| match never {});
            response.extensions().get().copied().map_or(Ok(response), Err)
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use axum::{Extension, Router, routing::get};
    use bytes::Bytes;
    use futures_util::stream;
    use rustls::{
        ClientConfig, RootCertStore,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    };
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
        sync::oneshot,
    };
    use tokio_rustls::TlsConnector;

    use super::*;
    use crate::server::accept::{Listeners, serve};

    const TUNNEL: &[u8] = b"CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n";

    fn app() -> Router {
        let begun = async || {
            let parts = [Ok(Bytes::from_static(b"begun")), Err(Abort::Reset)];
            let parts = stream::unfold(parts.into_iter(), |mut parts| async {
                // What came before is sent before the next part is asked for.
                tokio::time::sleep(Duration::from_millis(50)).await;
                parts.next().map(|part| (part, parts))
            });
            Body::from_stream(parts)
        };
        Router::new()
            .route("/close", get(async || (Extension(Abort::Close), "never sent")))
            .route("/reset", get(async || (Extension(Abort::Reset), "never sent")))
            .route("/begun", get(begun))
            .route("/answer", get(async || "an answer"))
    }

    /// What came until a connection ended, and how it ended where that was not in order.
    type Ended = (String, Option<ErrorKind>);

    async fn ask(path: &str, mut io: impl AsyncRead + AsyncWrite + Unpin) -> Ended {
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        io.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let ended = io.read_to_end(&mut answer).await;
        (String::from_utf8(answer).unwrap(), ended.err().map(|error| error.kind()))
    }

    /// Opens a tunnel and agrees on TLS within.
    async fn through_a_tunnel(
        mut client: TcpStream,
        ca_pem: &str,
    ) -> impl AsyncRead + AsyncWrite + Unpin {
        client.write_all(TUNNEL).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(client.read_u8().await.unwrap());
        }
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            ClientConfig::builder_with_provider(ring).with_safe_default_protocol_versions();
        let config = config.unwrap().with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, client).await.unwrap()
    }

    /// Asks on a connection of its own, and in a tunnel.
    async fn ask_both(path: &str) -> [Ended; 2] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let tls = Arc::<Tls>::default();
        let addresses = vec!["localhost:443".to_owned()];
        let site = Site { app: app(), tls: Arc::clone(&tls), addresses };
        let listeners = Listeners { http: listener, https: None };
        let server = tokio::spawn(serve(listeners, site, stopped));
        let connect = async || TcpStream::connect(address).await.unwrap();
        let direct = ask(path, connect().await).await;
        let tunnel = through_a_tunnel(connect().await, tls.ca_pem()).await;
        let within = ask(path, tunnel).await;
        drop(stop);
        server.await.unwrap();
        [direct, within]
    }

    #[tokio::test]
    async fn a_handler_ends_a_connection_without_an_answer() {
        for (answer, ended) in ask_both("/answer").await {
            assert!(answer.ends_with("an answer") && ended.is_none(), "{answer} {ended:?}");
        }
        // TLS wants a word before the end, and there is none.
        let closed = [None, Some(ErrorKind::UnexpectedEof)];
        assert_eq!(ask_both("/close").await, closed.map(|ended| (String::new(), ended)));
        let reset = (String::new(), Some(ErrorKind::ConnectionReset));
        assert_eq!(ask_both("/reset").await, [reset.clone(), reset]);
    }

    #[tokio::test]
    async fn a_body_ends_a_connection_within_an_answer() {
        for (answer, ended) in ask_both("/begun").await {
            assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("begun"), "{answer}");
            assert_eq!(ended, Some(ErrorKind::ConnectionReset));
        }
    }
}
