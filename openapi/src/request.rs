//! The body of a request: checked, and read as leniently as real clients need it.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use serde_json::Value;

use crate::{
    document::{MediaObject, RequestBodyObject},
    rule::Rule,
    schema::{Schema, Schemas, View, without_read_only},
    shape::{Checked, Reading, Shape},
    violation::Violation,
};

/// The media type of bodies in JSON.
pub const JSON: &str = "application/json";
/// The media type of forms of texts.
pub const URL_ENCODED: &str = "application/x-www-form-urlencoded";
/// The media type of forms with files.
pub const MULTIPART: &str = "multipart/form-data";

/// The body that an operation accepts.
pub struct RequestBody {
    /// Its media type.
    pub media: String,
    /// Whether a request must carry it.
    pub required: bool,
    /// A body that works against the demo world.
    pub example: Option<Value>,
    schema: Schema,
    definition: Value,
    schemas: Arc<Schemas>,
    reading: Reading,
    shape: OnceLock<Shape>,
}

impl RequestBody {
    /// One body for each media type, JSON first.
    pub(crate) fn all(
        object: RequestBodyObject,
        schemas: &Arc<Schemas>,
        reading: Reading,
    ) -> Vec<RequestBody> {
        let required = object.required;
        let body = |(media, content)| RequestBody::new(media, content, required, schemas, reading);
        let mut bodies: Vec<RequestBody> = object.content.into_iter().map(body).collect();
        assert!(!bodies.is_empty(), "a request body has a media type");
        bodies.sort_by_key(|body| !body.is_json());
        bodies
    }

    fn new(
        media: String,
        content: MediaObject,
        required: bool,
        schemas: &Arc<Schemas>,
        Reading { coerces, lenient }: Reading,
    ) -> RequestBody {
        let definition = without_read_only(&content.schema);
        // All that a form can hold is text.
        let coerces = coerces || media != JSON;
        RequestBody {
            schema: Schema::new(schemas, View::Requests, definition.clone()),
            media,
            required,
            example: content.example,
            definition,
            schemas: Arc::clone(schemas),
            reading: Reading { coerces, lenient },
            shape: OnceLock::new(),
        }
    }

    /// Whether the body is JSON.
    pub fn is_json(&self) -> bool {
        self.media == JSON
    }

    /// Whether the body is a form with files, whose bytes an operation reads itself.
    pub fn is_multipart(&self) -> bool {
        self.media == MULTIPART
    }

    /// Whether a value of another type counts as the one that it stands for: a text for a number,
    /// one value for a list.
    pub fn coerces(&self) -> bool {
        self.reading.coerces
    }

    /// The schema of the body as a request must satisfy it, references followed.
    pub fn definition(&self) -> &Value {
        self.schemas.resolve(&self.definition)
    }

    /// The same for a schema inside [`RequestBody::definition`].
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        self.schemas.resolve(schema)
    }

    /// Checks a body and makes of it what an operation sees.
    ///
    /// Properties that the contract does not know are removed. Where the contract is lenient,
    /// values that it does not allow and that stand for nothing count as absent: properties that
    /// only the server sets, `null` for an optional list or object, `""` for an optional text that
    /// may not be empty. Where it coerces, a value of another type becomes the one that it stands
    /// for.
    pub fn check(&self, body: &mut Value) -> Checked {
        let shape = || Shape::of(&self.schemas, self.definition(), self.reading);
        let shape = self.shape.get_or_init(shape);
        let mut checked = Checked::default();
        shape.prune(body, "", &mut checked);
        checked.violations.extend(self.schema.check("", body));
        checked
    }

    /// Masks what is secret in a body. `suspects` are the names of all secrets of the contract: a
    /// property that the schema does not know is masked if it has one of these names.
    pub fn mask(&self, body: &mut Value, suspects: &BTreeSet<String>) {
        self.schema.mask(body, suspects);
    }

    /// What is wrong with a multipart body that has parts of these names.
    pub fn check_parts(&self, names: &[&str]) -> Vec<Violation> {
        let required = self.definition()["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        required
            .filter(|name| !names.contains(name))
            .map(|name| Violation::of_rule(name, Rule::Required))
            .collect()
    }
}
