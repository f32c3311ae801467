//! Takes secrets out of everything that leaves the program: reports, recordings, the terminal.

mod notation;

use std::sync::Mutex;

use http::{HeaderMap, HeaderValue};
use openapi::{MASK, json_pointer::join, plain};
use serde_json::Value;

use self::notation::notations;
use crate::core::{
    exchange::{Exchange, Received, Sent},
    profile::{ApiProfile, credentials::Credentials},
    secret::Secret,
    transport::credentials::Keys,
};

/// Headers that carry credentials in any API; a contract names its own.
const HEADERS: [&str; 7] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
    "x-api-key",
    "x-auth-token",
    "x-csrf-token",
];
/// Names of query parameters that carry credentials in any API.
const QUERIES: [&str; 7] =
    ["access_token", "api_key", "apikey", "client_secret", "password", "secret", "token"];

/// Replaces secrets: those that it was given, and those that it finds where the contract marks one.
/// The same secret always gets the same placeholder, so that a reader can still follow it.
pub struct Redactor {
    profile: &'static ApiProfile,
    known: Mutex<Vec<Known>>,
}

/// A secret, and every notation in which it may appear; none where it is too short to be looked
/// for.
struct Known {
    value: String,
    notations: Vec<String>,
}

/// A place at which a secret was replaced.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    /// Where, as in `/request/body/password` or `/response/headers/set-cookie`.
    pub at: String,
    /// How it was recognised.
    pub kind: RedactionKind,
}

/// How a secret was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RedactionKind {
    /// By the name of a header.
    Header,
    /// By the name of a query parameter.
    Query,
    /// By the contract, which marks the property with `format: password`.
    Contract,
}

impl Redactor {
    /// A redactor that knows `secrets`, and where the contract of `profile` marks others.
    pub fn new(
        profile: &'static ApiProfile,
        secrets: impl IntoIterator<Item = Secret>,
    ) -> Redactor {
        let redactor = Redactor { profile, known: Mutex::default() };
        for secret in secrets {
            redactor.number(profile.credentials.secret(secret.expose()));
        }
        redactor
    }

    /// A redactor that knows every key that the harness may call with: those of the environment,
    /// and those of the demo world.
    pub fn of_every_key(profile: &'static ApiProfile) -> Redactor {
        let (own, demo) = (Keys::from_env(), Keys::default().or_demo(profile.demo_keys));
        Redactor::new(profile, own.secrets().chain(demo.secrets()).cloned())
    }

    /// The API.
    pub fn profile(&self) -> &'static ApiProfile {
        self.profile
    }

    /// The text with every notation of every known secret replaced.
    pub fn text(&self, text: &str) -> String {
        let known = self.known.lock().expect("nobody panics while holding the secrets");
        let mut notations: Vec<(usize, &str)> = (1..)
            .zip(known.iter())
            .flat_map(|(number, it)| it.notations.iter().map(move |text| (number, text.as_str())))
            .collect();
        // A secret may be a part of another, so the longer one is replaced first.
        notations.sort_by_key(|(_, notation)| std::cmp::Reverse(notation.len()));
        let replace = |text: String, (number, notation): &(usize, &str)| {
            text.replace(notation, &placeholder(*number))
        };
        notations.iter().fold(text.to_owned(), replace)
    }

    /// The exchange without secrets; every secret in it is known from now on.
    pub fn exchange(&self, exchange: &Exchange) -> Exchange {
        self.exchange_with_places(exchange).0
    }

    /// The same, and where the secrets stood.
    pub fn exchange_with_places(&self, exchange: &Exchange) -> (Exchange, Vec<Redaction>) {
        let Exchange { sent, received } = exchange;
        self.learn_key(sent);
        let mut places = Vec::new();
        let mut note = |at: String, kind| places.push(Redaction { at, kind });
        let sent = Sent {
            headers: self.headers(&sent.headers, |name| {
                note(join("/request/headers", name), RedactionKind::Header)
            }),
            target: self.target(&sent.target, |name| {
                note(join("/request/query", name), RedactionKind::Query)
            }),
            body: self.body(
                &sent.body,
                |body| self.mask_sent(sent, body),
                |pointer| {
                    note(format!("/request/body{pointer}"), RedactionKind::Contract);
                },
            ),
            ..sent.clone()
        };
        let received = Received {
            headers: self.received_headers(&received.headers, |name| {
                note(join("/response/headers", name), RedactionKind::Header);
            }),
            body: self.body(
                &received.body,
                |body| self.mask_received(exchange, body),
                |pointer| {
                    note(format!("/response/body{pointer}"), RedactionKind::Contract);
                },
            ),
            ..*received
        };
        // A secret that was found late in the exchange may also stand earlier in it.
        (
            Exchange { sent: self.known_in_sent(sent), received: self.known_in_received(received) },
            places,
        )
    }

    /// A key in a body is known from now on, however the body is written.
    fn learn_key(&self, sent: &Sent) {
        let credentials = self.profile.credentials;
        if let Some(key) = credentials.shown(sent).filter(|_| credentials.header().is_none()) {
            self.learn(credentials.secret(&key));
        }
    }

    /// Adds a secret to those that are known, and returns its placeholder.
    pub fn learn(&self, value: &str) -> String {
        placeholder(self.number(value))
    }

    fn number(&self, value: &str) -> usize {
        let mut known = self.known.lock().expect("nobody panics while holding the secrets");
        if let Some(index) = known.iter().position(|it| it.value == value) {
            return index + 1;
        }
        known.push(Known { value: value.to_owned(), notations: notations(value) });
        known.len()
    }

    fn is_secret_header(&self, name: &str) -> bool {
        HEADERS.contains(&name)
            || self.profile.credentials.header() == Some(name)
            || self.profile.contract.secrets().contains(name)
    }

    fn headers(
        &self,
        headers: &[(String, String)],
        mut note: impl FnMut(&str),
    ) -> Vec<(String, String)> {
        let one = |(name, value): &(String, String)| {
            if !self.is_secret_header(name) {
                return (name.clone(), value.clone());
            }
            note(name);
            (name.clone(), self.header(name, value))
        };
        headers.iter().map(one).collect()
    }

    fn received_headers(&self, headers: &HeaderMap, mut note: impl FnMut(&str)) -> HeaderMap {
        let mut redacted = headers.clone();
        for (name, value) in
            redacted.iter_mut().filter(|(name, _)| self.is_secret_header(name.as_str()))
        {
            note(name.as_str());
            let text = self.header(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
            *value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(MASK));
        }
        redacted
    }

    /// The value of a secret header with the secret replaced. The rest is kept: the names and
    /// attributes of cookies, the scheme of an authorization.
    fn header(&self, name: &str, value: &str) -> String {
        match name {
            "cookie" => value
                .split(';')
                .map(|pair| self.secret_after('=', pair))
                .collect::<Vec<_>>()
                .join(";"),
            "set-cookie" => {
                let (pair, attributes) = value.split_at(value.find(';').unwrap_or(value.len()));
                self.secret_after('=', pair) + attributes
            }
            _ => self.secret_after(' ', value),
        }
    }

    /// A text of which everything after `separator` is secret; the whole text without one.
    fn secret_after(&self, separator: char, text: &str) -> String {
        let (before, secret) =
            text.split_at(text.find(separator).map_or(0, |at| at + separator.len_utf8()));
        if secret.is_empty() { text.to_owned() } else { format!("{before}{}", self.learn(secret)) }
    }

    fn target(&self, target: &str, mut note: impl FnMut(&str)) -> String {
        let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
        let one = |pair: &str| {
            let Some((name, value)) = pair.split_once('=') else { return pair.to_owned() };
            let secret = QUERIES.contains(&name.to_lowercase().as_str())
                || self.profile.contract.secrets().contains(name);
            if !secret || value.is_empty() {
                return pair.to_owned();
            }
            note(name);
            let plain =
                form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned());
            format!("{name}={}", self.learn(&plain.unwrap_or_default()))
        };
        let query: Vec<String> = query.split('&').map(one).collect();
        format!("{path}?{}", query.join("&"))
    }

    fn mask_sent(&self, sent: &Sent, body: &mut Value) {
        if let Credentials::Members { key, .. } = self.profile.credentials {
            mask_names(body, &|name| name == key);
        }
        match sent.route.and_then(|route| route.body.as_ref()).filter(|body| body.is_json()) {
            Some(known) => known.mask(body, self.profile.contract.secrets()),
            None => mask_names(body, &|name| self.profile.contract.secrets().contains(name)),
        }
    }

    fn mask_received(&self, exchange: &Exchange, body: &mut Value) {
        let response =
            exchange.sent.route.and_then(|route| route.response(exchange.received.status));
        match response.filter(|response| response.has_body()) {
            Some(response) => response.mask(body, self.profile.contract.secrets()),
            None => mask_names(body, &|name| self.profile.contract.secrets().contains(name)),
        }
        mask_names(body, &|name| self.profile.private.contains(&name));
    }

    /// A body with a placeholder wherever `mask` changes it.
    fn body(&self, body: &[u8], mask: impl Fn(&mut Value), mut note: impl FnMut(&str)) -> Vec<u8> {
        let Ok(original) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
        let mut masked = original.clone();
        mask(&mut masked);
        if masked == original {
            return body.to_vec();
        }
        self.number_masks(&original, &mut masked, "", &mut note);
        masked.to_string().into_bytes()
    }

    fn number_masks(
        &self,
        original: &Value,
        masked: &mut Value,
        pointer: &str,
        note: &mut impl FnMut(&str),
    ) {
        match (original, masked) {
            (original, masked) if *masked == MASK && *original != MASK => {
                note(pointer);
                *masked = self.learn(&plain(original)).into();
            }
            (Value::Array(originals), Value::Array(items)) => {
                for (index, (original, item)) in originals.iter().zip(items).enumerate() {
                    self.number_masks(original, item, &format!("{pointer}/{index}"), note);
                }
            }
            (Value::Object(originals), Value::Object(members)) => {
                for (name, member) in members {
                    self.number_masks(&originals[name], member, &join(pointer, name), note);
                }
            }
            _ => {}
        }
    }

    fn known_in_sent(&self, sent: Sent) -> Sent {
        let header = |(name, value): &(String, String)| (name.clone(), self.text(value));
        Sent {
            target: self.text(&sent.target),
            headers: sent.headers.iter().map(header).collect(),
            body: self.bytes(sent.body),
            ..sent
        }
    }

    fn known_in_received(&self, received: Received) -> Received {
        let mut headers = received.headers;
        for value in headers.values_mut() {
            let text = value.to_str().map(|text| self.text(text)).unwrap_or_default();
            *value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(MASK));
        }
        Received { headers, body: self.bytes(received.body), ..received }
    }

    /// Text without secrets; what is no text is left as it is.
    fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        String::from_utf8(bytes)
            .map_or_else(|error| error.into_bytes(), |text| self.text(&text).into_bytes())
    }
}

/// The placeholder of the secret with this number.
fn placeholder(number: usize) -> String {
    format!("<secret:{number}>")
}

/// Masks members by their names alone, where no schema says more.
fn mask_names(value: &mut Value, is_secret: &impl Fn(&str) -> bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| mask_names(item, is_secret)),
        Value::Object(members) => {
            for (name, member) in members {
                if is_secret(name) && !member.is_null() {
                    *member = MASK.into();
                } else {
                    mask_names(member, is_secret);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use base64::{
        Engine,
        engine::general_purpose::{STANDARD, URL_SAFE},
    };
    use serde_json::json;

    use super::{notation::lower_hex, *};
    use crate::profiles::i3d_v3::PROFILE;

    const CANARY: &str = "Canary/Key+0 \"1\" ~ü";

    fn redactor(secrets: &[&str]) -> Redactor {
        Redactor::new(&PROFILE, secrets.iter().map(|it| Secret::new(*it)))
    }

    fn exchange(operation: &str, body: Value, answer: Value) -> Exchange {
        let route = PROFILE.contract.route(operation).expect("the contract has the operation");
        let sent = Sent { body: body.to_string().into_bytes(), ..Sent::to(route) };
        let body = answer.to_string().into_bytes();
        let received = Received {
            status: 200,
            headers: HeaderMap::new(),
            body,
            took: Duration::from_millis(1),
        };
        Exchange { sent, received }
    }

    #[test]
    fn a_known_secret_is_found_in_every_notation() {
        let redactor = redactor(&[CANARY]);
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("q", CANARY).finish();
        for text in [
            CANARY.to_owned(),
            json!({ "key": CANARY }).to_string(),
            crate::core::encode::encode(CANARY),
            lower_hex(&crate::core::encode::encode(CANARY)),
            query,
            json!({ "key": CANARY }).to_string().replace('/', "\\/"),
        ] {
            let redacted = redactor.text(&text);
            assert!(
                redacted.contains("<secret:1>") && !redacted.contains("Canary"),
                "{text}: {redacted}"
            );
        }
        for before in ["", "a", "ab", "user:"] {
            for text in [
                STANDARD.encode(format!("{before}{CANARY}")),
                URL_SAFE.encode(format!("{before}{CANARY}")),
            ] {
                let redacted = redactor.text(&text);
                assert!(
                    redacted.len() < text.len() && redacted.contains("<secret:1>"),
                    "{text}: {redacted}"
                );
            }
        }
        assert_eq!(redactor.text("nothing to hide"), "nothing to hide");
    }

    #[test]
    fn a_secret_inside_another_does_not_leave_the_rest() {
        let redactor = redactor(&["abcdefgh", "abcdefghijkl"]);
        assert_eq!(redactor.text("abcdefghijkl abcdefgh"), "<secret:2> <secret:1>");
    }

    #[test]
    fn what_the_contract_calls_secret_is_learned_from_the_exchange() {
        let redactor = redactor(&[]);
        let answer = json!({ "requiresOtp": false, "note": "sesame-sesame" });
        let login =
            exchange("login", json!({ "userName": "demo", "password": "sesame-sesame" }), answer);
        let (redacted, places) = redactor.exchange_with_places(&login);
        assert_eq!(redacted.sent.json(), json!({ "userName": "demo", "password": "<secret:1>" }));
        assert_eq!(redacted.received.json()["note"], "<secret:1>");
        let kind = RedactionKind::Contract;
        assert_eq!(places, [Redaction { at: "/request/body/password".to_owned(), kind }]);
        assert_eq!(redactor.text("it was sesame-sesame"), "it was <secret:1>");
    }

    #[test]
    fn headers_and_queries_are_known_by_their_names() {
        let redactor = redactor(&[]);
        let mut asked = exchange("getSshKeys", Value::Null, json!([]));
        asked.sent.target += "?token=abc%2Fdefghi&start=1";
        asked.sent.headers = vec![
            ("private-token".to_owned(), "OneTwoThreeFour".to_owned()),
            ("authorization".to_owned(), "Bearer abc/defghi".to_owned()),
        ];
        let cookie = HeaderValue::from_static("session=0123456789abcdef; Max-Age=7200; Path=/");
        asked.received.headers.insert("set-cookie", cookie);
        let redacted = redactor.exchange(&asked);
        assert_eq!(redacted.sent.target, "/v3/sshKey?token=<secret:2>&start=1");
        assert_eq!(redacted.sent.headers[0].1, "<secret:1>");
        assert_eq!(redacted.sent.headers[1].1, "Bearer <secret:2>");
        assert_eq!(
            redacted.received.header("set-cookie"),
            Some("session=<secret:3>; Max-Age=7200; Path=/")
        );
    }

    #[test]
    fn every_cookie_that_is_sent_is_a_secret() {
        let redactor = redactor(&[]);
        let mut asked = exchange("getSshKeys", Value::Null, json!([]));
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        asked.sent.headers = vec![
            header(
                "cookie",
                "lang=en; session=3f786850e387550fdab836ed7e6dc881de23001b; a=b=c; empty=",
            ),
            header("authorization", "Digest username=\"demo\", response=\"0123456789abcdef\""),
        ];
        let redacted = redactor.exchange(&asked).sent.headers;
        assert_eq!(redacted[0].1, "lang=<secret:1>; session=<secret:2>; a=<secret:3>; empty=");
        assert_eq!(redacted[1].1, "Digest <secret:4>");
    }

    #[test]
    fn short_secrets_are_masked_where_they_stand_and_nowhere_else() {
        let redactor = redactor(&[]);
        let login = exchange("login", json!({ "userName": "abc", "password": "abc" }), json!({}));
        let redacted = redactor.exchange(&login);
        assert_eq!(redacted.sent.json(), json!({ "userName": "abc", "password": "<secret:1>" }));
    }
}
