//! A fixture as a Hurl file, for those who play requests with Hurl.

use std::fmt::Write;

use openapi::Location;
use serde_json::Value;

use crate::{
    fixture::{
        Action, Capture, Expected, Fixture, HeaderRule, Kind, Near, Rule, Step, Who,
        pointer::{most_exact, places},
    },
    suite::Suite,
    transport::STRANGERS_KEY,
};

/// The fixture as a Hurl file; `base` and the keys are variables that Hurl is given.
pub fn export(suite: &Suite, fixture: &Fixture) -> String {
    let mut text = format!(
        "# {}\n# hurl --variable base=http://127.0.0.1:8080 --variable run=1 --secret key=... FILE\n",
        fixture.title
    );
    for step in &fixture.steps {
        text.push('\n');
        if !step.name.is_empty() {
            writeln!(text, "# {}", step.name).expect("a text takes everything");
        }
        text += &of_step(suite, step);
    }
    // A number is one only without quotes.
    let numbers = fixture.steps.iter().flat_map(numbers);
    numbers.fold(text, |text, name| text.replace(&format!("\"{{{{{name}}}}}\""), &format!("{{{{{name}}}}}")))
}

/// The names of captured numbers.
fn numbers(step: &Step) -> Vec<String> {
    let rules = step.response.as_ref().map(|expected| &expected.rules);
    let is_number = |capture: &Capture| match capture {
        Capture::Body(pointer) => rules
            .and_then(|rules| most_exact(rules, pointer))
            .is_some_and(|rule| matches!(rule.kind, Some(Kind::Int | Kind::Number | Kind::Unixtime))),
        Capture::Header(_) => false,
    };
    step.capture.iter().filter(|(_, capture)| is_number(capture)).map(|(name, _)| name_of(name)).collect()
}

fn of_step(suite: &Suite, step: &Step) -> String {
    match step.action() {
        Some(Action::Call(operation)) => call(suite, operation, step),
        Some(Action::Advance(span)) => {
            format!("POST {{{{base}}}}/_mock/clock/advance\n{{\"seconds\": {}}}\nHTTP 200\n", span.seconds)
        }
        Some(Action::Visit(visit)) => {
            format!("{} {}\nHTTP {}\n", visit.method, names(&visit.url), visit.expect)
        }
        Some(Action::Mail(mail)) => {
            let query = format!("$[?(@.kind == '{}')]", mail.kind);
            let capture = |(name, capture): (&String, &Capture)| match capture {
                Capture::Body(pointer) => {
                    format!("{}: jsonpath \"{query}{}\" nth 0\n", name_of(name), &json_path(pointer)[1..])
                }
                Capture::Header(_) => String::new(),
            };
            let captures: String = step.capture.iter().map(capture).collect();
            format!("GET {{{{base}}}}/_mock/outbox\nHTTP 200\n[Captures]\n{captures}")
        }
        None => String::new(),
    }
}

fn call(suite: &Suite, operation: &str, step: &Step) -> String {
    let Some(route) = suite.contract.route(operation) else { return String::new() };
    let value = |value: &Value| names(&value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let mut path = route.path.clone();
    for (name, given) in &step.request.path {
        if route.parameter(Location::Path, name).is_some() {
            path = path.replace(&format!("{{{name}}}"), &value(given));
        }
    }
    let method = step.request.method.as_deref().unwrap_or(route.method.as_str());
    let mut text = format!("{method} {{{{base}}}}{path}\n");
    let key = match step.who {
        Who::Customer => Some("{{key}}"),
        Who::Other => Some("{{other_key}}"),
        Who::Excluded => Some("{{excluded_key}}"),
        Who::Stranger => Some(STRANGERS_KEY),
        Who::Nobody => None,
    };
    text += &key.map(|key| format!("{}: {key}\n", suite.key_header)).unwrap_or_default();
    for (name, given) in &step.request.headers {
        text += &format!("{name}: {}\n", names(given));
    }
    if !step.request.query.is_empty() {
        text += "[Query]\n";
    }
    for (name, given) in &step.request.query {
        let values = given.as_array().map_or(std::slice::from_ref(given), Vec::as_slice);
        values.iter().for_each(|one| text += &format!("{name}: {}\n", value(one)));
    }
    if !step.request.form.is_empty() {
        text += "[Multipart]\n";
    }
    for part in &step.request.form {
        let file = part.file.as_ref().map(|file| format!("file,{file};"));
        text += &format!("{}: {}\n", part.name, file.unwrap_or_else(|| names(&part.text)));
    }
    if let Some(body) = &step.request.body {
        text += &names(&serde_json::to_string_pretty(body).unwrap_or_default());
        text.push('\n');
    } else if let Some(body) = &step.request.text {
        text += &format!("```\n{}\n```\n", names(body));
    }
    text + &response(step)
}

fn response(step: &Step) -> String {
    let Some(expected) = &step.response else { return "HTTP *\n".to_owned() };
    let mut text = format!("HTTP {}\n", expected.status);
    let captures: String = step.capture.iter().map(|(name, capture)| of_capture(name, capture)).collect();
    if !captures.is_empty() {
        text += &format!("[Captures]\n{captures}");
    }
    let asserts = asserts(expected);
    if !asserts.is_empty() {
        text += &format!("[Asserts]\n{asserts}");
    }
    text
}

fn of_capture(name: &str, capture: &Capture) -> String {
    let name = name_of(name);
    match capture {
        Capture::Body(pointer) => format!("{name}: jsonpath \"{}\"\n", json_path(pointer)),
        Capture::Header(it) => {
            format!("{name}: header \"{}\" regex /{}/\n", it.header, it.regex.replace('/', "\\/"))
        }
    }
}

fn asserts(expected: &Expected) -> String {
    let mut asserts = String::new();
    for (name, rule) in &expected.headers {
        match rule {
            HeaderRule::Text(text) => {
                asserts += &format!("header \"{name}\" startsWith \"{}\"\n", names(text))
            }
            HeaderRule::Rule(rule) => {
                let regex = rule.regex.as_ref().map(|it| it.replace('/', "\\/"));
                asserts += &regex.map(|it| format!("header \"{name}\" matches /{it}/\n")).unwrap_or_default();
            }
        }
    }
    for (pointer, value) in expected.body.iter().flat_map(places) {
        // What stands in a list without an order has no place that could be asserted.
        let in_set = expected.rules.iter().any(|(at, rule)| {
            (rule.contains || rule.unordered) && (pointer.starts_with(&format!("{at}/")) || pointer == *at)
        });
        let predicate = match most_exact(&expected.rules, &pointer) {
            _ if in_set => None,
            Some(rule) if rule.replaces_value() || rule.len.is_some() => predicate(rule),
            _ => plainly(value),
        };
        let assert = predicate.map(|it| format!("jsonpath \"{}\" {it}\n", json_path(&pointer)));
        asserts += &assert.unwrap_or_default();
    }
    asserts
}

fn plainly(value: &Value) -> Option<String> {
    match value {
        Value::Object(_) => None,
        Value::Array(items) => Some(format!("count == {}", items.len())),
        Value::String(text) => Some(format!("== {}", names(&Value::from(text.as_str()).to_string()))),
        other => Some(format!("== {other}")),
    }
}

/// What Hurl can say of a rule.
fn predicate(rule: &Rule) -> Option<String> {
    if let Some(regex) = &rule.regex {
        return Some(format!("matches /{}/", regex.replace('/', "\\/")));
    }
    if let Some((from, to)) = rule.range {
        return Some(format!(">= {from} # and at most {to}"));
    }
    if let Some(Near::Number(number)) = rule.near {
        return Some(format!(">= {number} # or a little less"));
    }
    let of_kind = |kind| match kind {
        Kind::Int | Kind::Unixtime => "isInteger",
        Kind::Number => "isNumber",
        Kind::String | Kind::Ip => "isString",
        Kind::Bool => "isBoolean",
        Kind::Uuid => "matches /^[0-9a-fA-F-]{36}$/",
        Kind::Iso8601 => "matches /^[0-9]{4}-[0-9]{2}-[0-9]{2}/",
        Kind::DecimalString => "matches /^-?[0-9.]+$/",
    };
    rule.kind.map(|kind| of_kind(kind).to_owned()).or_else(|| Some("exists".to_owned()))
}

/// A JSON pointer as the JSONPath that Hurl reads.
fn json_path(pointer: &str) -> String {
    pointer.split('/').skip(1).fold("$".to_owned(), |path, part| match part.parse::<usize>() {
        Ok(index) => format!("{path}[{index}]"),
        Err(_) => format!("{path}['{}']", part.replace("~1", "/").replace("~0", "~")),
    })
}

/// Names in a text, as Hurl spells them.
fn names(text: &str) -> String {
    let mut parts = text.split("{{");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| match part.split_once("}}") {
        Some((name, rest)) => format!("{text}{{{{{}}}}}{rest}", name_of(name.trim())),
        None => format!("{text}{{{{{part}"),
    })
}

/// Hurl knows letters, digits, dashes and underscores in names.
fn name_of(name: &str) -> String {
    name.replace(['.', ':'], "_")
}
