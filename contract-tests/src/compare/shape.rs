//! What two servers with different data can still be compared in: which members there are, and of which types.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::fixture::{Deviation, DeviationKind, pointer::join};

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

/// How the shape of a body differs from the expected one. What one side has no example of is not compared.
pub fn compare_shapes(expected: &Value, actual: &Value) -> Vec<Deviation> {
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
                    found.push(note(DeviationKind::FieldRemoved, join(at, name), &names(shape), "nothing"));
                }
                None => {}
            }
        }
        for (name, (shape, count)) in &actual.members {
            if !expected.members.contains_key(name) && *count == actual.objects {
                found.push(note(DeviationKind::FieldAdded, join(at, name), "nothing", &names(shape)));
            }
        }
    }
    if let (Some(expected), Some(actual)) = (&expected.items, &actual.items) {
        walk(&format!("{at}/*"), expected, actual, found);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn differences(expected: Value, actual: Value) -> Vec<(DeviationKind, String)> {
        compare_shapes(&expected, &actual).into_iter().map(|it| (it.kind, it.at)).collect()
    }

    #[test]
    fn values_and_numbers_of_rows_do_not_matter() {
        let expected = json!([{ "id": 1, "name": "a", "note": null }]);
        let actual = json!([{ "id": 2, "name": "b", "note": "x" }, { "id": 3, "name": "c", "note": null }]);
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
}
