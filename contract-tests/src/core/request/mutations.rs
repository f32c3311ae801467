//! Invalid values, derived from the schema: each breaks one of its keywords.

use openapi::{Location, Parameter, RequestBody, json_pointer, plain};
use regex::Regex;
use serde_json::{Map, Value, json};

use crate::core::request::mutation::{Limit, Mutation};

/// A body that breaks the contract in one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct InvalidBody {
    /// How it was made invalid.
    pub mutation: Mutation,
    /// Where, as in `os.partitions[0].size`; empty for the whole body.
    pub property: String,
    /// The body.
    pub value: Value,
}

/// How deep bodies are looked into: deeper than those of any contract here.
const DEPTH_MAX: usize = 8;

/// The keywords that schemas of requests may have. For a new one, say here how to break it.
const KEYWORDS: [&str; 27] = [
    "$ref",
    "additionalProperties",
    "anyOf",
    "const",
    "contentMediaType",
    "default",
    "deprecated",
    "description",
    "enum",
    "example",
    "examples",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "not",
    "oneOf",
    "pattern",
    "properties",
    "required",
    "type",
    "writeOnly",
];

/// Formats that are checked, each with a text that has it. Other formats only inform.
const FORMATS: [(&str, &str); 8] = [
    ("date", "2026-01-31"),
    ("date-time", "2026-01-31T12:00:00Z"),
    ("email", "someone@lighthouse.example"),
    ("hostname", "host.lighthouse.example"),
    ("ipv4", "192.0.2.7"),
    ("ipv6", "2001:db8::7"),
    ("uri", "https://lighthouse.example/"),
    ("uuid", "00000000-0000-4000-8000-000000000000"),
];

/// Texts of which each pattern refuses one.
const AGAINST_PATTERN: [&str; 2] = [" <!>", "a\u{0}b"];

/// Every body that differs from `example` in one thing that the contract forbids. Members that are
/// left out are added by others, and never broken.
pub fn invalid_bodies(body: &RequestBody, left_out: &[&str], example: &Value) -> Vec<InvalidBody> {
    let mut walk = Walk { body, left_out, found: Vec::new() };
    walk.visit(example, &Place::default(), body.definition(), true);
    walk.found
}

/// Texts that the contract forbids for this parameter, with how each was made invalid.
pub fn invalid_texts(parameter: &Parameter) -> Vec<(Mutation, String)> {
    let schema =
        if parameter.repeats { &parameter.definition["items"] } else { &parameter.definition };
    let typed = types(schema).iter().any(|it| ["integer", "number", "boolean"].contains(it));
    let wrong_type = typed.then(|| (Mutation::WrongType, "x".to_owned()));
    let limits = limits(schema, None).into_iter();
    let limits = limits.map(|(mutation, value)| (mutation, plain(&value)));
    // A path with an empty segment is another path.
    let reaches = |text: &str| parameter.location != Location::Path || !text.is_empty();
    wrong_type.into_iter().chain(limits).filter(|(_, text)| reaches(text)).collect()
}

/// Ids that nothing has.
pub const UNKNOWN: [&str; 3] =
    ["999999999", "00000000-0000-4000-8000-000000000000", "nothing-has-this-name"];

/// An id that the contract allows for this parameter and that nothing has; `None` for an enum.
pub fn unknown_id(parameter: &Parameter) -> Option<String> {
    if parameter.definition["enum"].is_array() {
        return None;
    }
    let mut candidates = UNKNOWN;
    // An operation may demand more than the contract says, so one as long as the example is tried
    // first.
    let length = parameter.example.as_ref().map_or(0, |example| plain(example).len());
    candidates.sort_by_key(|candidate| candidate.len() != length);
    candidates.into_iter().find(|text| parameter.read(&[text]).is_ok()).map(str::to_owned)
}

/// A place in a body.
#[derive(Debug, Clone, Default)]
struct Place {
    pointer: String,
    property: String,
    depth: usize,
}

impl Place {
    fn member(&self, name: &str) -> Place {
        let dot = if self.property.is_empty() { "" } else { "." };
        Place {
            pointer: json_pointer::join(&self.pointer, name),
            property: format!("{}{dot}{name}", self.property),
            depth: self.depth + 1,
        }
    }

    fn first_item(&self) -> Place {
        Place {
            pointer: json_pointer::join(&self.pointer, "0"),
            property: format!("{}[0]", self.property),
            depth: self.depth + 1,
        }
    }
}

struct Walk<'a> {
    body: &'a RequestBody,
    left_out: &'a [&'a str],
    found: Vec<InvalidBody>,
}

impl Walk<'_> {
    /// Breaks the value at `at` in `whole`, and every value inside it.
    fn visit(&mut self, whole: &Value, at: &Place, schema: &Value, required: bool) {
        let nullable = accepts_null(schema);
        let schema = self.body.resolve(schema);
        assert_known_keywords(schema);
        let allowed = types(schema);
        if let Some(other) = of_another_type(&allowed) {
            self.push(whole, at, Mutation::WrongType, other);
        }
        let means_absent = !required && (allowed.contains(&"array") || allowed.contains(&"object"));
        if !allowed.is_empty() && !nullable && !means_absent {
            self.push(whole, at, Mutation::Null, Value::Null);
        }
        let item = schema.get("items").and_then(|items| {
            let first = whole.pointer(&at.first_item().pointer).cloned();
            first.or_else(|| sample(self.body, items, at.depth))
        });
        let added = if at.property.is_empty() { self.left_out.len() } else { 0 };
        if let Some(value) = self.forbidden(schema, whole.pointer(&at.pointer)) {
            self.push(whole, at, Mutation::Forbidden, value);
        }
        if let Some(value) = self.too_few(schema, whole.pointer(&at.pointer), added) {
            self.push(whole, at, Mutation::Below(Limit::Properties), value);
        }
        for (mutation, value) in limits(schema, item.as_ref()) {
            // An empty text for an optional one means that none is given.
            if required || value != "" {
                self.push(whole, at, mutation, value);
            }
        }
        if at.depth < DEPTH_MAX {
            self.members(whole, at, schema);
            if let Some(item) = item {
                let at_item = at.first_item();
                let whole = if whole.pointer(&at_item.pointer).is_some() {
                    whole.clone()
                } else {
                    set(whole, &at.pointer, json!([item]))
                };
                self.visit(&whole, &at_item, &schema["items"], true);
            }
        }
    }

    fn members(&mut self, whole: &Value, at: &Place, schema: &Value) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_added = at.property.is_empty() && self.left_out.contains(&name.as_str());
            if property["readOnly"] == true || is_added {
                continue;
            }
            let inner = at.member(name);
            let required =
                schema["required"].as_array().is_some_and(|it| it.iter().any(|it| it == name));
            if required {
                self.found.push(InvalidBody {
                    mutation: Mutation::Missing,
                    property: inner.property.clone(),
                    value: remove(whole, &at.pointer, name),
                });
            }
            // What the example leaves out is added, so that it can be broken inside.
            let absent = whole.pointer(&inner.pointer).is_none();
            let added = if absent { sample(self.body, property, at.depth) } else { None };
            let whole =
                added.map_or_else(|| whole.clone(), |value| set(whole, &inner.pointer, value));
            self.visit(&whole, &inner, property, required);
        }
    }

    /// A value that the `not` of a schema describes.
    fn forbidden(&self, schema: &Value, value: Option<&Value>) -> Option<Value> {
        let not = self.body.resolve(schema.get("not")?);
        let Some(names) = not["required"].as_array() else {
            return sample(self.body, not, 0);
        };
        let mut members = value?.as_object()?.clone();
        for name in names.iter().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                let property = schema["properties"].get(name)?;
                members.insert(name.to_owned(), sample(self.body, property, 0)?);
            }
        }
        Some(members.into())
    }

    /// An object with one member less than the schema wants; `None` where all must be there anyway.
    fn too_few(&self, schema: &Value, value: Option<&Value>, added: usize) -> Option<Value> {
        let least = usize::try_from(schema["minProperties"].as_u64()?).ok()?.checked_sub(added)?;
        let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
        let members = value?.as_object()?;
        let is_required = |name: &String| required.iter().any(|it| it == name);
        let (kept, others): (Vec<_>, Vec<_>) =
            members.iter().partition(|(name, _)| is_required(name));
        let room = least.checked_sub(1 + kept.len())?;
        let few = kept.into_iter().chain(others.into_iter().take(room));
        Some(Value::Object(few.map(|(name, value)| (name.clone(), value.clone())).collect()))
    }

    fn push(&mut self, whole: &Value, at: &Place, mutation: Mutation, value: Value) {
        let value = set(whole, &at.pointer, value);
        self.found.push(InvalidBody { mutation, property: at.property.clone(), value });
    }
}

/// Panics on a keyword that no mutation covers, so that none is forgotten.
fn assert_known_keywords(schema: &Value) {
    let unknown = schema.as_object().into_iter().flatten().map(|(keyword, _)| keyword.as_str());
    let unknown: Vec<&str> =
        unknown.filter(|it| *it != "readOnly" && !KEYWORDS.contains(it)).collect();
    assert!(
        unknown.is_empty(),
        "nobody has said yet how a request breaks the keywords {unknown:?}"
    );
}

/// The JSON types that a schema allows; none where it does not say.
fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(some) => some.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn accepts_null(schema: &Value) -> bool {
    let alternatives = schema["oneOf"].as_array().into_iter().flatten();
    types(schema).contains(&"null") || alternatives.into_iter().any(|it| it["type"] == "null")
}

fn of_another_type(allowed: &[&str]) -> Option<Value> {
    let others = [
        ("string", json!("x")),
        ("integer", json!(7)),
        ("object", json!({})),
        ("array", json!([])),
    ];
    let allows =
        |name: &str| allowed.contains(&name) || (name == "integer" && allowed.contains(&"number"));
    let other = others.into_iter().find(|(name, _)| !allows(name)).map(|(_, value)| value);
    other.filter(|_| !allowed.is_empty())
}

/// Values of the right type that a schema forbids. `item` is one that the list may hold.
fn limits(schema: &Value, item: Option<&Value>) -> Vec<(Mutation, Value)> {
    let mut found = Vec::new();
    if let Some(only) = schema.get("const") {
        let other = only.as_i64().map_or_else(|| json!("outside"), |only| json!(only + 1));
        found.push((Mutation::OutsideEnum, other));
    }
    if let Some(allowed) = schema["enum"].as_array() {
        let largest = allowed.iter().filter_map(Value::as_i64).max();
        let outside = largest.map_or_else(|| json!("outside"), |largest| json!(largest + 1));
        found.push((Mutation::OutsideEnum, outside));
    }
    if let Some(length @ 1..) = schema["minLength"].as_u64() {
        let short = "x".repeat(length as usize - 1);
        found.push((Mutation::Below(Limit::Length), json!(short)));
    }
    if let Some(length) = schema["maxLength"].as_u64() {
        let long = "x".repeat(length as usize + 1);
        found.push((Mutation::Above(Limit::Length), json!(long)));
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        let against = AGAINST_PATTERN.into_iter().find(|text| !matches(pattern, text));
        found.extend(against.map(|text| (Mutation::AgainstPattern, json!(text))));
    }
    let alternatives = schema["anyOf"].as_array().into_iter().flatten();
    let format = std::iter::once(schema).chain(alternatives).find_map(|it| it["format"].as_str());
    if let Some(format) = format.filter(|it| FORMATS.iter().any(|(name, _)| name == it)) {
        found.push((Mutation::BadFormat, json!(format!("not of the format {format}"))));
    }
    let allowed = types(schema);
    if allowed.contains(&"integer") && !allowed.contains(&"number") {
        found.push((Mutation::OutOfRange, json!(1e30)));
    }
    if let Some(minimum) = schema["minimum"].as_i64() {
        found.push((Mutation::Below(Limit::Value), json!(minimum - 1)));
    }
    if let Some(maximum) = schema["maximum"].as_i64() {
        found.push((Mutation::Above(Limit::Value), json!(maximum + 1)));
    }
    if let (Some(count @ 1..), Some(item)) = (schema["minItems"].as_u64(), item) {
        let few = vec![item; count as usize - 1];
        found.push((Mutation::Below(Limit::Items), json!(few)));
    }
    if let (Some(count), Some(item)) = (schema["maxItems"].as_u64(), item) {
        let many = vec![item; count as usize + 1];
        found.push((Mutation::Above(Limit::Items), json!(many)));
    }
    found
}

/// A value that a schema allows; `None` where none can be derived, as for a pattern.
pub fn sample(body: &RequestBody, schema: &Value, depth: usize) -> Option<Value> {
    let schema = body.resolve(schema);
    let told = [
        schema.get("const"),
        schema.pointer("/examples/0"),
        schema.get("default"),
        schema.pointer("/enum/0"),
    ];
    if let Some(told) = told.into_iter().flatten().next() {
        return Some(told.clone());
    }
    let smallest = || schema["minimum"].as_i64().unwrap_or(1);
    match types(schema).into_iter().find(|it| *it != "null")? {
        "string" => sample_text(schema).map(Value::from),
        "integer" | "number" => Some(json!(smallest())),
        "boolean" => Some(json!(true)),
        "array" if depth < DEPTH_MAX => Some(json!([sample(body, &schema["items"], depth + 1)?])),
        "object" if depth < DEPTH_MAX => {
            let required =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let member = |name: &str| {
                let value = sample(body, &schema["properties"][name], depth + 1)?;
                Some((name.to_owned(), value))
            };
            required.map(member).collect::<Option<Map<_, _>>>().map(Value::Object)
        }
        _ => None,
    }
}

fn sample_text(schema: &Value) -> Option<String> {
    let alternatives = schema["anyOf"].as_array().into_iter().flatten();
    let format = std::iter::once(schema).chain(alternatives).find_map(|it| it["format"].as_str());
    if let Some((_, text)) = FORMATS.iter().find(|(name, _)| Some(*name) == format) {
        return Some((*text).to_owned());
    }
    let length = schema["minLength"].as_u64().unwrap_or(1).max(1);
    let text = "x".repeat(length as usize);
    schema["pattern"].as_str().is_none_or(|pattern| matches(pattern, &text)).then_some(text)
}

/// Whether a text matches a pattern; none matches one that is not understood here.
fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
}

fn set(whole: &Value, pointer: &str, value: Value) -> Value {
    let mut whole = whole.clone();
    let Some((parent, name)) = json_pointer::split_last(pointer) else { return value };
    match whole.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.insert(name, value);
        }
        Some(Value::Array(items)) => items[0] = value,
        _ => panic!("the example of the contract has something at {parent}"),
    }
    whole
}

fn remove(whole: &Value, parent: &str, name: &str) -> Value {
    let mut whole = whole.clone();
    let members = whole.pointer_mut(parent).and_then(Value::as_object_mut);
    members.expect("the parent of a property is an object").shift_remove(name);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole contract: whatever is derived here must indeed break it, at the place it names.
    #[test]
    fn every_broken_body_breaks_the_contract_where_it_says() {
        let mut broken_bodies = 0;
        for route in &openapi::i3d_v3().routes {
            let Some(body) = route.body.as_ref().filter(|body| body.is_json()) else { continue };
            let example = body.example.clone().or_else(|| sample(body, body.definition(), 0));
            let Some(example) = example else { continue };
            assert_eq!(body.check(&mut example.clone()).violations, [], "{}: {example}", route.id);
            for InvalidBody { mutation, property, mut value } in invalid_bodies(body, &[], &example)
            {
                let sent = value.to_string();
                let violations = body.check(&mut value).violations;
                let named = violations.iter().any(|violation| violation.property == property);
                let id = &route.id;
                assert!(named, "{id} with `{property}` {mutation}: {violations:?} in {sent}");
                broken_bodies += 1;
            }
        }
        assert!(broken_bodies > 100, "{broken_bodies} violations are few for this contract");
    }

    #[test]
    fn every_broken_parameter_breaks_the_contract() {
        let parameters = openapi::i3d_v3().routes.iter().flat_map(|route| &route.parameters);
        for parameter in parameters.filter(|it| it.location != Location::Header) {
            for (mutation, text) in invalid_texts(parameter) {
                let name = &parameter.name;
                assert!(parameter.read(&[&text]).is_err(), "{name} {mutation}: {text:?}");
            }
            if let Some(text) = unknown_id(parameter) {
                assert!(parameter.read(&[&text]).is_ok(), "{}: {text:?}", parameter.name);
            }
        }
    }

    #[test]
    fn a_nested_body_is_broken_in_every_place() {
        let route = openapi::i3d_v3().route("createFlexMetalServer").unwrap();
        let body = route.body.as_ref().unwrap();
        let example = json!({
            "name": "web",
            "location": "EU: Rotterdam",
            "instanceType": "bm7.std.8",
            "os": { "slug": "debian-12" },
        });
        let found: Vec<String> = invalid_bodies(body, &[], &example)
            .into_iter()
            .map(|it| format!("{} {}", it.property, it.mutation))
            .collect();
        for expected in [
            " of the wrong type",
            "name missing",
            "name null",
            "name of the wrong type",
            "os missing",
            "os.slug missing",
            "os.partitions of the wrong type",
            "os.partitions[0].filesystem outside its enum",
            "os.partitions[0].size under its minimum",
            "os.ipxeScriptUrl in a bad format",
            "tags over its maxItems",
            "tags[0] against its pattern",
            "tags[0] null",
        ] {
            assert!(found.iter().any(|it| it == expected), "{expected} is in {found:#?}");
        }
        assert!(
            !found.iter().any(|it| it == "tags null"),
            "null for an optional list counts as absent"
        );
    }
}
