//! Variants of a valid request: other notations, and members that servers must ignore.

use openapi::RequestBody;
use serde_json::Value;

use crate::{
    core::{
        check::{self, Check},
        profile::family::Members,
        request::{
            Content, Encoding, Request,
            tolerated::{Tolerated, tolerated},
        },
    },
    explore::{
        body::{Fill, written},
        step::{BodyChoice, Form},
    },
};

/// A variant of a valid request, and the check that holds of it.
pub(super) struct Variant {
    /// The request.
    pub request: Request,
    /// The members that only the server sets and that are sent all the same.
    pub read_only: Members,
    /// The check that fails if it is refused.
    pub check: &'static Check,
}

/// The variant of a request that `choice` names.
pub(super) fn variant_of(request: Request, choice: BodyChoice) -> Variant {
    let plainly = |request, check| Variant { request, read_only: Members::new(), check };
    let (Content::Json(body), Some(expected)) = (&request.content, &request.route.body) else {
        return plainly(request, &check::ACCEPTS_VALID);
    };
    match choice.form {
        Form::Written(notation) if request.encoding == Encoding::Json => {
            plainly(request.content(Content::Text(written(body, notation))), &check::SAME_REQUEST)
        }
        Form::WithReadOnly => {
            let read_only = read_only(expected);
            let mut body = body.clone();
            if let Some(members) = body.as_object_mut() {
                members.extend(read_only.clone());
            }
            let request = request.content(Content::Json(body));
            Variant { request, read_only, check: &check::IGNORES_READ_ONLY }
        }
        Form::WithNull => {
            let mut variants = tolerated(&request).into_iter();
            let empty = variants.find(|(what, _)| *what == Tolerated::Empty);
            plainly(empty.map_or(request, |(_, request)| request), &check::ACCEPTS_VALID)
        }
        Form::Plain(Fill::High | Fill::Low) => plainly(request, &check::REFUSES_BOUNDARY),
        Form::Written(_) | Form::Plain(_) => plainly(request, &check::ACCEPTS_VALID),
    }
}

/// Values of members that only the server sets, each of the right type.
fn read_only(expected: &RequestBody) -> Members {
    let properties = expected.definition()["properties"].as_object().into_iter().flatten();
    let value = |property: &Value| match &property["type"] {
        Value::String(one) if one == "integer" => Some(Value::from(424_242)),
        Value::String(one) if one == "string" => {
            Some("00000000-0000-4000-8000-000000424242".into())
        }
        _ => None,
    };
    let server_sets = properties.filter(|(_, it)| it["readOnly"] == true);
    server_sets.filter_map(|(name, it)| Some((name.clone(), value(it)?))).collect()
}
