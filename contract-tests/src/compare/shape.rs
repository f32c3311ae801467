//! What two servers with different data can still be compared in: status, type of the body, headers
//! that the contract names, and which members there are, of which types.

use std::collections::{BTreeMap, BTreeSet};

use openapi::{Response, json_pointer::join};
use serde_json::Value;

use crate::{
    core::exchange::{Exchange, Received},
    fixture::{Deviation, DeviationKind},
};

/// The shape of a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Shape {
    /// The types that were seen; `null` beside another says that the value may be missing.
    types: BTreeSet<&'static str>,
    /// The members, where one is an object; and how often each was there.
    members: BTreeMap<String, (Shape, usize)>,
    /// How many objects were seen.
    objects: usize,
    /// What all items have in common, where one is a list.
    items: Option<Box<Shape>>,
}

impl Shape {
    fn of(value: &Value) -> Shape {
        let mut shape = Shape::default();
        shape.add(value);
        shape
    }

    fn add(&mut self, value: &Value) {
        self.types.insert(type_of(value));
        match value {
            Value::Object(members) => {
                self.objects += 1;
                for (name, member) in members {
                    let (shape, count) = self.members.entry(name.clone()).or_default();
                    shape.add(member);
                    *count += 1;
                }
            }
            Value::Array(items) => {
                let shape = self.items.get_or_insert_default();
                items.iter().for_each(|item| shape.add(item));
            }
            _ => {}
        }
    }

    /// Types beside `null`, which goes with any.
    fn proper(&self) -> BTreeSet<&'static str> {
        self.types.iter().copied().filter(|name| *name != "null").collect()
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// How an answer differs in form from the one that another server gave to the same step.
pub fn compare_forms(expected: &Received, actual: &Exchange) -> Vec<Deviation> {
    let received = &actual.received;
    if expected.status != received.status {
        let (expected, got) = (expected.status.to_string(), received.status.to_string());
        return vec![Deviation {
            kind: DeviationKind::Status,
            at: "/status".to_owned(),
            expected,
            got,
        }];
    }
    let documented = actual.sent.route.and_then(|route| route.response(received.status));
    let named = documented.into_iter().flat_map(Response::headers);
    let presence = |name: &str, answer: &Received| match answer.header(name) {
        Some(_) => "of some value".to_owned(),
        None => MISSING.to_owned(),
    };
    let headers = named.map(|name| (name, presence(name, expected), presence(name, received)));
    let media = ("content-type", essence(expected), essence(received));
    let differing =
        std::iter::once(media).chain(headers).filter(|(_, expected, got)| expected != got);
    let mut found: Vec<Deviation> = differing
        .map(|(name, expected, got)| {
            let (kind, at) = (DeviationKind::Header, format!("/headers/{name}"));
            Deviation { kind, at, expected, got }
        })
        .collect();
    let properties = documented.map(Response::properties);
    let shapes = compare_shapes(&expected.json(), &received.json()).into_iter();
    found.extend(
        shapes.filter(|it| !properties.is_some_and(|properties| is_of_the_data(it, properties))),
    );
    found
}

/// Whether a member is there or not as the data want it: one that the contract knows and does not
/// require (it would be a breach otherwise), or one of an object whose members it does not name.
fn is_of_the_data(deviation: &Deviation, properties: &BTreeSet<String>) -> bool {
    let is_of_a_member =
        matches!(deviation.kind, DeviationKind::FieldAdded | DeviationKind::FieldRemoved);
    let pointer = deviation.pointer();
    let object = pointer.rsplit_once('/').map_or("", |(object, _)| object);
    let is_named = || {
        properties.iter().any(|it| it.strip_prefix(object).is_some_and(|it| it.starts_with('/')))
    };
    is_of_a_member && (properties.contains(pointer) || !is_named())
}

/// Stands for a header that is not there.
const MISSING: &str = "(missing)";

/// The media type without its parameters.
fn essence(answer: &Received) -> String {
    let media = answer.media().and_then(|media| media.split(';').next());
    media.map_or_else(|| MISSING.to_owned(), |media| format!("`{}`", media.trim()))
}

/// How the shape of a body differs from the expected one. What one side has no example of is not
/// compared.
fn compare_shapes(expected: &Value, actual: &Value) -> Vec<Deviation> {
    let mut found = Vec::new();
    walk("/body", &Shape::of(expected), &Shape::of(actual), &mut found);
    found
}

fn walk(at: &str, expected: &Shape, actual: &Shape, found: &mut Vec<Deviation>) {
    let note = |kind, at: String, expected: &str, got: &str| Deviation {
        kind,
        at,
        expected: expected.to_owned(),
        got: got.to_owned(),
    };
    let names = |shape: &Shape| shape.proper().into_iter().collect::<Vec<_>>().join(" or ");
    let (wanted, has) = (expected.proper(), actual.proper());
    if !wanted.is_empty() && !has.is_empty() && wanted.is_disjoint(&has) {
        found.push(note(DeviationKind::Retyped, at.to_owned(), &names(expected), &names(actual)));
        return;
    }
    if expected.objects > 0 && actual.objects > 0 {
        for (name, (shape, count)) in &expected.members {
            match actual.members.get(name) {
                Some((other, _)) => walk(&join(at, name), shape, other, found),
                // A member that some objects lack may be missing in all of the others.
                None if *count == expected.objects => {
                    found.push(note(
                        DeviationKind::FieldRemoved,
                        join(at, name),
                        &names(shape),
                        "nothing",
                    ));
                }
                None => {}
            }
        }
        for (name, (shape, count)) in &actual.members {
            if !expected.members.contains_key(name) && *count == actual.objects {
                found.push(note(
                    DeviationKind::FieldAdded,
                    join(at, name),
                    "nothing",
                    &names(shape),
                ));
            }
        }
    }
    if let (Some(expected), Some(actual)) = (&expected.items, &actual.items) {
        walk(&format!("{at}/*"), expected, actual, found);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderName, HeaderValue};
    use serde_json::json;

    use super::*;
    use crate::{core::exchange::Sent, profiles::i3d_v3::PROFILE};

    fn differences(expected: Value, actual: Value) -> Vec<(DeviationKind, String)> {
        compare_shapes(&expected, &actual).into_iter().map(|it| (it.kind, it.at)).collect()
    }

    #[test]
    fn values_and_numbers_of_rows_do_not_matter() {
        let expected = json!([{ "id": 1, "name": "a", "note": null }]);
        let actual =
            json!([{ "id": 2, "name": "b", "note": "x" }, { "id": 3, "name": "c", "note": null }]);
        assert_eq!(differences(expected.clone(), actual), []);
        assert_eq!(differences(expected, json!([])), []);
    }

    #[test]
    fn members_and_types_do() {
        let expected = json!([{ "id": 1, "tags": ["a"] }]);
        let actual = json!([{ "id": "1", "more": true }]);
        assert_eq!(
            differences(expected, actual),
            [
                (DeviationKind::Retyped, "/body/*/id".to_owned()),
                (DeviationKind::FieldRemoved, "/body/*/tags".to_owned()),
                (DeviationKind::FieldAdded, "/body/*/more".to_owned()),
            ]
        );
        assert_eq!(
            differences(json!({ "a": [1] }), json!({ "a": {} })),
            [(DeviationKind::Retyped, "/body/a".to_owned())]
        );
    }

    #[test]
    fn the_type_of_the_body_and_headers_of_the_contract_count() {
        let answer = |headers: &[(&'static str, &'static str)]| Received {
            status: 200,
            headers: headers
                .iter()
                .map(|(name, value)| {
                    (HeaderName::from_static(name), HeaderValue::from_static(value))
                })
                .collect::<HeaderMap>(),
            body: Vec::new(),
            took: Duration::ZERO,
        };
        let differences = |expected: &[_], actual: &[_]| {
            let route = PROFILE.contract.route("createJobSolicit").expect("the operation exists");
            let exchange = Exchange { sent: Sent::to(route), received: answer(actual) };
            let found = compare_forms(&answer(expected), &exchange).into_iter();
            found.map(|it| (it.at, it.expected, it.got)).collect::<Vec<_>>()
        };
        let of = |at: &str, expected: &str, got: &str| {
            vec![(at.to_owned(), expected.to_owned(), got.to_owned())]
        };
        let (json, text) =
            (("content-type", "application/json; charset=utf-8"), ("content-type", "text/json"));
        let (here, there) = (("location", "/v3/jobs/1"), ("location", "/v3/jobs/2"));
        assert_eq!(differences(&[json, here], &[("content-type", "application/json"), there]), []);
        assert_eq!(differences(&[], &[("server", "other")]), []);
        let other_type = of("/headers/content-type", "`application/json`", "`text/json`");
        assert_eq!(differences(&[json], &[text]), other_type);
        assert_eq!(
            differences(&[here], &[]),
            of("/headers/location", "of some value", "(missing)")
        );
        assert_eq!(
            differences(&[], &[here]),
            of("/headers/location", "(missing)", "of some value")
        );
    }
}
