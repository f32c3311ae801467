//! Forms, as `application/x-www-form-urlencoded` and `multipart/form-data`: members of an object,
//! and back.
//!
//! `a[b]=1` is a member of the object `a`, `a[0]=1` and `a[]=1` are items of the list `a`, and a
//! name that stands several times is a list of its values.

use serde_json::{Map, Value};

use crate::plain;

/// How deep the names of a form may nest; deeper brackets are part of the name.
const DEPTH_MAX: usize = 8;

/// The members that a form has.
pub fn decode(form: &[u8]) -> Map<String, Value> {
    let pairs = form_urlencoded::parse(form);
    gather(pairs.map(|(name, text)| (name.into_owned(), text.into_owned())))
}

/// The members that the texts of a form are.
pub fn gather(texts: impl IntoIterator<Item = (String, String)>) -> Map<String, Value> {
    let mut members = Map::new();
    for (name, text) in texts {
        insert(&mut members, &path(&name), text.into());
    }
    members.into_iter().map(|(name, value)| (name, with_lists(value))).collect()
}

/// The fields of a form that has these members: a list of texts repeats its name, `null` is an
/// empty text, and empty lists and objects have none.
pub fn fields(members: &Map<String, Value>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    members.iter().for_each(|(name, value)| add_fields(name, value, &mut fields));
    fields
}

fn add_fields(name: &str, value: &Value, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                add_fields(&format!("{name}[{member}]"), value, fields);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let is_text = !item.is_object() && !item.is_array();
                let name = if is_text { name.to_owned() } else { format!("{name}[{index}]") };
                add_fields(&name, item, fields);
            }
        }
        Value::Null => fields.push((name.to_owned(), String::new())),
        other => fields.push((name.to_owned(), plain(other))),
    }
}

/// The name and what stands in its brackets: `a[b][]` is `a`, `b` and an empty name.
fn path(name: &str) -> Vec<&str> {
    let Some((first, rest)) = name.split_once('[').filter(|(first, _)| !first.is_empty()) else {
        return vec![name];
    };
    let Some(inner) = rest.strip_suffix(']') else { return vec![name] };
    let path: Vec<&str> = std::iter::once(first).chain(inner.split("][")).collect();
    let plain = path.len() <= DEPTH_MAX && !inner.split("][").any(|it| it.contains(['[', ']']));
    if plain { path } else { vec![name] }
}

fn insert(members: &mut Map<String, Value>, path: &[&str], value: Value) {
    let [name, rest @ ..] = path else { return };
    // An empty pair of brackets stands for the next item.
    let name = if name.is_empty() { members.len().to_string() } else { (*name).to_owned() };
    match (members.get_mut(&name), rest.is_empty()) {
        (None, true) => drop(members.insert(name, value)),
        (None, false) => {
            let mut inner = Map::new();
            insert(&mut inner, rest, value);
            members.insert(name, inner.into());
        }
        (Some(Value::Object(inner)), false) => insert(inner, rest, value),
        (Some(Value::Array(values)), true) => values.push(value),
        (Some(before), _) => *before = Value::Array(vec![before.take(), value]),
    }
}

/// Objects whose names are the numbers of items become lists.
fn with_lists(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    let members = members.into_iter().map(|(name, value)| (name, with_lists(value)));
    let members: Vec<(String, Value)> = members.collect();
    let numbers: Option<Vec<usize>> = members.iter().map(|(name, _)| name.parse().ok()).collect();
    match numbers {
        Some(numbers) if !numbers.is_empty() => {
            let mut items: Vec<_> = numbers.into_iter().zip(members).collect();
            items.sort_by_key(|(number, _)| *number);
            items.into_iter().map(|(_, (_, value))| value).collect()
        }
        _ => members.into_iter().collect::<Map<_, _>>().into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn brackets_are_members_and_items() {
        for (form, expected) in [
            ("a=1&b=x+y%26", json!({ "a": "1", "b": "x y&" })),
            ("a=1&a=2&a=3", json!({ "a": ["1", "2", "3"] })),
            ("a[]=1&a[]=2", json!({ "a": ["1", "2"] })),
            ("a[1]=y&a[0]=x", json!({ "a": ["x", "y"] })),
            (
                "a[0][n]=x&a[0][m]=y&a[1][n]=z",
                json!({ "a": [{ "n": "x", "m": "y" }, { "n": "z" }] }),
            ),
            ("a[b][c]=1", json!({ "a": { "b": { "c": "1" } } })),
            ("[x]=1&a[=2&a]=3&a[b=4", json!({ "[x]": "1", "a[": "2", "a]": "3", "a[b": "4" })),
            ("a=1&a[b]=2", json!({ "a": ["1", "2"] })),
            ("", json!({})),
        ] {
            assert_eq!(Value::Object(decode(form.as_bytes())), expected, "{form}");
        }
    }

    #[test]
    fn nesting_has_an_end() {
        let deep = format!("a{}=1", "[b]".repeat(1000));
        assert_eq!(decode(deep.as_bytes()).keys().count(), 1);
        assert!(decode(deep.as_bytes()).values().all(Value::is_string));
    }

    #[test]
    fn the_fields_of_members_are_those_members_with_their_values_as_texts() {
        let members = json!({
            "id": 7, "open": true, "tags": ["a", "b"], "files": [{ "name": "x", "size": 1 }],
            "none": null, "nothing": [], "deep": { "at": { "once": "1&2" } },
        });
        let texts = json!({
            "id": "7", "open": "true", "tags": ["a", "b"],
            "files": [{ "name": "x", "size": "1" }], "none": "",
            "deep": { "at": { "once": "1&2" } },
        });
        assert_eq!(Value::Object(gather(fields(members.as_object().unwrap()))), texts);
    }
}
