//! HAR 1.2, the format in which browsers and proxies save what they saw.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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

/// What a HAR file holds.
pub struct Imported {
    /// Its exchanges, with whatever was secret in them.
    pub exchanges: Vec<Exchange>,
    /// The host of the first request.
    pub host: String,
    /// When the first request was made.
    pub at: Option<Timestamp>,
}

/// Reads a HAR file.
pub fn import(text: &str) -> Result<Imported, serde_json::Error> {
    let Har { log } = serde_json::from_str(text)?;
    let first = log.entries.first();
    let at = first.and_then(|entry| entry.started_date_time.as_ref()?.parse().ok());
    let url = first.and_then(|entry| reqwest::Url::parse(&entry.request.url).ok());
    let host = url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    Ok(Imported { exchanges: log.entries.iter().filter_map(exchange).collect(), host, at })
}

/// What an entry saw; `None` for one that has no answer, or is no request over HTTP.
fn exchange(entry: &Entry) -> Option<Exchange> {
    let Entry { request, response, .. } = entry;
    let url = reqwest::Url::parse(&request.url).ok().filter(|_| response.status > 0)?;
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
    Some(Exchange {
        sent,
        received: Received { status: response.status, headers, body, took: Duration::ZERO },
    })
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
