//! Members of a body that do what parameters of a path do elsewhere: they name the operation, or
//! what it is about.

use openapi::{RequestBody, Route, plain};
use serde_json::Value;

use super::encoding::typed;
use crate::core::{exchange::Sent, fields::field};

/// The schema of the member of this name in the body of an operation; `None` where a parameter has
/// the name, or no member.
pub fn schema<'a>(route: &'a Route, name: &str) -> Option<&'a Value> {
    let of_parameter = route.parameters.iter().any(|it| it.name == name);
    let body = route.body.as_ref().filter(|_| !of_parameter)?;
    Some(body.resolve(body.definition()["properties"].get(name)?))
}

/// Whether a request must have this member.
pub fn is_required(route: &Route, name: &str) -> bool {
    let required = route.body.as_ref().and_then(|body| body.definition()["required"].as_array());
    required.is_some_and(|names| names.iter().any(|it| it == name))
}

/// The members that have one value only, which tells operations of one path apart.
pub fn constants(body: &RequestBody) -> impl Iterator<Item = (&str, &Value)> {
    let properties = body.definition()["properties"].as_object().into_iter().flatten();
    properties
        .filter_map(|(name, schema)| Some((name.as_str(), body.resolve(schema).get("const")?)))
}

/// Whether the body tells the operation apart from others of its path.
pub fn names_operation(route: &Route) -> bool {
    route.body.as_ref().is_some_and(|body| constants(body).next().is_some())
}

/// Whether the body of a request has all members that only this operation of its path has.
pub fn is_meant(route: &Route, sent: &Sent) -> bool {
    let told =
        |(name, value): (&str, &Value)| field(sent, name).is_some_and(|it| it == plain(value));
    route.body.as_ref().is_none_or(|body| constants(body).all(told))
}

/// The value of a member that a text stands for.
pub fn value(route: &Route, name: &str, text: &str) -> Option<Value> {
    schema(route, name).map(|schema| typed(schema, text))
}

/// An id that the contract allows for a member and that nothing has, given an example of the body.
pub fn unknown_id(route: &Route, example: &Value, name: &str) -> Option<String> {
    let schema = schema(route, name).filter(|schema| schema["enum"].is_null())?;
    let body = route.body.as_ref()?;
    let is_allowed = |text: &&str| {
        let mut changed = example.clone();
        changed[name] = typed(schema, text);
        let named = |it: &openapi::Violation| it.property == name;
        !body.check(&mut changed).violations.iter().any(named)
    };
    super::mutations::UNKNOWN.iter().copied().find(is_allowed).map(str::to_owned)
}
