//! What the harness must know of the API.

use std::sync::LazyLock;

use contract_tests::{
    ApiProfile, Credentials, DemoKeys, RefusalKind, Refusals,
    family::{Family, Order},
};
use serde_json::json;

use super::server::CONTRACT;

pub static PROFILE: LazyLock<ApiProfile> = LazyLock::new(|| ApiProfile {
    name: "machines-v1",
    contract: &CONTRACT,
    credentials: Credentials::Header("apikey"),
    paging: None,
    refusals: REFUSALS,
    reads: |route| route.method.is_safe(),
    payload: |_| "",
    prepared: &[],
    shows_keys: &[],
    shared: &[],
    families: &[&[MACHINES]],
    shown: &[],
    flows: &[],
    private: &[],
    demo_keys: DemoKeys { customer: "meow", other: "woof", excluded: "meow", stranger: "moo" },
    demo_names: &[],
    faults: "{}",
    live: "{hosts: [], read: {listMachines: , getMachine: }, irreversible: {createMachine: , \
           deleteMachine: , addDisk: }, limits: {requests: 1, requests_per_operation: 1, \
           requests_per_minute: 1, resources: 1, minutes: 1, arrival_seconds: 1}}",
});

const MACHINES: Family = Family {
    name: "machines",
    list: "listMachines",
    create: "createMachine",
    read: "getMachine",
    delete: "deleteMachine",
    key: "uuid",
    parameter: "uuid",
    absent: || json!({ "running": false, "tags": [] }),
    order: Order::Stable,
    ..Family::NONE
};

const REFUSALS: Refusals = Refusals {
    is_refusal: |received| received.status >= 400,
    is_unknown_route: |received| {
        received.json()["message"] == "no route and no API found with those values"
    },
    statuses: |kind, route| match kind {
        RefusalKind::NoRoute => vec![404],
        RefusalKind::Method => vec![405],
        RefusalKind::Unauthenticated => vec![401, 403],
        RefusalKind::Excluded => Vec::new(),
        RefusalKind::UnknownId | RefusalKind::Foreign if route.documents(404) => vec![404],
        RefusalKind::UnknownId | RefusalKind::Foreign | RefusalKind::Taken => Vec::new(),
        RefusalKind::PathParameter => vec![404, 400],
        RefusalKind::Failure => vec![500],
        _ => vec![400],
    },
    fits: |_, _| true,
    platform: &[400, 401, 403, 405, 413],
    code: None,
    message: "/message",
    errors: "",
    named: |_| Vec::new(),
    breaches: |received| {
        let body = received.json();
        let told = body["message"].is_string() || body["errors"].is_object();
        (!told).then(|| ("", "is no refusal".to_owned())).into_iter().collect()
    },
    made_up: |_| (400, json!({ "message": "The request is refused" })),
};
