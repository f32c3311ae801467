//! The part of OpenAPI 3.1 that our documents use. Any other keyword is refused, so that none is
//! ignored silently.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use crate::json_pointer;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document<'a> {
    #[serde(rename = "openapi")]
    _openapi: String,
    #[serde(rename = "info")]
    _info: Value,
    pub(crate) servers: Vec<ServerObject>,
    /// Ours: the brands that share the document. A server or a property may say the same of itself;
    /// see `brand.rs`.
    #[serde(rename = "x-brands", default)]
    pub(crate) brands: Vec<String>,
    #[serde(rename = "tags")]
    _tags: Value,
    pub(crate) security: Vec<Value>,
    /// Ours: the members of a body that carry the credentials, where they stand in no header.
    #[serde(rename = "x-credential-members", default)]
    pub(crate) credential_members: Vec<String>,
    /// Ours: the member of a body that tells the operations of one path apart. Such paths are
    /// written `path#action`.
    #[serde(rename = "x-action")]
    pub(crate) action: Option<String>,
    /// Ours: what may stand at the end of a path and means nothing.
    #[serde(rename = "x-ignored-path-endings", default)]
    pub(crate) ignored_path_endings: Vec<String>,
    /// Ours: whether query, form and JSON are read as one, whatever the method.
    #[serde(rename = "x-parameters-anywhere", default)]
    pub(crate) parameters_anywhere: bool,
    /// Ours: whether a value of another type counts as the one that it stands for: a text for a
    /// number or a boolean, a number for a text, one of them for a list.
    #[serde(rename = "x-coercion", default)]
    pub(crate) coercion: bool,
    /// Ours: whether `null`, `""` and what only the server sets count as absent where they stand
    /// for nothing.
    #[serde(rename = "x-leniency", default)]
    pub(crate) leniency: bool,
    pub(crate) paths: BTreeMap<String, PathItem>,
    #[serde(borrow)]
    pub(crate) components: Components<'a>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerObject {
    pub(crate) url: String,
    #[serde(rename = "description", default)]
    _description: String,
    #[serde(rename = "x-brands", default)]
    _brands: Vec<String>,
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, ServerVariableObject>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerVariableObject {
    pub(crate) default: String,
    pub(crate) r#enum: Vec<String>,
    #[serde(rename = "description", default)]
    _description: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Components<'a> {
    #[serde(default)]
    pub(crate) security_schemes: BTreeMap<String, SecurityScheme>,
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, ParameterObject>,
    pub(crate) responses: BTreeMap<String, ResponseObject>,
    /// Read when the first schema is needed.
    #[serde(borrow)]
    pub(crate) schemas: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct SecurityScheme {
    #[serde(rename = "type")]
    _type: String,
    #[serde(rename = "description", default)]
    _description: String,
    pub(crate) r#in: String,
    pub(crate) name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PathItem {
    #[serde(default)]
    pub(crate) parameters: Vec<OrRef<ParameterObject>>,
    pub(crate) get: Option<OperationObject>,
    pub(crate) put: Option<OperationObject>,
    pub(crate) post: Option<OperationObject>,
    pub(crate) delete: Option<OperationObject>,
    pub(crate) patch: Option<OperationObject>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct OperationObject {
    pub(crate) operation_id: String,
    pub(crate) tags: Vec<String>,
    pub(crate) summary: String,
    #[serde(rename = "description", default)]
    _description: String,
    #[serde(rename = "deprecated", default)]
    _deprecated: bool,
    /// Ours: the references that have it, where not all of it is documented.
    #[serde(rename = "x-documented-by", default)]
    _documented_by: Vec<String>,
    pub(crate) security: Option<Vec<Value>>,
    #[serde(default)]
    pub(crate) parameters: Vec<OrRef<ParameterObject>>,
    pub(crate) request_body: Option<RequestBodyObject>,
    /// Ours: as in the document, for this operation.
    #[serde(rename = "x-parameters-anywhere")]
    pub(crate) parameters_anywhere: Option<bool>,
    pub(crate) responses: BTreeMap<String, OrRef<ResponseObject>>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParameterObject {
    pub(crate) name: String,
    pub(crate) r#in: String,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(rename = "description", default)]
    _description: String,
    #[serde(rename = "style", default)]
    _style: Option<String>,
    #[serde(default = "explodes")]
    pub(crate) explode: bool,
    pub(crate) example: Option<Value>,
    pub(crate) schema: Value,
}

/// The default of OpenAPI for query parameters.
fn explodes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestBodyObject {
    #[serde(rename = "description", default)]
    _description: String,
    #[serde(default)]
    pub(crate) required: bool,
    pub(crate) content: BTreeMap<String, MediaObject>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResponseObject {
    #[serde(rename = "description")]
    _description: String,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Value>,
    #[serde(default)]
    pub(crate) content: BTreeMap<String, MediaObject>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct MediaObject {
    pub(crate) schema: Value,
    pub(crate) example: Option<Value>,
    #[serde(rename = "encoding", default)]
    _encoding: Value,
}

/// Either the object itself or a reference to a shared one.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum OrRef<T> {
    Ref {
        #[serde(rename = "$ref")]
        reference: String,
    },
    Here(T),
}

impl<T: Clone> OrRef<T> {
    /// The object, looked up by the last segment of its reference where it is shared.
    pub(crate) fn resolve(&self, shared: &BTreeMap<String, T>) -> T {
        match self {
            OrRef::Here(object) => object.clone(),
            OrRef::Ref { reference } => referred(reference, shared).clone(),
        }
    }
}

/// The shared object that a reference names.
pub(crate) fn referred<'a, T>(reference: &str, shared: &'a BTreeMap<String, T>) -> &'a T {
    let name = json_pointer::name(reference);
    shared.get(&name).unwrap_or_else(|| panic!("{reference} resolves"))
}
