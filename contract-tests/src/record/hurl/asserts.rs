//! What is expected, as the assertions of Hurl.

use serde_json::Value;

use super::notation::{json_path, regex, text};
use crate::fixture::{
    Expected, HeaderRule, Kind, Rule,
    pointer::{most_exact, places},
};

/// One assertion a line.
pub(super) fn asserts(expected: &Expected) -> String {
    let headers = expected.headers.iter().flat_map(|(name, rule)| of_header(name, rule));
    headers.chain(of_body(expected)).map(|assert| assert + "\n").collect()
}

fn of_header(name: &str, rule: &HeaderRule) -> Vec<String> {
    let header = |predicate: String| format!("header \"{name}\" {predicate}");
    match rule {
        // A media type without parameters leaves them open.
        HeaderRule::Text(value) if name == "content-type" => {
            vec![header(format!("startsWith \"{}\"", text(value)))]
        }
        HeaderRule::Text(value) => vec![header(format!("== \"{}\"", text(value)))],
        HeaderRule::Rule(rule) if rule.absent => vec![header("not exists".to_owned())],
        HeaderRule::Rule(rule) => predicates(rule, &Value::from("")).into_iter().map(header).collect(),
    }
}

fn of_body(expected: &Expected) -> Vec<String> {
    match (&expected.body, &expected.text, &expected.sha256) {
        (Some(body), ..) => {
            places(body).into_iter().flat_map(|(at, it)| of_place(expected, &at, it)).collect()
        }
        (None, Some(said), _) => vec![format!("body == \"{}\"", text(said))],
        (None, None, Some(digest)) => vec![format!("sha256 == hex,{digest};")],
        (None, None, None) if expected.rules.is_empty() => vec!["bytes count == 0".to_owned()],
        (None, None, None) => Vec::new(),
    }
}

fn of_place(expected: &Expected, pointer: &str, value: &Value) -> Vec<String> {
    // What stands in a list without an order has no place that could be asserted.
    let in_set = expected.rules.iter().any(|(at, rule)| {
        (rule.contains || rule.unordered) && (pointer.starts_with(&format!("{at}/")) || pointer == *at)
    });
    let predicates = match most_exact(&expected.rules, pointer) {
        _ if in_set => Vec::new(),
        Some(rule) if rule.replaces_value() || rule.len.is_some() => predicates(rule, value),
        _ => plainly(value).into_iter().collect(),
    };
    predicates.into_iter().map(|it| format!("jsonpath \"{}\" {it}", json_path(pointer))).collect()
}

fn plainly(value: &Value) -> Option<String> {
    match value {
        Value::Object(_) => None,
        Value::Array(items) => Some(format!("count == {}", items.len())),
        Value::String(said) => Some(format!("== \"{}\"", text(said))),
        other => Some(format!("== {other}")),
    }
}

/// What Hurl can say of a rule; `value` stands in the fixture at its place.
fn predicates(rule: &Rule, value: &Value) -> Vec<String> {
    let mut predicates: Vec<String> = rule.kind.map(|kind| of_kind(kind).to_owned()).into_iter().collect();
    predicates.extend(rule.regex.as_ref().map(|it| format!("matches {}", regex(it))));
    for (from, to) in rule.range.into_iter().chain(rule.around()) {
        predicates.extend([format!(">= {from}"), format!("<= {to}")]);
    }
    predicates.extend(rule.len.map(|len| match value {
        Value::String(_) => format!("matches /^(?s:.){{{len}}}$/"),
        _ => format!("count == {len}"),
    }));
    if predicates.is_empty() {
        predicates.push("exists".to_owned());
    }
    predicates
}

fn of_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Int | Kind::Unixtime => "isInteger",
        Kind::Number => "isNumber",
        Kind::String | Kind::Ip => "isString",
        Kind::Bool => "isBoolean",
        Kind::Uuid => "matches /^[0-9a-fA-F-]{36}$/",
        Kind::Iso8601 => "matches /^[0-9]{4}-[0-9]{2}-[0-9]{2}/",
        Kind::DecimalString => "matches /^-?[0-9.]+$/",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_asserts_all_that_it_says() {
        for (rule, value, asserted) in [
            (json!({ "near": 10.0, "tol": 2 }), json!(0), [">= 8", "<= 12"].as_slice()),
            (json!({ "type": "int", "range": [1, 2.5] }), json!(0), &["isInteger", ">= 1", "<= 2.5"]),
            (json!({ "type": "unixtime", "near": "now" }), json!("<unixtime>"), &["isInteger"]),
            (json!({ "type": "string", "regex": "^/a" }), json!(""), &["isString", "matches /^\\/a/"]),
            (json!({ "type": "string", "len": 3 }), json!("abc"), &["isString", "matches /^(?s:.){3}$/"]),
            (json!({ "len": 3, "any": "no matter" }), json!([1]), &["count == 3"]),
            (json!({ "any": "no matter" }), json!(1), &["exists"]),
        ] {
            let read: Rule = serde_json::from_value(rule.clone()).expect("a rule");
            assert_eq!(predicates(&read, &value), asserted, "{rule}");
        }
    }
}
