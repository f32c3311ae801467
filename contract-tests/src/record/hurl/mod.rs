//! A fixture as a Hurl file, for those who play requests with Hurl.

mod asserts;
mod notation;

use std::{borrow::Cow, collections::BTreeSet};

use openapi::{Location, plain};
use serde_json::Value;

use self::{
    asserts::asserts,
    notation::{BASE, KEYS, json_path, name_of, names, path, regex, text},
};
use crate::{
    core::{
        exchange::{Caller, wire_path},
        profile::{ApiProfile, credentials::Credentials},
        request::{Form, Part},
    },
    fixture::{
        Action, Capture, Fixture, FormPart, Mail, Requirement, Rule, Step, StepRequest, ValueType,
        names_in, pointer::most_exact, single_name,
    },
};

/// The fixture as a Hurl file. What it must be given stands in its first lines.
pub fn export(profile: &ApiProfile, fixture: &Fixture) -> String {
    let mut steps = String::new();
    if fixture.requires.iter().any(|it| matches!(it, Requirement::World(_))) {
        steps +=
            &format!("\n# the world of the beginning\nPOST {{{{{BASE}}}}}/_mock/reset\nHTTP 204\n");
    }
    let mut bound = BTreeSet::new();
    for step in &fixture.steps {
        let name = if step.name.is_empty() { String::new() } else { format!("# {}\n", step.name) };
        steps += &format!("\n{name}{}", of_step(profile, step, &mut bound));
        bound.extend(step.capture.keys().cloned());
    }
    steps.extend(fixture.steps.iter().rev().filter_map(|step| undo(profile, step)));
    // A number is one only without quotes.
    for name in fixture.steps.iter().flat_map(|step| numbers(profile, step)) {
        steps = steps.replace(&format!("\"{{{{{name}}}}}\""), &format!("{{{{{name}}}}}"));
    }
    format!("# {}\n{}{steps}", fixture.title, needs(profile, &bound, &steps))
}

/// How Hurl is called: every variable that no step captures.
fn needs(profile: &ApiProfile, bound: &BTreeSet<String>, steps: &str) -> String {
    let captured: BTreeSet<String> = bound.iter().map(|name| name_of(name)).collect();
    let used: BTreeSet<&str> = names_in(steps).filter(|name| !captured.contains(*name)).collect();
    let demo = |name: &str| profile.demo_names.iter().find(|(demo, _)| name_of(demo) == name);
    let option = |name: &str| match name {
        BASE => format!(" --variable {BASE}=http://127.0.0.1:8080"),
        name if KEYS.contains(&name) => format!(" --secret {name}=..."),
        "run" => " --variable run=run1".to_owned(),
        name => format!(" --variable {name}={}", demo(name).map_or("...", |(_, value)| *value)),
    };
    let options: String = used.into_iter().map(option).collect();
    format!("# hurl --test{options} FILE\n")
}

/// The names of numbers: by the rule of the place where they are captured, or by the contract where
/// they are sent.
fn numbers(profile: &ApiProfile, step: &Step) -> Vec<String> {
    let rules = step.response.as_ref().map(|expected| &expected.rules);
    let is_of_numbers = |rule: &&Rule| {
        matches!(rule.kind, Some(ValueType::Int | ValueType::Number | ValueType::Unixtime))
    };
    let captured = step.capture.iter().filter(|(_, capture)| match capture {
        Capture::Body(pointer) => {
            rules.and_then(|rules| most_exact(rules, pointer)).as_ref().is_some_and(is_of_numbers)
        }
        Capture::Header(_) => false,
    });
    let named = rules.into_iter().flat_map(|rules| rules.values()).filter(is_of_numbers);
    let named = named.filter_map(|rule| rule.reference.as_deref());
    let route = step.operation.as_ref().and_then(|operation| profile.contract.route(operation));
    let definition = route.and_then(|route| Some(&route.body.as_ref()?.definition()["properties"]));
    let is_number = |name: &str| definition.is_some_and(|it| it[name]["type"] == "integer");
    let body = step.request.body.as_ref().and_then(Value::as_object).into_iter().flatten();
    let sent = body
        .filter(|(name, _)| is_number(name))
        .filter_map(|(_, value)| single_name(value.as_str()?));
    captured.map(|(name, _)| name.as_str()).chain(named).chain(sent).map(name_of).collect()
}

fn of_step(profile: &ApiProfile, step: &Step, bound: &mut BTreeSet<String>) -> String {
    match step.action() {
        Some(Action::Call(operation)) => call(profile, operation, step) + &response(step, bound),
        Some(Action::Advance(span)) => {
            let seconds = span.seconds;
            format!(
                "POST {{{{{BASE}}}}}/_mock/clock/advance\n{{\"seconds\": {seconds}}}\nHTTP 200\n"
            )
        }
        Some(Action::Visit(visit)) => {
            format!("{} {}\nHTTP {}\n", visit.method, text(&visit.url), visit.expect)
        }
        Some(Action::Mail(mail)) => of_mail(step, mail),
        None => String::new(),
    }
}

/// The newest mail: Hurl cannot look for the newest of its kind.
fn of_mail(step: &Step, mail: &Mail) -> String {
    let capture = |(name, capture): (&String, &Capture)| match capture {
        Capture::Body(pointer) => {
            Some(format!("{}: jsonpath \"$[-1]{}\"\n", name_of(name), &json_path(pointer)[1..]))
        }
        Capture::Header(_) => None,
    };
    let captures: String = step.capture.iter().filter_map(capture).collect();
    let (kind, to) = (text(&mail.kind), text(&mail.to));
    format!(
        "GET {{{{{BASE}}}}}/_mock/outbox\nHTTP 200\n{}[Asserts]\n\
         jsonpath \"$[-1]['kind']\" == \"{kind}\"\njsonpath \"$[-1]['to']\" == \"{to}\"\n",
        section("Captures", captures),
    )
}

/// A section with its lines; none without any.
fn section(name: &str, lines: String) -> String {
    if lines.is_empty() { lines } else { format!("[{name}]\n{lines}") }
}

fn call(profile: &ApiProfile, operation: &str, step: &Step) -> String {
    let Some(route) = profile.contract.route(operation) else { return String::new() };
    let mut at = wire_path(route).to_owned();
    for (name, given) in &step.request.path {
        if route.parameter(Location::Path, name).is_some() {
            at = at.replace(&format!("{{{name}}}"), &path(&plain(given)));
        }
    }
    let method = step.request.method.as_deref().unwrap_or(route.method.as_str());
    let credentials = profile.credentials;
    let key = key(profile, step.caller);
    let (header, request) = match (credentials.header(), key) {
        (Some(name), Some(key)) => (format!("{name}: {key}\n"), Cow::Borrowed(&step.request)),
        (None, Some(key)) => (String::new(), Cow::Owned(with_key(credentials, &step.request, key))),
        (_, None) => (String::new(), Cow::Borrowed(&step.request)),
    };
    let headers: String = step
        .request
        .headers
        .iter()
        .map(|(name, given)| format!("{name}: {}\n", text(given)))
        .collect();
    let query = step.request.query.iter().flat_map(|(name, given)| {
        let values = given.as_array().map_or(std::slice::from_ref(given), Vec::as_slice);
        values.iter().map(move |one| format!("{name}: {}\n", text(&plain(one))))
    });
    let query = section("Query", query.collect());
    format!("{method} {{{{{BASE}}}}}{at}\n{header}{headers}{}", body(&request, query))
}

/// What is sent as the key. Where a user belongs to it, both have a variable.
fn key(profile: &ApiProfile, caller: Caller) -> Option<String> {
    let variable = |name: &str| match profile.credentials {
        Credentials::Header(_) => format!("{{{{{name}}}}}"),
        Credentials::Members { .. } => format!("{{{{{name}_user}}}}:{{{{{name}}}}}"),
    };
    let [customer, other, excluded] = KEYS.map(variable);
    match caller {
        Caller::Customer => Some(customer),
        Caller::Other => Some(other),
        Caller::Excluded => Some(excluded),
        Caller::Stranger => Some(profile.demo_keys.stranger.to_owned()),
        Caller::Nobody => None,
    }
}

/// The request with a key in its body.
fn with_key(credentials: Credentials, request: &StepRequest, key: String) -> StepRequest {
    let (user, secret) = key.split_once(':').unwrap_or_default();
    let mut with_key = request.clone();
    let members = credentials.members().into_iter().zip([user, secret]);
    for (name, text) in members {
        match &mut with_key.body {
            Some(Value::Object(body)) => drop(body.insert(name.to_owned(), text.into())),
            _ if request.form.is_empty() => {}
            _ => with_key.form.push(FormPart {
                name: name.to_owned(),
                file: None,
                text: text.to_owned(),
            }),
        }
    }
    with_key
}

/// Headers that Hurl does not send by itself, the query, and the body. A form is written out,
/// because Hurl takes files from the disk only.
fn body(request: &StepRequest, query: String) -> String {
    let typed = request.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type"));
    let of_type =
        |media: &str| if typed { String::new() } else { format!("content-type: {media}\n") };
    match (&request.body, &request.text) {
        (Some(body), _) => format!("{query}{}\n", json(body)),
        (None, Some(said)) => format!("{}{query}`{}`\n", of_type("application/json"), text(said)),
        (None, None) if request.form.is_empty() => query,
        (None, None) => {
            let parts: Vec<Part> =
                request.form.iter().map(|part| part.with(part.text.clone())).collect();
            let Form { media, body } = Form::of(&parts);
            let form = String::from_utf8_lossy(&body);
            format!("{}{query}`{}`\n", of_type(&media), text(&form))
        }
    }
}

/// JSON with the names as Hurl spells them.
fn json(body: &Value) -> String {
    names(&serde_json::to_string_pretty(body).unwrap_or_default())
}

fn response(step: &Step, bound: &mut BTreeSet<String>) -> String {
    let Some(expected) = &step.response else {
        return format!("HTTP *\n{}", section("Captures", captures(step)));
    };
    let bind = |(name, at): (String, String)| capture_of_body(&name, &at);
    let bound: String = asserts::bind(expected, bound).into_iter().map(bind).collect();
    let captures = section("Captures", captures(step) + &bound);
    format!("HTTP {}\n{captures}{}", expected.status, section("Asserts", asserts(expected)))
}

/// What undoes a step, where it is one that makes something; several statuses may mean that all is
/// well.
fn undo(profile: &ApiProfile, step: &Step) -> Option<String> {
    let makes = step.response.as_ref().is_none_or(|it| profile.is_success(&it.plainly()));
    let cleanup = step.cleanup.as_ref().filter(|_| makes)?;
    let call = call(
        profile,
        &cleanup.operation,
        &Step { request: cleanup.request(), caller: step.caller, ..Step::default() },
    );
    let statuses: Vec<String> = cleanup.expect.iter().map(u16::to_string).collect();
    let assert = format!("status toString matches /^({})$/\n", statuses.join("|"));
    Some(format!("\n# what was made is removed\n{call}HTTP *\n{}", section("Asserts", assert)))
}

fn captures(step: &Step) -> String {
    let one = |(name, capture): (&String, &Capture)| match capture {
        Capture::Body(pointer) => capture_of_body(name, pointer),
        Capture::Header(it) => {
            format!("{}: header \"{}\" regex {}\n", name_of(name), it.header, regex(&it.regex))
        }
    };
    step.capture.iter().map(one).collect()
}

fn capture_of_body(name: &str, pointer: &str) -> String {
    format!("{}: jsonpath \"{}\"\n", name_of(name), json_path(pointer))
}
