//! HAR 1.2, the format in which browsers and proxies save what they saw.

use std::{collections::BTreeSet, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::trace::route_of;
use crate::{
    core::{
        exchange::{Caller, Exchange, Received, Sent},
        profile::ApiProfile,
    },
    fixture::{Fixture, samples},
};

#[derive(Deserialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    started_date_time: Option<String>,
    request: HarRequest,
    response: HarResponse,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HarRequest {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Header>,
    post_data: Option<PostData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostData {
    #[serde(default)]
    mime_type: String,
    text: Option<String>,
    #[serde(default)]
    params: Vec<Value>,
}

#[derive(Deserialize)]
struct HarResponse {
    status: u16,
    #[serde(default)]
    headers: Vec<Header>,
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    size: f64,
    text: Option<String>,
    encoding: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Header {
    name: String,
    value: String,
}

/// What a HAR file holds of one host.
pub struct Imported {
    /// Its exchanges, with whatever was secret in them.
    pub exchanges: Vec<Exchange>,
    /// The host that answered all of them.
    pub host: String,
    /// When the first of its requests was made.
    pub at: Option<Timestamp>,
    /// The other hosts of the file.
    pub left_out: BTreeSet<String>,
    /// Requests to this host whose bodies, or those of their answers, the file does not hold as
    /// they were.
    pub unreadable: Vec<String>,
}

/// Why nothing can be made of a file.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It has another form.
    #[error("this is no HAR file: {0}")]
    Form(#[from] serde_json::Error),
    /// Nothing in it is of the API.
    #[error("no request is like an operation of the API; the file knows {}", shown(.0))]
    NoOperation(BTreeSet<String>),
    /// Nothing in it is of the host.
    #[error("no request went to {0}; the file knows {hosts}", hosts = shown(.1))]
    NoHost(String, BTreeSet<String>),
}

fn shown(hosts: &BTreeSet<String>) -> String {
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    if hosts.is_empty() { "no host".to_owned() } else { hosts.join(", ") }
}

/// Reads what a HAR file holds of `host`; without one, of the host of its first request that is
/// like an operation. A page talks to many hosts, but a fixture tells what one of them answered.
pub fn import(
    profile: &ApiProfile,
    text: &str,
    host: Option<&str>,
) -> Result<Imported, ImportError> {
    let Har { log } = serde_json::from_str(text)?;
    let seen: Vec<Seen> = log.entries.iter().filter_map(seen).collect();
    let mut hosts: BTreeSet<String> = seen.iter().map(|it| it.host.clone()).collect();
    let first = || seen.iter().find(|it| route_of(profile, &it.exchange.sent).is_some());
    let Some(host) = host.map(str::to_owned).or_else(|| first().map(|it| it.host.clone())) else {
        return Err(ImportError::NoOperation(hosts));
    };
    if !hosts.remove(&host) {
        return Err(ImportError::NoHost(host, hosts));
    }
    let (complete, incomplete): (Vec<Seen>, Vec<Seen>) =
        seen.into_iter().filter(|it| it.host == host).partition(|it| it.is_complete);
    let at = complete.first().and_then(|it| it.at.as_ref()?.parse().ok());
    let exchanges = complete.into_iter().map(|it| it.exchange).collect();
    let unreadable = incomplete.iter().map(|it| shown_path(&it.exchange.sent)).collect();
    Ok(Imported { exchanges, host, at, left_out: hosts, unreadable })
}

/// Method and path: a query may hold secrets.
fn shown_path(sent: &Sent) -> String {
    format!("{} {}", sent.method, sent.target.split('?').next().unwrap_or_default())
}

/// What a file tells of one exchange.
struct Seen {
    host: String,
    at: Option<String>,
    exchange: Exchange,
    /// Whether it holds both bodies as they were.
    is_complete: bool,
}

/// What an entry saw; `None` for one that has no answer, or is no request over HTTP.
fn seen(entry: &Entry) -> Option<Seen> {
    let Entry { request, response, started_date_time } = entry;
    let url = url::Url::parse(&request.url).ok().filter(|_| response.status > 0)?;
    let host = url.host_str()?.to_owned();
    let bodies = sent_body(request).zip(received_body(response));
    let (is_complete, (body, answer)) = (bodies.is_some(), bodies.unwrap_or_default());
    let exchange =
        Exchange { sent: sent(request, &url, body)?, received: received(response, answer) };
    Some(Seen { host, at: started_date_time.clone(), exchange, is_complete })
}

fn sent(request: &HarRequest, url: &url::Url, body: Vec<u8>) -> Option<Sent> {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut headers: Vec<(String, String)> =
        request.headers.iter().map(|it| (it.name.to_lowercase(), it.value.clone())).collect();
    if let Some(post) = request
        .post_data
        .as_ref()
        .filter(|_| !headers.iter().any(|(name, _)| name == "content-type"))
    {
        headers.push(("content-type".to_owned(), post.mime_type.clone()));
    }
    let (method, target) = (request.method.parse().ok()?, format!("{}{query}", url.path()));
    Some(Sent { route: None, caller: Caller::Nobody, method, target, headers, body })
}

fn received(response: &HarResponse, body: Vec<u8>) -> Received {
    let mut headers = HeaderMap::new();
    for Header { name, value } in &response.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
    // The length is that of the wire, before the body was unpacked.
    headers.remove("content-length");
    Received { status: response.status, headers, body, took: Duration::ZERO }
}

/// The body of a request; `None` where the file tells of a form only its fields, from which nobody
/// knows the bytes.
fn sent_body(request: &HarRequest) -> Option<Vec<u8>> {
    let Some(post) = &request.post_data else { return Some(Vec::new()) };
    match post.text.as_deref().unwrap_or_default() {
        "" if !post.params.is_empty() => None,
        text => Some(text.as_bytes().to_vec()),
    }
}

/// The body of an answer; `None` where it was not kept, or in a notation that cannot be read.
fn received_body(response: &HarResponse) -> Option<Vec<u8>> {
    let Some(Content { size, text, encoding }) = &response.content else { return Some(Vec::new()) };
    match (text, encoding.as_deref()) {
        (None, _) => (*size <= 0.0).then(Vec::new),
        (Some(text), None | Some("")) => Some(text.as_bytes().to_vec()),
        (Some(text), Some("base64")) => STANDARD.decode(text).ok(),
        _ => None,
    }
}

/// A fixture as a HAR document: placeholders become values of their type.
pub fn export(profile: &ApiProfile, fixture: &Fixture, base: &str) -> Value {
    let at = fixture.provenance.recorded_at.to_string();
    let entries: Vec<Value> = samples(profile, fixture, "run")
        .iter()
        .map(|(_, exchange)| entry(exchange, base, &at))
        .collect();
    let creator = json!({ "name": "contract-tests", "version": env!("CARGO_PKG_VERSION") });
    let title = &fixture.title;
    json!({
        "log": { "version": "1.2", "creator": creator, "comment": title, "entries": entries },
    })
}

fn entry(exchange: &Exchange, base: &str, at: &str) -> Value {
    let Exchange { sent, received } = exchange;
    let query = sent.target.split_once('?').map_or("", |(_, query)| query);
    let query: Vec<Header> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| Header { name: name.into_owned(), value: value.into_owned() })
        .collect();
    let headers: Vec<Header> = sent
        .headers
        .iter()
        .map(|(name, value)| Header { name: name.clone(), value: value.clone() })
        .collect();
    let media = |headers: &[(String, String)]| {
        headers
            .iter()
            .find(|(name, _)| name == "content-type")
            .map_or(String::new(), |(_, value)| value.clone())
    };
    let mut request = json!({
        "method": sent.method.as_str(), "url": format!("{base}{}", sent.target),
        "httpVersion": "HTTP/1.1", "cookies": [], "headers": headers, "queryString": query,
        "headersSize": -1, "bodySize": sent.body.len(),
    });
    if !sent.body.is_empty() {
        let text = String::from_utf8_lossy(&sent.body);
        request["postData"] = json!({ "mimeType": media(&sent.headers), "text": text });
    }
    let headers: Vec<Header> = received
        .headers
        .iter()
        .map(|(name, value)| Header {
            name: name.to_string(),
            value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
        })
        .collect();
    let content = json!({
        "size": received.body.len(), "mimeType": received.media().unwrap_or_default(),
        "text": received.text(),
    });
    let response = json!({
        "status": received.status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [],
        "headers": headers, "content": content, "redirectURL": "",
        "headersSize": -1, "bodySize": received.body.len(),
    });
    json!({
        "startedDateTime": at, "time": 0, "request": request, "response": response, "cache": {},
        "timings": { "send": 0, "wait": 0, "receive": 0 },
    })
}
