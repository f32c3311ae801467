//! Asks a running server.

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use clap::Args;
use http::{Request, Uri, header, uri::Scheme};
use http_body_util::{BodyExt, Empty};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

/// Where servers listen unless told otherwise.
pub(super) const URL: &str = "http://127.0.0.1:8080";

/// What a server wants to see of those who ask it.
#[derive(Args)]
pub(super) struct Credentials {
    /// The token of the control API, if the server has one
    #[arg(long, env = "MOCK_CONTROL_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    control_token: Option<String>,
}

/// A running server.
pub(super) struct Server<'a> {
    url: &'a str,
    token: Option<&'a str>,
    client: Client<HttpConnector, Empty<Bytes>>,
}

impl<'a> Server<'a> {
    pub(super) fn new(url: &'a str, credentials: &'a Credentials) -> Server<'a> {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Server { url, token: credentials.control_token.as_deref(), client }
    }

    /// What it answers to a question to the control API.
    pub(super) async fn get(&self, path: &str) -> Result<Bytes> {
        let mut request = Request::get(format!("{}{path}", self.url));
        if let Some(token) = self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Empty::new()).context("the URL or the token has no meaning")?;
        let answer = self.client.request(request).await;
        let answer = answer.with_context(|| format!("nothing answers at {}", self.url))?;
        let status = answer.status();
        let body = answer.into_body().collect().await.context("the answer broke off")?.to_bytes();
        ensure!(status.is_success(), "{}{path} answered {status}{}", self.url, reason(&body));
        Ok(body)
    }
}

/// What a refusal of the control API says.
fn reason(body: &[u8]) -> String {
    let refusal: Option<Value> = serde_json::from_slice(body).ok();
    let why = refusal.as_ref().and_then(|refusal| refusal["error"].as_str());
    why.map(|why| format!(": {why}")).unwrap_or_default()
}

/// The base URL of a server, without a slash at its end.
pub(super) fn base_url(text: &str) -> Result<String, String> {
    let url = text.trim_end_matches('/');
    let parsed: Option<Uri> = url.parse().ok();
    let http = parsed.is_some_and(|uri| uri.scheme() == Some(&Scheme::HTTP) && uri.path() == "/");
    if http { Ok(url.to_owned()) } else { Err(format!("give the URL of a server, as in {URL}")) }
}
