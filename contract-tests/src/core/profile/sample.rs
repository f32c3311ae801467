//! A small API of other manners than those that the harness ships with: one path, the operation and
//! the key in the body, every answer with the status 200, lists inside of an envelope, no pages.

use std::sync::LazyLock;

use openapi::{Contract, Route};
use serde_json::{Value, json};

use crate::core::{
    exchange::Received,
    profile::{
        ApiProfile, DemoKeys,
        credentials::Credentials,
        family::{Family, Order},
        refusals::{RefusalKind, Refusals},
    },
};

/// The API.
pub static NOTES: LazyLock<ApiProfile> = LazyLock::new(|| ApiProfile {
    name: "notes",
    contract: &CONTRACT,
    credentials: Credentials::Members { user: "userId", key: "apiKey" },
    paging: None,
    refusals: REFUSALS,
    reads: |route| ["listNotes", "readNote"].contains(&route.id.as_str()),
    payload: |route| match route.id.as_str() {
        "listNotes" => "/data/notes",
        "readNote" => "/data/note",
        _ => "/data",
    },
    ignores_trailing_slash: false,
    prepared: &[],
    shows_keys: &[],
    shared: &[],
    families: &[&[FAMILY]],
    shown: &[],
    flows: &[],
    private: &[],
    demo_keys: DemoKeys {
        customer: "1:first-key-of-notes",
        other: "2:second-key-of-notes",
        excluded: "1:excluded-key-of-notes",
        stranger: "1:no-key-of-anybody",
    },
    demo_names: &[],
    faults: "{}",
    live: "{hosts: [], read: {listNotes: , readNote: }, irreversible: {makeNote: , editNote: , \
           dropNote: }, limits: {requests: 1, requests_per_operation: 1, requests_per_minute: 1, \
           resources: 1, minutes: 1, arrival_seconds: 1}}",
});

const FAMILY: Family = Family {
    name: "notes",
    list: "listNotes",
    create: "makeNote",
    read: "readNote",
    update: "editNote",
    delete: "dropNote",
    key: "noteId",
    parameter: "noteId",
    merges: true,
    shows_changes: false,
    only_alone: &["text"],
    order: Order::Ascending,
    ..Family::NONE
};

const REFUSALS: Refusals = Refusals {
    is_refusal: |received| received.json()["status"] != "Success",
    is_unknown_route: |received| received.json()["msg"] == "no such path",
    statuses: |kind, route| match kind {
        RefusalKind::UnknownId if ["listNotes", "makeNote"].contains(&route.id.as_str()) => {
            Vec::new()
        }
        RefusalKind::Excluded => Vec::new(),
        RefusalKind::Method => vec![405],
        _ => vec![200],
    },
    fits: |kind, received| match kind {
        RefusalKind::Unauthenticated => received.json()["msg"] == "access denied",
        RefusalKind::UnknownId => received.json()["msg"] == "no such note",
        _ => true,
    },
    platform: &[],
    code: None,
    message: "/msg",
    errors: "",
    named: |_| Vec::new(),
    breaches: |received: &Received| {
        let is_told = received.json()["msg"].is_string();
        (!is_told).then(|| ("/msg", "is missing".to_owned())).into_iter().collect()
    },
    made_up: |_| (200, json!({ "status": "Error", "msg": "failed" })),
};

static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract::compile(Box::leak(document().to_string().into_boxed_str())));

/// A route of it.
pub fn route(operation: &str) -> &'static Route {
    NOTES.contract.route(operation).expect("the contract has the operation")
}

fn document() -> Value {
    let id = json!({ "type": "integer", "minimum": 1 });
    let (title, text) = (
        json!({ "type": "string", "minLength": 1, "maxLength": 40, "not": { "const": "admin" } }),
        json!({ "type": "string", "maxLength": 200 }),
    );
    let note = json!({
        "type": "object", "required": ["noteId", "title"], "additionalProperties": false,
        "properties": { "noteId": id, "title": title, "text": text },
    });
    let nothing = json!({ "type": "object" });
    let made = json!({ "type": "object", "required": ["noteId"], "properties": { "noteId": id } });
    let of = |name: &str, schema: Value| {
        let properties = json!({ name: schema });
        json!({ "type": "object", "required": [name], "properties": properties })
    };
    let content = json!({ "title": title, "text": text });
    let named = json!({ "noteId": id });
    let both = json!({ "noteId": id, "title": title, "text": text });
    let one = json!({ "noteId": 1 });
    let notes = of("notes", json!({ "type": "array", "items": note }));
    let new = json!({ "title": "to do", "text": "everything" });
    let done = json!({ "noteId": 1, "title": "done" });
    let operations = [
        operation("listNotes", json!({}), &[], json!({}), notes),
        operation("readNote", named.clone(), &["noteId"], one.clone(), of("note", note)),
        operation("makeNote", content, &["title"], new, made.clone()),
        operation("editNote", both, &["noteId"], done, made),
        operation("dropNote", named, &["noteId"], one, nothing),
    ];
    let paths: serde_json::Map<String, Value> = operations.into_iter().collect();
    json!({
        "openapi": "3.1.0", "info": {}, "tags": [],
        "servers": [{ "url": "http://127.0.0.1:8080" }], "security": [{ "key": [] }],
        "paths": paths,
        "components": { "securitySchemes": {}, "responses": {}, "schemas": {} },
    })
}

fn operation(
    id: &str,
    properties: Value,
    required: &[&str],
    example: Value,
    data: Value,
) -> (String, Value) {
    let mut body = json!({
        "type": "object", "additionalProperties": false, "minProperties": 3,
        "required": ["userId", "apiKey", "action"],
        "properties": {
            "userId": { "type": "integer" },
            "apiKey": { "type": "string", "format": "password" },
            "action": { "const": id },
        },
    });
    body["required"].as_array_mut().expect("a list").extend(required.iter().map(|it| json!(it)));
    merge(&mut body["properties"], properties);
    let mut whole = json!({ "userId": 1, "apiKey": "first-key-of-notes", "action": id });
    merge(&mut whole, example);
    let status = |status: &str| json!({ "status": { "const": status } });
    let form = |mut properties: Value, more: Value, required: &[&str]| {
        merge(&mut properties, more);
        json!({
            "type": "object", "required": required, "additionalProperties": false,
            "properties": properties,
        })
    };
    let answer = json!({ "anyOf": [
        form(
            status("Success"),
            json!({ "msg": { "const": "OK" }, "data": data }),
            &["status", "msg", "data"],
        ),
        form(status("Error"), json!({ "msg": { "type": "string" } }), &["status", "msg"]),
    ] });
    let content = |schema: Value| json!({ "application/json": { "schema": schema } });
    let mut request = content(body);
    request["application/json"]["example"] = whole;
    let post = json!({
        "operationId": id, "tags": ["Notes"], "summary": id,
        "requestBody": { "required": true, "content": request },
        "responses": { "200": { "description": "an answer", "content": content(answer) } },
    });
    (format!("/api/notes#{id}"), json!({ "post": post }))
}

fn merge(members: &mut Value, more: Value) {
    let members = members.as_object_mut().expect("an object");
    members.extend(more.as_object().cloned().unwrap_or_default());
}
