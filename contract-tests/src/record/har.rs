//! HAR 1.2, the format in which browsers and proxies save what they saw.

use std::{collections::BTreeSet, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::trace::route_of;
use crate::{
    exchange::{Caller, Exchange, Received, Sent},
    fixture::{Fixture, samples},
    suite::Suite,
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
    request: RequestOf,
    response: ResponseOf,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestOf {
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
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct ResponseOf {
    status: u16,
    #[serde(default)]
    headers: Vec<Header>,
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Content {
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
}

/// Why nothing can be made of a file.
#[derive(Debug, thiserror::Error)]
pub enum NoImport {
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

/// Reads what a HAR file holds of `host`; without one, of the host of its first request that is like an operation. A page
/// talks to many hosts, but a fixture tells what one of them answered.
pub fn import(suite: &Suite, text: &str, host: Option<&str>) -> Result<Imported, NoImport> {
    let Har { log } = serde_json::from_str(text)?;
    let seen: Vec<(String, &Entry, Exchange)> = log
        .entries
        .iter()
        .filter_map(|entry| exchange(entry).map(|(host, exchange)| (host, entry, exchange)))
        .collect();
    let mut hosts: BTreeSet<String> = seen.iter().map(|(host, ..)| host.clone()).collect();
    let first = || seen.iter().find(|(.., exchange)| route_of(suite, &exchange.sent).is_some());
    let Some(host) = host.map(str::to_owned).or_else(|| first().map(|(host, ..)| host.clone())) else {
        return Err(NoImport::NoOperation(hosts));
    };
    if !hosts.remove(&host) {
        return Err(NoImport::NoHost(host, hosts));
    }
    let kept: Vec<_> = seen.into_iter().filter(|(other, ..)| *other == host).collect();
    let at = kept.first().and_then(|(_, entry, _)| entry.started_date_time.as_ref()?.parse().ok());
    let exchanges = kept.into_iter().map(|(.., exchange)| exchange).collect();
    Ok(Imported { exchanges, host, at, left_out: hosts })
}

/// Which host an entry asked, and what it saw; `None` for one that has no answer, or is no request over HTTP.
fn exchange(entry: &Entry) -> Option<(String, Exchange)> {
    let Entry { request, response, .. } = entry;
    let url = reqwest::Url::parse(&request.url).ok().filter(|_| response.status > 0)?;
    let host = url.host_str()?.to_owned();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut headers: Vec<(String, String)> =
        request.headers.iter().map(|it| (it.name.to_lowercase(), it.value.clone())).collect();
    if let Some(post) =
        request.post_data.as_ref().filter(|_| !headers.iter().any(|(name, _)| name == "content-type"))
    {
        headers.push(("content-type".to_owned(), post.mime_type.clone()));
    }
    let sent = Sent {
        route: None,
        caller: Caller::Nobody,
        method: request.method.parse().ok()?,
        target: format!("{}{query}", url.path()),
        headers,
        body: request.post_data.as_ref().map(|post| post.text.clone().into_bytes()).unwrap_or_default(),
    };
    let mut headers = HeaderMap::new();
    for Header { name, value } in &response.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
    // The length is that of the wire, before the body was unpacked.
    headers.remove("content-length");
    let body = response.content.as_ref().map(body).unwrap_or_default();
    let received = Received { status: response.status, headers, body, took: Duration::ZERO };
    Some((host, Exchange { sent, received }))
}

fn body(content: &Content) -> Vec<u8> {
    let text = content.text.as_deref().unwrap_or_default();
    match content.encoding.as_deref() {
        Some("base64") => STANDARD.decode(text).unwrap_or_default(),
        _ => text.as_bytes().to_vec(),
    }
}

/// A fixture as a HAR document: placeholders become values of their type.
pub fn export(suite: &Suite, fixture: &Fixture, base: &str) -> Value {
    let at = fixture.provenance.recorded_at.to_string();
    let entries: Vec<Value> =
        samples(suite, fixture, "run").iter().map(|(_, exchange)| entry(exchange, base, &at)).collect();
    let creator = json!({ "name": "contract-tests", "version": env!("CARGO_PKG_VERSION") });
    json!({ "log": { "version": "1.2", "creator": creator, "comment": fixture.title, "entries": entries } })
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
        "method": sent.method.as_str(), "url": format!("{base}{}", sent.target), "httpVersion": "HTTP/1.1",
        "cookies": [], "headers": headers, "queryString": query, "headersSize": -1, "bodySize": sent.body.len(),
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
        "size": received.body.len(), "mimeType": received.media().unwrap_or_default(), "text": received.text(),
    });
    let response = json!({
        "status": received.status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [], "headers": headers,
        "content": content, "redirectURL": "", "headersSize": -1, "bodySize": received.body.len(),
    });
    json!({
        "startedDateTime": at, "time": 0, "request": request, "response": response, "cache": {},
        "timings": { "send": 0, "wait": 0, "receive": 0 },
    })
}
