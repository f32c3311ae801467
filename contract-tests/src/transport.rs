//! How requests reach a server.

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use reqwest::{Client, redirect::Policy};

use crate::{
    exchange::{Caller, Received, Sent},
    secret::Secret,
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// A key that no customer has: twenty letters, as a real one.
pub(crate) const STRANGERS_KEY: &str = "NobodyHasThisKey0000";

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("no answer: {0}")]
pub struct Unreachable(pub String);

/// The result of sending a request.
pub type Answered = Result<Received, Unreachable>;

/// Something that takes a request to a server and brings the answer back.
pub trait Transport: Send + Sync {
    /// Sends one request.
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered>;
}

/// The credentials of the customers that the harness may be.
#[derive(Clone, Default)]
pub struct Keys {
    /// That of [`Caller::Customer`].
    pub customer: Option<Secret>,
    /// That of [`Caller::Other`].
    pub other: Option<Secret>,
}

impl Keys {
    /// What `caller` shows as a key.
    pub fn of(&self, caller: Caller) -> Option<&str> {
        match caller {
            Caller::Customer => self.customer.as_ref().map(Secret::expose),
            Caller::Other => self.other.as_ref().map(Secret::expose),
            Caller::Nobody => None,
            Caller::Stranger => Some(STRANGERS_KEY),
        }
    }

    /// Every secret that may appear in no output.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.customer.iter().chain(&self.other)
    }
}

/// Sends requests over HTTP: no proxy, no redirect, one pool of connections.
#[derive(Clone)]
pub struct Http {
    base: String,
    key_header: &'static str,
    keys: Keys,
    client: Client,
}

impl Http {
    /// Sends to the server at `base`, as in `http://127.0.0.1:8080`; credentials travel in `key_header`.
    pub fn new(base: impl Into<String>, key_header: &'static str, keys: Keys) -> Http {
        let client = Client::builder().no_proxy().redirect(Policy::none()).timeout(PATIENCE).build();
        Http {
            base: base.into(),
            key_header,
            keys,
            client: client.expect("a client needs nothing that can fail"),
        }
    }

    async fn answer(&self, sent: &Sent) -> Result<Received, reqwest::Error> {
        let started = Instant::now();
        let mut request = self.client.request(sent.method.clone(), format!("{}{}", self.base, sent.target));
        for (name, value) in &sent.headers {
            request = request.header(name, value);
        }
        if let Some(key) = self.keys.of(sent.caller) {
            let mut key = http::HeaderValue::from_str(key).expect("a key is ASCII");
            key.set_sensitive(true);
            request = request.header(self.key_header, key);
        }
        if !sent.body.is_empty() {
            request = request.body(sent.body.clone());
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await?.to_vec();
        Ok(Received { status, headers, body, took: started.elapsed() })
    }
}

impl Transport for Http {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        Box::pin(async {
            // The text of the error may hold the address with the query; the kind says enough.
            self.answer(sent).await.map_err(|error| Unreachable(error.without_url().to_string()))
        })
    }
}
