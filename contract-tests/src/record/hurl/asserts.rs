//! What is expected, as the assertions of Hurl.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::notation::{json_path, name_of, regex, text};
use crate::fixture::{
    Expected, HeaderRule, Rule, ValueType,
    pointer::{matches, most_exact, places},
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
        HeaderRule::Rule(rule) => {
            predicates(rule, &Value::from("")).into_iter().map(header).collect()
        }
    }
}

fn of_body(expected: &Expected) -> Vec<String> {
    match (&expected.body, &expected.text, &expected.sha256) {
        (Some(_), ..) => {
            let places = told(expected);
            let absent = absent(&expected.rules, &places);
            let said = places.into_iter().flat_map(|(at, it)| of_place(expected, &at, it));
            said.chain(absent).collect()
        }
        (None, Some(said), _) => vec![format!("body == \"{}\"", text(said))],
        (None, None, Some(digest)) => vec![format!("sha256 == hex,{digest};")],
        (None, None, None) if expected.rules.is_empty() => vec!["bytes count == 0".to_owned()],
        (None, None, None) => Vec::new(),
    }
}

/// The first place of every name that `bound` does not know yet; from then on it does.
pub(super) fn bind(expected: &Expected, bound: &mut BTreeSet<String>) -> Vec<(String, String)> {
    let name = |at: &str| most_exact(&expected.rules, at)?.reference.clone();
    let named = told(expected).into_iter().filter_map(|(at, _)| Some((name(&at)?, at)));
    named.filter(|(name, _)| bound.insert(name.clone())).collect()
}

/// The places of the body that can be told from others and of which the value counts: nothing in a
/// list without an order, and nothing within a value that a rule replaces as a whole.
fn told(expected: &Expected) -> Vec<(String, &Value)> {
    let rule = |at: &str| most_exact(&expected.rules, at);
    let is_set = |at: &str| rule(at).is_some_and(|it| it.contains || it.unordered);
    let is_whole = |at: &str| rule(at).is_some_and(|it| it.replaces_value() || it.absent);
    let above =
        |at: &str| at.match_indices('/').any(|(end, _)| is_set(&at[..end]) || is_whole(&at[..end]));
    expected
        .body
        .iter()
        .flat_map(places)
        .filter(|(at, _)| !is_set(at) && !above(at) && !rule(at).is_some_and(|it| it.absent))
        .collect()
}

/// What must not be there, at every place that a rule means.
fn absent(rules: &BTreeMap<String, Rule>, places: &[(String, &Value)]) -> Vec<String> {
    let members =
        rules.iter().filter(|(_, rule)| rule.absent).filter_map(|(at, _)| at.rsplit_once('/'));
    let of_member = |(parent, name): (&str, &str)| {
        let parents: Vec<&String> =
            places.iter().map(|(at, _)| at).filter(|at| matches(parent, at)).collect();
        let assert = |at: &&String| {
            format!("jsonpath \"{}\" not exists", json_path(&format!("{at}/{name}")))
        };
        parents.iter().map(assert).collect::<Vec<_>>()
    };
    members.flat_map(of_member).collect()
}

fn of_place(expected: &Expected, pointer: &str, value: &Value) -> Vec<String> {
    let predicates = match most_exact(&expected.rules, pointer) {
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
    let mut predicates: Vec<String> =
        rule.kind.map(|kind| of_kind(kind).to_owned()).into_iter().collect();
    predicates.extend(rule.regex.as_ref().map(|it| format!("matches {}", regex(it))));
    for (from, to) in rule.range.into_iter().chain(rule.around()) {
        predicates.extend([format!(">= {from}"), format!("<= {to}")]);
    }
    predicates.extend(rule.len.map(|len| match value {
        Value::String(_) => format!("matches /^(?s:.){{{len}}}$/"),
        _ => format!("count == {len}"),
    }));
    predicates.extend(rule.reference.iter().map(|name| format!("== {{{{{}}}}}", name_of(name))));
    if predicates.is_empty() {
        predicates.push("exists".to_owned());
    }
    predicates
}

fn of_kind(kind: ValueType) -> &'static str {
    match kind {
        ValueType::Int | ValueType::Unixtime => "isInteger",
        ValueType::Number => "isNumber",
        ValueType::String | ValueType::Ip => "isString",
        ValueType::Bool => "isBoolean",
        ValueType::Uuid => "matches /^[0-9a-fA-F-]{36}$/",
        ValueType::Iso8601 => "matches /^[0-9]{4}-[0-9]{2}-[0-9]{2}/",
        ValueType::DecimalString => "matches /^-?[0-9.]+$/",
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
            (
                json!({ "type": "int", "range": [1, 2.5] }),
                json!(0),
                &["isInteger", ">= 1", "<= 2.5"],
            ),
            (json!({ "type": "unixtime", "near": "now" }), json!("<unixtime>"), &["isInteger"]),
            (
                json!({ "type": "string", "regex": "^/a" }),
                json!(""),
                &["isString", "matches /^\\/a/"],
            ),
            (
                json!({ "type": "string", "len": 3 }),
                json!("abc"),
                &["isString", "matches /^(?s:.){3}$/"],
            ),
            (json!({ "len": 3, "any": "no matter" }), json!([1]), &["count == 3"]),
            (json!({ "any": "no matter" }), json!(1), &["exists"]),
            (
                json!({ "ref": "Ping site.id-1", "type": "int" }),
                json!(0),
                &["isInteger", "== {{Ping_site_id-1}}"],
            ),
        ] {
            let read: Rule = serde_json::from_value(rule.clone()).expect("a rule");
            assert_eq!(predicates(&read, &value), asserted, "{rule}");
        }
    }

    #[test]
    fn only_places_of_which_the_value_counts_are_asserted() {
        let expected: Expected = serde_json::from_value(json!({
            "status": 200,
            "body": [
                { "id": 0, "tags": [1], "note": { "a": 1 }, "gone": 1 },
                { "id": 0, "tags": [2] },
            ],
            "rules": {
                "/*/id": { "ref": "id-1" }, "/*/tags": { "unordered": true },
                "/0/note": { "any": "no matter" },
                "/*/gone": { "absent": true },
            },
        }))
        .expect("what is expected");
        let asserted = [
            "\"$\" count == 2",
            "\"$[0]['id']\" == {{id-1}}",
            "\"$[0]['note']\" exists",
            "\"$[1]['id']\" == {{id-1}}",
            "\"$[0]['gone']\" not exists",
            "\"$[1]['gone']\" not exists",
        ];
        assert_eq!(of_body(&expected), asserted.map(|it| format!("jsonpath {it}")));
        let mut bound = BTreeSet::new();
        assert_eq!(bind(&expected, &mut bound), [("id-1".to_owned(), "/0/id".to_owned())]);
        assert_eq!(bind(&expected, &mut bound), []);
    }
}
