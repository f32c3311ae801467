//! The checks of every answer: everything that a single exchange can break.

mod well_formed;

use http::Method;
use openapi::{JSON, Route, Rule};
use serde_json::Value;

use crate::core::{
    check::{self, Check},
    exchange::Exchange,
    finding::Finding,
    judge::well_formed::well_formed,
    profile::ApiProfile,
};

/// An answer that takes longer is a warning.
const SLOW_MILLIS: u128 = 5_000;
/// Text that shows that a refusal tells something internal.
const INTERNAL: [&str; 9] = [
    "stack trace",
    "stack backtrace",
    "panicked at",
    "SELECT ",
    "INSERT INTO",
    "SQLSTATE",
    "/usr/",
    "/home/",
    "/var/www",
];

/// Everything that is wrong with an answer by the contract alone. It is for answers without a
/// target; for all others, [`Target::judge`](crate::Target::judge) also looks for leaked keys.
pub(crate) fn judge_by_contract(profile: &ApiProfile, exchange: &Exchange) -> Vec<Finding> {
    let judged = Judged { profile, exchange, name: exchange.sent.name() };
    let checks = [
        Judged::server_error,
        Judged::status,
        Judged::body,
        Judged::empty_body,
        Judged::allow,
        Judged::method,
        Judged::refusal,
        Judged::secret,
        Judged::latency,
    ];
    checks.iter().flat_map(|check| check(&judged)).collect()
}

/// An exchange under judgement.
struct Judged<'a> {
    profile: &'a ApiProfile,
    exchange: &'a Exchange,
    name: String,
}

type Found = Vec<Finding>;

impl Judged<'_> {
    fn found(&self, check: &'static Check, message: impl Into<String>) -> Finding {
        Finding::new(check, &self.name, message)
    }

    fn status_code(&self) -> u16 {
        self.exchange.received.status
    }

    /// The operation, unless the server answers that there is no such path, or no such method.
    fn route(&self) -> Option<&'static Route> {
        let refused_path = self.status_code() == 405 || self.is_unknown_route();
        self.exchange.sent.route.filter(|_| !refused_path)
    }

    fn is_unknown_route(&self) -> bool {
        (self.profile.refusals.is_unknown_route)(&self.exchange.received)
    }

    fn server_error(&self) -> Found {
        let status = self.status_code();
        let Exchange { sent, received } = self.exchange;
        let failed = status >= 500 && !received.is_not_emulated() && !sent.asks_for_a_fault();
        failed
            .then(|| self.found(&check::NO_SERVER_ERROR, format!("has the status {status}")))
            .into_iter()
            .collect()
    }

    fn status(&self) -> Found {
        let (status, Some(route)) = (self.status_code(), self.route()) else { return Vec::new() };
        let listed = route.documents(status)
            || self.profile.refusals.platform.contains(&status)
            || self.exchange.received.is_not_emulated();
        let message = || {
            format!("has the status {status}, which the contract does not list for the operation")
        };
        (!listed).then(|| self.found(&check::DOCUMENTED_STATUS, message())).into_iter().collect()
    }

    fn body(&self) -> Found {
        let received = &self.exchange.received;
        let Some(response) = self.route().and_then(|route| route.response(received.status)) else {
            return Vec::new();
        };
        if received.body.is_empty() && self.exchange.sent.method == Method::HEAD {
            return Vec::new();
        }
        if received.body.is_empty() && !response.has_body() {
            return Vec::new();
        }
        let Some(media) = received.media() else {
            return vec![self.found(
                &check::MEDIA_TYPE,
                "has no Content-Type, but the contract promises a body",
            )];
        };
        if !response.has_body() {
            return vec![
                self.found(&check::EMPTY_BODY, "has a body, but the contract promises none"),
            ];
        }
        let Some(promised) = response.media_type(media) else {
            let message = format!("is of type {media}, which the contract does not promise");
            return vec![self.found(&check::MEDIA_TYPE, message)];
        };
        if promised != JSON {
            return Vec::new();
        }
        if let Err(error) = well_formed(&received.body) {
            return vec![
                self.found(&check::WELL_FORMED, format!("is not well-formed JSON: {error}")),
            ];
        }
        let violations = response.check(Some((media, &received.body)));
        let check = |rule: &Rule| match rule {
            Rule::AdditionalProperties => &check::NOTHING_UNKNOWN,
            _ => &check::SCHEMA,
        };
        violations.iter().map(|it| Finding::of_violation(check(&it.rule), &self.name, it)).collect()
    }

    fn empty_body(&self) -> Found {
        let received = &self.exchange.received;
        let must_be_empty =
            matches!(received.status, 204 | 304) || self.exchange.sent.method == Method::HEAD;
        if must_be_empty && !received.body.is_empty() {
            return vec![self.found(
                &check::EMPTY_BODY,
                format!("has a body, although {} has none", received.status),
            )];
        }
        let announced =
            received.header("content-length").and_then(|length| length.parse::<usize>().ok());
        let wrong = announced.filter(|length| !must_be_empty && *length != received.body.len());
        let message = |length| format!("announces {length} bytes and has {}", received.body.len());
        wrong.map(|length| self.found(&check::EMPTY_BODY, message(length))).into_iter().collect()
    }

    fn allow(&self) -> Found {
        if self.status_code() != 405 {
            return Vec::new();
        }
        let Some(allow) = self.exchange.received.header("allow") else {
            return vec![self.found(&check::ALLOW, "has the status 405 without Allow")];
        };
        let has = |method: &str| allow.split(',').any(|one| one.trim() == method);
        let missing = self
            .exchange
            .sent
            .route
            .map(|route| route.method.as_str())
            .filter(|method| !has(method));
        let message = |method| format!("has Allow `{allow}`, which lacks {method}");
        missing.map(|method| self.found(&check::ALLOW, message(method))).into_iter().collect()
    }

    fn method(&self) -> Found {
        let (sent, status) = (&self.exchange.sent, self.status_code());
        let unfit = match status {
            201 => matches!(sent.method, Method::GET | Method::DELETE | Method::PATCH),
            304 => !sent.headers.iter().any(|(name, _)| name.starts_with("if-")),
            413 | 415 => sent.body.is_empty(),
            _ => false,
        };
        let message = || {
            format!("has the status {status}, which does not fit {} as it was sent", sent.method)
        };
        unfit.then(|| self.found(&check::STATUS_FITS_METHOD, message())).into_iter().collect()
    }

    fn refusal(&self) -> Found {
        let received = &self.exchange.received;
        let refusals = &self.profile.refusals;
        // What leads elsewhere has no form.
        let leads_elsewhere = (300..400).contains(&received.status);
        let is_refusal = (refusals.is_refusal)(received) && !leads_elsewhere;
        if !is_refusal || self.exchange.sent.method == Method::HEAD {
            return Vec::new();
        }
        // Outside of its base paths, another API of the server may answer, in another form.
        let path = self.exchange.sent.target.split('?').next().unwrap_or_default();
        let is_own = self.profile.contract.covers(path);
        let text = received.text();
        let internal = INTERNAL.iter().find(|word| text.contains(**word));
        let mut found: Found = internal
            .map(|word| {
                self.found(
                    &check::NOTHING_INTERNAL,
                    format!("says {:?}, which is internal", word.trim()),
                )
            })
            .into_iter()
            .collect();
        let breaches = if is_own { (refusals.breaches)(received) } else { Vec::new() };
        let broken = |(at, message)| self.found(&check::ERROR_SHAPE, message).at(at);
        found.extend(breaches.into_iter().map(broken));
        found
    }

    /// A secret that was sent appears nowhere in the answer, except where the contract marks a
    /// secret.
    fn secret(&self) -> Found {
        const LENGTH_MIN: usize = 8;
        let Some(expected) = self.exchange.sent.route.and_then(|route| route.body.as_ref()) else {
            return Vec::new();
        };
        let sent = self.exchange.sent.json();
        let properties = expected.definition()["properties"].as_object().into_iter().flatten();
        let secrets = properties.filter(|(_, it)| it["format"] == "password");
        let secrets =
            secrets.filter_map(|(name, _)| sent[name].as_str().filter(|it| it.len() >= LENGTH_MIN));
        // A text that is sent in two places may come back from the one that is not secret.
        let texts =
            || sent.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str());
        let mut secrets =
            secrets.filter(|secret| texts().filter(|text| text.contains(secret)).count() == 1);
        let mut body = serde_json::from_slice(&self.exchange.received.body)
            .unwrap_or_else(|_| Value::String(self.exchange.received.text()));
        if let Some(response) = self.route().and_then(|route| route.response(self.status_code())) {
            response.mask(&mut body, self.profile.contract.secrets());
        }
        let leaks = secrets.any(|secret| contains_text(&body, secret));
        let message = "holds what was sent as a secret";
        leaks.then(|| self.found(&check::NO_SECRET_BACK, message)).into_iter().collect()
    }

    fn latency(&self) -> Found {
        let millis = self.exchange.received.took.as_millis();
        let message = || format!("took {millis} ms, more than {SLOW_MILLIS}");
        (millis > SLOW_MILLIS).then(|| self.found(&check::LATENCY, message())).into_iter().collect()
    }
}

/// Whether a value contains a text, in a string or in a name.
fn contains_text(value: &Value, text: &str) -> bool {
    match value {
        Value::String(it) => it.contains(text),
        Value::Array(items) => items.iter().any(|item| contains_text(item, text)),
        Value::Object(members) => {
            members.iter().any(|(name, it)| name.contains(text) || contains_text(it, text))
        }
        _ => false,
    }
}

/// A value as text for a message, cut short. Reports redact it.
pub fn shown(value: &Value) -> String {
    const LENGTH_MAX: usize = 80;
    let text = value.to_string();
    if text.chars().count() <= LENGTH_MAX {
        text
    } else {
        text.chars().take(LENGTH_MAX).chain("…".chars()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::{
        core::exchange::{Received, Sent},
        profiles::i3d_v3::PROFILE,
    };

    const TAG: &str = r#"[{"tag":"web","resources":{"count":0,"flexMetalServers":{"count":0}}}]"#;
    const NOT_FOUND: &str = r#"{"errorCode":10001,"errorMessage":"Entity not found","errors":[]}"#;

    fn exchange(operation: &str, status: u16, body: &str) -> Exchange {
        let route = PROFILE.contract.route(operation);
        let route = route.unwrap_or_else(|| panic!("the contract has {operation}"));
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        let sent = Sent::to(route);
        let received = Received {
            status,
            headers,
            body: body.as_bytes().to_vec(),
            took: Duration::from_millis(1),
        };
        Exchange { sent, received }
    }

    fn codes(exchange: &Exchange) -> Vec<(&'static str, String)> {
        judge_by_contract(&PROFILE, exchange)
            .into_iter()
            .map(|it| (it.check.code, it.pointer))
            .collect()
    }

    #[test]
    fn a_good_answer_and_a_good_refusal_have_no_findings() {
        assert_eq!(codes(&exchange("createFlexMetalTag", 200, TAG)), []);
        assert_eq!(codes(&exchange("getSshKey", 404, NOT_FOUND)), []);
    }

    #[test]
    fn each_breach_is_found_by_its_check_at_its_place() {
        let (tag, key) = ("createFlexMetalTag", "getSshKey");
        for (operation, status, body, expected) in [
            (tag, 500, r#"{"errorCode":10007,"errorMessage":"x","errors":[]}"#, ("C101", "")),
            (key, 409, r#"{"errorCode":10009,"errorMessage":"x","errors":[]}"#, ("C102", "")),
            (tag, 200, "[", ("C104", "")),
            (tag, 200, r#"[{"tag":"web","tag":"web","resources":null}]"#, ("C104", "")),
            (tag, 200, &TAG.replace(r#""web""#, "7"), ("C105", "/0/tag")),
            (tag, 200, &TAG.replace(r#""tag":"web","#, ""), ("C105", "/0/tag")),
            (tag, 200, &TAG.replace(r#""tag""#, r#""colour":1,"tag""#), ("C106", "/0/colour")),
            (key, 404, &NOT_FOUND.replace("10001", "10003"), ("C112", "/errorCode")),
            (key, 404, &NOT_FOUND.replace("10001", "99999"), ("C112", "/errorCode")),
            (key, 404, &NOT_FOUND.replace("Entity", "panicked at"), ("C113", "")),
            ("deleteSshKey", 204, "{}", ("C108", "")),
        ] {
            let found = codes(&exchange(operation, status, body));
            assert!(
                found.contains(&(expected.0, expected.1.to_owned())),
                "{operation} {status} {body}: {found:?}"
            );
        }
    }

    #[test]
    fn a_server_error_that_was_asked_for_is_none() {
        let failed = r#"{"errorCode":10007,"errorMessage":"x","errors":[]}"#;
        for (name, value, asked) in [
            ("mock-fault", "500", true),
            ("prefer", "return=minimal, code=500", true),
            ("prefer", "return=minimal", false),
        ] {
            let mut failing = exchange("createFlexMetalTag", 500, failed);
            failing.sent.headers.push((name.to_owned(), value.to_owned()));
            let found = codes(&failing).contains(&("C101", String::new()));
            assert_eq!(found, !asked, "{name}: {value}");
        }
    }

    #[test]
    fn a_secret_that_was_sent_is_found_in_every_notation() {
        let mut leaking = exchange("changeAccountPassword", 422, "");
        leaking.sent.body =
            br#"{"currentPassword":"old \"one\" of mine","newPassword":"a-better-one"}"#.to_vec();
        let refusal =
            r#"{"errorCode":11001,"errorMessage":"wrong: old \"one\" of mine","errors":[]}"#;
        for (media, body, leaks) in [
            ("application/json", refusal.to_owned(), true),
            ("text/plain", "wrong: a-better-one".to_owned(), true),
            ("application/json", refusal.replace("old", "new"), false),
        ] {
            leaking.received.headers.insert("content-type", HeaderValue::from_static(media));
            leaking.received.body = body.into_bytes();
            let found = codes(&leaking).iter().any(|(code, _)| *code == "C107");
            assert_eq!(found, leaks, "{}", leaking.received.text());
        }
    }

    #[test]
    fn headers_are_judged_too() {
        let mut text = exchange("createFlexMetalTag", 200, TAG);
        text.received.headers.insert("content-type", HeaderValue::from_static("text/html"));
        assert_eq!(codes(&text), [("C103", String::new())]);
        let mut loud = exchange("createFlexMetalTag", 200, TAG);
        let media = HeaderValue::from_static("Application/JSON; charset=utf-8");
        loud.received.headers.insert("content-type", media);
        assert_eq!(codes(&loud), []);
        let mut short = exchange("createFlexMetalTag", 200, TAG);
        short.received.headers.insert("content-length", HeaderValue::from_static("3"));
        assert_eq!(codes(&short), [("C108", String::new())]);
        let refused = r#"{"errorCode":10000,"errorMessage":"Method not allowed","errors":[]}"#;
        assert_eq!(codes(&exchange("createFlexMetalTag", 405, refused)), [("C110", String::new())]);
    }
}
