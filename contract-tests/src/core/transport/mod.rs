//! How requests reach a server.

pub mod credentials;
pub mod denied;

use std::{
    error::Error,
    future::{Ready, ready},
    io,
    net::SocketAddr,
    sync::{Arc, LazyLock},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{HttpConnector, dns::Name},
    },
    rt::TokioExecutor,
};
use rustls::crypto::{CryptoProvider, ring};
use tower::Service;

use self::{
    credentials::Keys,
    denied::{Denied, Refusal},
};
use crate::core::{
    exchange::{Received, Sent},
    profile::{ApiProfile, credentials::Credentials},
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How large it may be.
const BODY_MAX: usize = 64 << 20;

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Unreachable {
    /// The server gave none.
    #[error("no answer: {0}")]
    Silent(String),
    /// The guard of a live API did not send the request.
    #[error("not sent: {0}")]
    Denied(#[from] Denied),
    /// It would lose what somebody may keep.
    #[error("not sent: the world of {0} is that of its user, and is not reset")]
    Kept(String),
}

impl Unreachable {
    /// Why the rules of a live API let no such request through. Other requests may pass; otherwise
    /// there is no point in sending more.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Unreachable::Denied(Denied::Refused(refusal)) => Some(refusal),
            Unreachable::Denied(Denied::Stopped(_))
            | Unreachable::Silent(_)
            | Unreachable::Kept(_) => None,
        }
    }
}

/// The result of sending a request.
pub type Answered = Result<Received, Unreachable>;

/// Something that takes a request to a server and brings the answer back.
pub trait Transport: Send + Sync {
    /// Sends one request.
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered>;
}

/// Sends requests over HTTP or HTTPS. It knows neither proxies nor redirects, and resolves no name:
/// a host that is one has an address that was looked up once, before.
#[derive(Clone)]
pub struct Http {
    base: String,
    credentials: Credentials,
    keys: Keys,
    client: Client<HttpsConnector<HttpConnector<Pinned>>, Full<Bytes>>,
}

impl Http {
    /// Sends to the server at `base`, as in `http://127.0.0.1:8080`; the keys travel where the API
    /// wants them.
    pub fn new(base: impl Into<String>, profile: &ApiProfile, keys: Keys) -> Http {
        Http::connecting(base.into(), None, profile, keys)
    }

    /// Sends to `base`, which is at `address` whatever anybody says later.
    pub fn pinned(
        base: impl Into<String>,
        address: SocketAddr,
        profile: &ApiProfile,
        keys: Keys,
    ) -> Http {
        Http::connecting(base.into(), Some(address), profile, keys)
    }

    fn connecting(
        base: String,
        address: Option<SocketAddr>,
        profile: &ApiProfile,
        keys: Keys,
    ) -> Http {
        let mut plain = HttpConnector::new_with_resolver(Pinned(address));
        plain.set_nodelay(true);
        plain.enforce_http(false);
        let https = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(provider())
            .expect("ring has the ciphers of TLS 1.2 and 1.3")
            .https_or_http()
            .enable_http1()
            .wrap_connector(plain);
        let client = Client::builder(TokioExecutor::new()).build(https);
        let keys = keys.with_stranger(profile.demo_keys);
        Http { base, credentials: profile.credentials, keys, client }
    }

    async fn answer(&self, sent: &Sent) -> Result<Received, Unreachable> {
        let started = Instant::now();
        let request = self.request(sent).map_err(|error| unreachable_by(&error))?;
        let response =
            self.client.request(request).await.map_err(|error| unreachable_by(&error))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, BODY_MAX)
            .collect()
            .await
            .map_err(|error| unreachable_by(&*error))?;
        Ok(Received {
            status: head.status.as_u16(),
            headers: head.headers,
            body: body.to_bytes().to_vec(),
            took: started.elapsed(),
        })
    }

    fn request(&self, sent: &Sent) -> Result<http::Request<Full<Bytes>>, http::Error> {
        let mut request = http::Request::builder()
            .method(&sent.method)
            .uri(format!("{}{}", self.base, sent.target));
        for (name, value) in &sent.headers {
            request = request.header(name, value);
        }
        let mut body = sent.body.clone();
        match (self.credentials, self.keys.of(sent.caller)) {
            (Credentials::Header(name), Some(key)) => {
                let mut key = http::HeaderValue::from_str(key)?;
                key.set_sensitive(true);
                request = request.header(name, key);
            }
            (in_body, Some(key)) => {
                let mut sent = sent.clone();
                in_body.add(&mut sent, key);
                body = sent.body;
            }
            (_, None) => {}
        }
        request.body(Full::from(body))
    }
}

impl Transport for Http {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        let late =
            |_| Unreachable::Silent(format!("it took longer than {} seconds", PATIENCE.as_secs()));
        Box::pin(
            async move { tokio::time::timeout(PATIENCE, self.answer(sent)).await.map_err(late)? },
        )
    }
}

/// The cryptography of TLS.
fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: LazyLock<Arc<CryptoProvider>> =
        LazyLock::new(|| Arc::new(ring::default_provider()));
    Arc::clone(&PROVIDER)
}

/// What went wrong, with its causes; none of them holds the address with its query.
fn unreachable_by(error: &(dyn Error + 'static)) -> Unreachable {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    Unreachable::Silent(causes.map(ToString::to_string).collect::<Vec<_>>().join(": "))
}

/// Answers every name with the one address that was looked up before.
#[derive(Clone)]
struct Pinned(Option<SocketAddr>);

impl Service<Name> for Pinned {
    type Response = std::option::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Ready<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        let unknown = || io::Error::other("the name of the host was never looked up");
        ready(self.0.map(|address| Some(address).into_iter()).ok_or_else(unknown))
    }
}
