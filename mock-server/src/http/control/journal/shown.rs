//! An exchange as the control API shows it: without secrets.

use std::{collections::BTreeSet, sync::Arc};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use openapi::{Contract, Route, URL_ENCODED, form};
use serde_json::{Map, Value, json};

use crate::engine::{Api, Exchange, Journal, Secrets};

/// An exchange with what is needed to show it.
pub(super) struct Shown<'a> {
    pub(super) exchange: &'a Exchange,
    journal: &'a Journal,
    contract: Option<&'static Contract>,
    /// By all contracts, because a client may send the key of one API to another.
    secrets: Secrets<'static>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(exchange: &'a Exchange, journal: &'a Journal, apis: &[Arc<dyn Api>]) -> Self {
        let api = apis.iter().find(|api| Some(api.name()) == exchange.api);
        let secrets = Secrets(apis.iter().map(|api| api.contract().secrets()).collect());
        Shown { exchange, journal, contract: api.map(|api| api.contract()), secrets }
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

    pub(super) fn headers(&self) -> Map<String, Value> {
        self.secrets.headers(self.exchange)
    }

    pub(super) fn query(&self) -> String {
        self.secrets.query(&self.exchange.query)
    }

    /// The body of the request: JSON, a form, or how many bytes it has.
    pub(super) fn request_body(&self) -> Value {
        let sent = &self.exchange.request_body;
        if !self.exchange.complete {
            return Value::Null;
        }
        let is_form = || {
            let mut headers = self.exchange.header_lines();
            headers.any(|(name, it)| name == "content-type" && it.starts_with(URL_ENCODED))
        };
        let mut body = readable(sent, is_form);
        match self.described().and_then(|(route, secrets)| Some((route.body.as_ref()?, secrets))) {
            Some((expected, secrets)) => expected.mask(&mut body, secrets),
            None => self.secrets.mask(&mut body),
        }
        body
    }

    /// The body of the answer: JSON, or how many bytes it has.
    pub(super) fn response_body(&self) -> Value {
        let content = self.journal.response_body(self.exchange);
        let mut body = readable(&content, || false);
        let status = self.exchange.status;
        match self.described().and_then(|(route, secrets)| Some((route.response(status)?, secrets)))
        {
            Some((expected, secrets)) => expected.mask(&mut body, secrets),
            None => self.secrets.mask(&mut body),
        }
        body
    }

    /// What the contract says of the operation, and what it calls secret.
    fn described(&self) -> Option<(&'static Route, &'static BTreeSet<String>)> {
        let contract = self.contract?;
        Some((contract.route(self.exchange.operation?)?, contract.secrets()))
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
        return form::decode(body).into();
    }
    match std::str::from_utf8(body) {
        Ok(text) if text.chars().all(|it| !it.is_control() || it.is_whitespace()) => text.into(),
        _ => json!({ "bytes": body.len() }),
    }
}

/// The headers of an exchange, as they were sent.
pub(super) fn header_map(exchange: &Exchange) -> HeaderMap {
    let header = |(name, value): (&str, &str)| {
        Some((name.parse::<HeaderName>().ok()?, value.parse::<HeaderValue>().ok()?))
    };
    exchange.header_lines().filter_map(header).collect()
}
