//! An exchange as the control API shows it: without secrets.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use openapi::{Contract, JSON, MASK};
use serde_json::{Map, Value, json};

use crate::engine::{Api, Exchange, Journal};

/// Headers that hold secrets whatever a contract says.
const SECRET_HEADERS: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "set-cookie"];

/// An exchange with what is needed to show it.
pub(super) struct Shown<'a> {
    pub(super) exchange: &'a Exchange,
    journal: &'a Journal,
    contract: Option<&'static Contract>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(exchange: &'a Exchange, journal: &'a Journal, apis: &[Arc<dyn Api>]) -> Self {
        let api = apis.iter().find(|api| Some(api.name()) == exchange.api);
        Shown { exchange, journal, contract: api.map(|api| api.contract()) }
    }

    /// As JSON.
    pub(super) fn json(&self) -> Value {
        let Exchange { id, at, seconds, api, operation, account, address, .. } = self.exchange;
        let Exchange { method, path, status, unmatched, unknown, fault, .. } = self.exchange;
        let status = Some(*status).filter(|it| *it > 0);
        json!({
            "id": id,
            "at": at,
            "ms": (seconds * 1e6).round() / 1e3,
            "api": api,
            "operation": operation,
            "account": account,
            "address": address,
            "request": {
                "method": method.as_str(),
                "path": path,
                "query": self.query(),
                "headers": self.headers(),
                "body": self.request_body(),
            },
            "status": status,
            "body": self.response_body(),
            "unmatched": unmatched,
            "unknownProperties": unknown,
            "fault": fault,
        })
    }

    /// The headers of the request; the values of one that was sent more than once are joined.
    pub(super) fn headers(&self) -> Map<String, Value> {
        let mut shown: Map<String, Value> = Map::new();
        for (name, value) in lines(&self.exchange.headers) {
            let secret = self.is_secret(name) || SECRET_HEADERS.contains(&name);
            let value = if secret { MASK } else { value };
            match shown.get_mut(name) {
                Some(Value::String(before)) => *before = format!("{before}, {value}"),
                _ => drop(shown.insert(name.to_owned(), value.into())),
            }
        }
        shown
    }

    pub(super) fn query(&self) -> String {
        let masked = |pair: &str| match pair.split_once('=') {
            Some((name, _)) if self.is_secret(name) => format!("{name}={MASK}"),
            _ => pair.to_owned(),
        };
        self.exchange.query.split('&').map(masked).collect::<Vec<_>>().join("&")
    }

    /// The body of the request: JSON, a form, or how many bytes it has.
    pub(super) fn request_body(&self) -> Value {
        let sent = &self.exchange.request_body;
        if !self.exchange.complete {
            return Value::Null;
        }
        let mut body = readable(sent, || {
            let headers = header_map(&self.exchange.headers);
            let media = headers.get("content-type").and_then(|it| it.to_str().ok());
            media.is_some_and(|it| it.starts_with(openapi::URL_ENCODED))
        });
        let route = self.contract.zip(self.exchange.operation);
        let route = route.and_then(|(contract, operation)| contract.route(operation));
        match route.and_then(|route| route.body.as_ref()) {
            Some(expected) => {
                expected.mask(&mut body, self.contract.expect("it has a route").secrets())
            }
            None => self.mask_by_name(&mut body),
        }
        body
    }

    /// The body of the answer: JSON, or how many bytes it has.
    pub(super) fn response_body(&self) -> Value {
        let content = self.journal.response_body(self.exchange);
        let mut body = readable(&content, || false);
        if self.exchange.media == Some(JSON) {
            let route = self.contract.zip(self.exchange.operation);
            let route = route.and_then(|(contract, operation)| contract.route(operation));
            match route.and_then(|route| route.response(self.exchange.status)) {
                Some(expected) => {
                    expected.mask(&mut body, self.contract.expect("it has a route").secrets());
                }
                None => self.mask_by_name(&mut body),
            }
        }
        body
    }

    fn mask_by_name(&self, body: &mut Value) {
        match body {
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask_by_name(item)),
            Value::Object(members) => {
                for (name, member) in members {
                    if self.is_secret(name) {
                        *member = MASK.into();
                    } else {
                        self.mask_by_name(member);
                    }
                }
            }
            _ => {}
        }
    }

    fn is_secret(&self, name: &str) -> bool {
        self.contract.is_some_and(|contract| contract.secrets().contains(name))
    }
}

/// A body for people: JSON, the members of a form, text, or how many bytes it has.
fn readable(body: &[u8], is_form: impl FnOnce() -> bool) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    if let Ok(json) = serde_json::from_slice(body) {
        return json;
    }
    if is_form() {
        return openapi::form::decode(body).into();
    }
    match std::str::from_utf8(body) {
        Ok(text) if text.chars().all(|it| !it.is_control() || it.is_whitespace()) => text.into(),
        _ => json!({ "bytes": body.len() }),
    }
}

/// The headers of an exchange.
fn lines(headers: &str) -> impl Iterator<Item = (&str, &str)> {
    headers.lines().filter_map(|line| line.split_once(": "))
}

/// The headers of an exchange, as they were sent.
pub(super) fn header_map(headers: &str) -> HeaderMap {
    let header = |(name, value): (&str, &str)| {
        Some((name.parse::<HeaderName>().ok()?, value.parse::<HeaderValue>().ok()?))
    };
    lines(headers).filter_map(header).collect()
}
