//! Turns exchanges that somebody else made into a scenario: which operations they were, and which
//! id came from where.

use std::collections::BTreeMap;

use jiff::Timestamp;
use openapi::{Location, Route, json_pointer, plain};
use serde_json::Value;

use super::{Recording, volatile::volatile};
use crate::{
    core::{
        exchange::{Caller, Exchange, Sent},
        multipart::{self, WirePart},
        profile::ApiProfile,
        redact::Redactor,
        request::{Encoding, member},
    },
    fixture::{
        Capture, Fixture, FormPart, Provenance, Step, StepRequest, VERSION, pointer::places,
    },
};

/// The operation of a request, and the values in its path. It is read as servers read it; the guard
/// of a live one, which must be sure, is stricter.
pub fn route_of(
    profile: &ApiProfile,
    sent: &Sent,
) -> Option<(&'static Route, BTreeMap<String, String>)> {
    let routes = profile.operations().filter(|route| route.method == sent.method);
    let fitting = routes.filter_map(|route| Some((route, values_in(route, sent)?)));
    // A path that is spelled out is meant before one with a parameter.
    let (route, values) = fitting.min_by_key(|(_, values)| values.len())?;
    Some((
        route,
        values.into_iter().map(|(name, value)| (name.to_owned(), decoded(value))).collect(),
    ))
}

/// The values in the path of a request of an operation; `None` where it means another. Where
/// several operations have one path, a member of the body tells which.
fn values_in<'a>(route: &'a Route, sent: &'a Sent) -> Option<Vec<(&'a str, &'a str)>> {
    route.values_in(&sent.target).filter(|_| member::is_meant(route, sent))
}

/// Percent-decodes a segment of a path, in which a plus sign is one.
fn decoded(segment: &str) -> String {
    let pair = format!("x={}", segment.replace('+', "%2B"));
    let value = form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned());
    value.unwrap_or_default()
}

/// Whether the contract knows every parameter in the query but credentials, which are not written
/// down.
fn asks_only_what_is_known(route: &Route, redacted: &Sent) -> bool {
    query_of(redacted).iter().all(|(name, value)| is_known(route, name) || is_secret(value))
}

fn is_known(route: &Route, name: &str) -> bool {
    route.parameter(Location::Query, name).is_some()
}

/// Whether nothing is left of a value but what stands for a secret.
fn is_secret(value: &str) -> bool {
    value.starts_with("<secret:") && value.ends_with('>')
}

fn query_of(sent: &Sent) -> Vec<(String, String)> {
    let text = sent.target.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// A recording of exchanges in their order, and the requests that are no operation of the contract.
pub fn trace(
    profile: &'static ApiProfile,
    id: &str,
    exchanges: Vec<Exchange>,
    redactor: &Redactor,
) -> (Recording, Vec<String>) {
    // Everything that is secret is known before the first of it is written down.
    exchanges.iter().for_each(|exchange| drop(redactor.exchange(exchange)));
    let (mut traced, mut unknown) = (Trace::default(), Vec::new());
    for exchange in exchanges {
        let known = route_of(profile, &exchange.sent);
        match known
            .filter(|(route, _)| asks_only_what_is_known(route, &redactor.exchange(&exchange).sent))
        {
            Some((route, values)) => {
                let sent = Sent { route: Some(route), ..exchange.sent };
                traced.add(profile, Exchange { sent, ..exchange }, &values, redactor);
            }
            None => unknown.push(redactor.text(&exchange.sent.name())),
        }
    }
    let scenario = Fixture {
        fixture: VERSION,
        id: id.to_owned(),
        title: "what passed".to_owned(),
        provenance: Provenance::of_nothing(),
        requires: Vec::new(),
        steps: traced.steps,
        known_differences: Vec::new(),
        redactions: Vec::new(),
    };
    (Recording { scenario, exchanges: traced.exchanges }, unknown)
}

#[derive(Default)]
struct Trace {
    steps: Vec<Step>,
    exchanges: Vec<(usize, Exchange)>,
    /// The key of whoever was recorded: that of the first request that has one.
    key: Option<String>,
    /// Each id that was met in an answer: the step, and where in its body.
    ids: BTreeMap<String, (usize, String)>,
    /// The name of an id that a later request used.
    names: BTreeMap<String, String>,
}

impl Trace {
    fn add(
        &mut self,
        profile: &ApiProfile,
        exchange: Exchange,
        values: &BTreeMap<String, String>,
        redactor: &Redactor,
    ) {
        let mut redacted = redactor.exchange(&exchange);
        let (caller, key) = self.caller(profile, &redacted.sent);
        if caller != Caller::Nobody {
            profile.credentials.remove(&mut redacted.sent);
        }
        let mut request = request(&redacted.sent, values, redactor);
        request.headers.extend(key);
        let step = Step {
            operation: exchange.sent.route.map(|route| route.id.clone()),
            caller,
            request: self.with_names(request),
            ..Step::default()
        };
        let index = self.steps.len();
        let body = exchange.received.json();
        for (pointer, value) in places(&body) {
            if volatile("", &pointer, value, Timestamp::UNIX_EPOCH)
                .is_some_and(|it| it.family.is_some())
            {
                self.ids.entry(plain(value)).or_insert((index, pointer));
            }
        }
        self.steps.push(step);
        self.exchanges.push((index, exchange));
    }

    /// Who sent a request. The key itself is not written down, but a key that an answer told is
    /// known by its name; one in a body stays there.
    fn caller(&mut self, profile: &ApiProfile, sent: &Sent) -> (Caller, Option<(String, String)>) {
        if sent.caller != Caller::Nobody {
            return (sent.caller, None);
        }
        let Some(key) = profile.credentials.shown(sent) else { return (Caller::Nobody, None) };
        let first = self.key.get_or_insert_with(|| key.clone());
        if key == *first {
            return (Caller::Customer, None);
        }
        let header = profile.credentials.header();
        (Caller::Nobody, header.map(|name| (name.to_owned(), named_secrets(&key))))
    }

    /// The request with names for ids that an earlier answer told; that answer is where they are
    /// captured.
    fn with_names(&mut self, mut request: StepRequest) -> StepRequest {
        let parameters = request.path.values_mut().chain(request.query.values_mut());
        parameters.for_each(|value| self.name_ids(value));
        request.body.iter_mut().for_each(|body| self.name_ids(body));
        request
    }

    fn name_ids(&mut self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.name_ids(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.name_ids(member)),
            Value::String(_) | Value::Number(_) => {
                if let Some(name) = self.name_of(&plain(value)) {
                    *value = format!("{{{{{name}}}}}").into();
                }
            }
            _ => {}
        }
    }

    fn name_of(&mut self, id: &str) -> Option<String> {
        let (step, pointer) = self.ids.get(id)?.clone();
        if let Some(name) = self.names.get(id) {
            return Some(name.clone());
        }
        let name = format!("{}{}", json_pointer::name(&pointer), self.names.len() + 1);
        self.steps[step].capture.insert(name.clone(), Capture::Body(pointer));
        self.names.insert(id.to_owned(), name.clone());
        Some(name)
    }
}

fn request(sent: &Sent, values: &BTreeMap<String, String>, redactor: &Redactor) -> StepRequest {
    let mut query: BTreeMap<String, Value> = BTreeMap::new();
    let known = |name: &str| sent.route.is_some_and(|route| is_known(route, name));
    for (name, value) in query_of(sent).into_iter().filter(|(name, _)| known(name)) {
        let value = Value::from(named_secrets(&value));
        match query.get_mut(&name) {
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None => drop(query.insert(name, value)),
        }
    }
    let path = values
        .iter()
        .map(|(name, text)| (name.clone(), named_secrets(&redactor.text(text)).into()));
    let mut request = StepRequest {
        path: path.collect(),
        query,
        headers: headers(sent),
        ..StepRequest::default()
    };
    let media =
        sent.headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, media)| media);
    match serde_json::from_slice::<Value>(&sent.body) {
        _ if sent.body.is_empty() => {}
        Ok(body) => request.body = Some(named_secrets_in(body)),
        Err(_) if media.starts_with("multipart/form-data") => {
            request.form = form(media, &sent.body)
        }
        Err(_) => {
            request.text = Some(named_secrets(&String::from_utf8_lossy(&sent.body)));
            if media.starts_with(Encoding::UrlEncoded.media()) {
                request.headers.insert("content-type".to_owned(), media.to_owned());
            }
        }
    }
    request
}

/// The headers that the contract knows; all others are those of the client.
fn headers(sent: &Sent) -> BTreeMap<String, String> {
    let known = sent
        .route
        .iter()
        .flat_map(|route| &route.parameters)
        .filter(|it| it.location == Location::Header);
    let given = known.filter_map(|parameter| {
        let (_, value) =
            sent.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(&parameter.name))?;
        Some((&parameter.name, value))
    });
    let cookies =
        sent.headers.iter().filter(|(name, _)| name == "cookie").map(|(name, value)| (name, value));
    given.chain(cookies).map(|(name, value)| (name.clone(), named_secrets(value))).collect()
}

/// The parts of a multipart form.
fn form(media: &str, body: &[u8]) -> Vec<FormPart> {
    let parts = multipart::boundary(media).and_then(|it| multipart::read(it, body));
    let part = |part: &WirePart| {
        let text = named_secrets(&String::from_utf8_lossy(&part.content));
        let file = part.file_name().map(str::to_owned);
        Some(FormPart { name: part.name()?.to_owned(), file, text })
    };
    parts.iter().flatten().filter_map(part).collect()
}

/// What stands for a secret in an answer is `<secret:1>`; a request says the same as
/// `{{secret-1}}`.
fn named_secrets(text: &str) -> String {
    text.split_inclusive('>')
        .map(|part| match part.rsplit_once("<secret:") {
            Some((before, number)) if part.ends_with('>') => {
                format!("{before}{{{{secret-{}}}}}", number.trim_end_matches('>'))
            }
            _ => part.to_owned(),
        })
        .collect()
}

fn named_secrets_in(value: Value) -> Value {
    match value {
        Value::String(text) => named_secrets(&text).into(),
        Value::Array(items) => items.into_iter().map(named_secrets_in).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, named_secrets_in(member))).collect()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::profiles::i3d_v3::PROFILE;

    fn operation(method: Method, target: &str) -> Option<(String, BTreeMap<String, String>)> {
        let (target, headers, body) = (target.to_owned(), Vec::new(), Vec::new());
        let sent = Sent { route: None, caller: Caller::Nobody, method, target, headers, body };
        route_of(&PROFILE, &sent).map(|(route, values)| (route.id.clone(), values))
    }

    #[test]
    fn a_request_finds_its_operation() {
        let id = |method, target: &str| operation(method, target).map(|(id, _)| id);
        assert_eq!(
            id(Method::GET, "/v3/tickets/categories").as_deref(),
            Some("getTicketsCategories")
        );
        assert_eq!(id(Method::GET, "/v3/tickets/7?x=1").as_deref(), Some("getTicket"));
        assert_eq!(id(Method::GET, "/v3/trigger/").as_deref(), Some("getTriggerList"));
        assert_eq!(id(Method::GET, "/favicon.ico"), None);
        let (_, values) = operation(Method::GET, "/v3/calc/configs/Dedicated%20Game+Servers")
            .expect("an operation");
        assert_eq!(values["categoryName"], "Dedicated Game+Servers");
    }

    #[test]
    fn secrets_get_names() {
        assert_eq!(
            named_secrets("a <secret:1>, <b> <secret:22>"),
            "a {{secret-1}}, <b> {{secret-22}}"
        );
    }

    #[test]
    fn a_form_is_read_part_by_part() {
        let body = b"--b\r\n\
            Content-Disposition: form-data; name=\"attachment\"; filename=\"a.txt\"\r\n\
            Content-Type: text/plain\r\n\r\nhello\r\n--b\r\n\
            Content-Disposition: form-data; name=\"note\"\r\n\r\nkey <secret:1>\r\n--b--\r\n";
        let part = |name: &str, file: Option<&str>, text: &str| FormPart {
            name: name.to_owned(),
            file: file.map(str::to_owned),
            text: text.to_owned(),
        };
        let parts =
            [part("attachment", Some("a.txt"), "hello"), part("note", None, "key {{secret-1}}")];
        assert_eq!(form("multipart/form-data; boundary=b", body), parts);
    }
}
