//! Exchanges as HTTP Archive 1.2, which browsers and other tools read.

use serde_json::{Map, Value, json};

use super::shown::Shown;

/// The archive that has these entries.
pub(super) fn log(entries: Vec<Value>) -> Value {
    let creator = json!({ "name": "mock-server", "version": env!("CARGO_PKG_VERSION") });
    json!({ "log": { "version": "1.2", "creator": creator, "entries": entries } })
}

/// An exchange as an entry.
pub(super) fn entry(shown: &Shown) -> Value {
    let exchange = shown.exchange;
    let headers = shown.headers();
    let text = |name: &str| headers.get(name).and_then(Value::as_str).unwrap_or_default();
    let query = shown.query();
    let host = text("host");
    let question = if query.is_empty() { "" } else { "?" };
    let url = format!("http://{host}{}{question}{query}", exchange.path);
    let mut request = json!({
        "method": exchange.method.as_str(),
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pairs(&headers),
        "queryString": pairs(&query_members(&query)),
        "headersSize": -1,
        "bodySize": exchange.request_body.len(),
    });
    let sent = shown.request_body();
    if !sent.is_null() {
        request["postData"] =
            json!({ "mimeType": text("content-type"), "text": openapi::plain(&sent) });
    }
    let answer = shown.response_body();
    let answer = if answer.is_null() { String::new() } else { openapi::plain(&answer) };
    let media = exchange.media.unwrap_or_default();
    let at = jiff::Timestamp::from_second(exchange.at).unwrap_or_default();
    let ms = exchange.seconds * 1e3;
    json!({
        "startedDateTime": at.to_string(),
        "time": ms,
        "request": request,
        "response": {
            "status": exchange.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{ "name": "content-type", "value": media }],
            "content": { "size": answer.len(), "mimeType": media, "text": answer },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": answer.len(),
        },
        "cache": {},
        "timings": { "send": 0, "wait": ms, "receive": 0 },
    })
}

fn query_members(query: &str) -> Map<String, Value> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    pairs.map(|(name, text)| (name.into_owned(), Value::String(text.into_owned()))).collect()
}

fn pairs(members: &Map<String, Value>) -> Vec<Value> {
    members.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}
