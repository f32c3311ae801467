//! A world that is written and read again is the same world.

use super::{export, world};
use std::collections::BTreeSet;

use contract_tests::{
    ApiProfile, Emulator, Received, Request,
    profiles::{i3d_v3, warren_v1},
};
use serde_json::Value;

/// What shows requests and their number, which no world holds.
const IN_MEMORY: [&str; 3] = ["getAccountApiLog", "getAccountApiLogs", "getAccountApiKeys"];

/// What the API answers to whoever reads, as bytes.
async fn lists(emulator: &Emulator, profile: &'static ApiProfile) -> Vec<String> {
    let api = emulator.api_of(profile);
    let mut all = Vec::new();
    for route in profile.operations().filter(|it| it.method == "GET") {
        if IN_MEMORY.contains(&route.id.as_str()) {
            continue;
        }
        let Ok(example) = Request::example(profile, route) else { continue };
        let answer: Received = example.call(&api).response().await;
        all.push(format!("{} {} {}", route.id, answer.status, answer.text()));
    }
    all
}

/// Calls all that the API has, so that the world holds what no fresh one does.
async fn live(emulator: &Emulator, profile: &'static ApiProfile) {
    let api = emulator.api_of(profile);
    for route in profile.operations() {
        if let Ok(example) = Request::example(profile, route) {
            drop(example.call(&api).response().await);
        }
    }
    api.advance(3_600).await;
}

async fn comes_back(emulator: &Emulator, profile: &'static ApiProfile) {
    let text = export(emulator).await;
    let again = world(&text);
    assert_eq!(export(&again).await, text);
    let (before, after) = (lists(emulator, profile).await, lists(&again, profile).await);
    for (before, after) in before.iter().zip(&after) {
        let address = |it: &str| it.replace(&emulator.url(), "").replace(&again.url(), "");
        assert_eq!(address(after), address(before));
    }
}

async fn comes_back_also_when_it_was_used(profile: &'static ApiProfile) {
    let emulator = Emulator::start();
    comes_back(&emulator, profile).await;
    live(&emulator, profile).await;
    comes_back(&emulator, profile).await;
}

#[tokio::test]
async fn a_world_of_i3d_comes_back() {
    comes_back_also_when_it_was_used(&i3d_v3::PROFILE).await;
}

#[tokio::test]
async fn a_world_of_warren_comes_back() {
    comes_back_also_when_it_was_used(&warren_v1::PROFILE).await;
}
#[tokio::test]
async fn every_table_of_resources_has_a_name_in_world_files() {
    let emulator = Emulator::start();
    let state: Value = emulator.api().raw("GET", "/_mock/state", None).await.json();
    let tables: BTreeSet<&str> = state.as_object().unwrap().keys().map(String::as_str).collect();
    let providers = mock_server::apis::all();
    let resources = providers.iter().filter_map(|it| it.resources());
    let named: BTreeSet<&str> =
        resources.flat_map(|it| it.iter()).map(|resource| resource.table()).collect();
    let missing: Vec<_> = tables.difference(&named).collect();
    assert!(missing.is_empty(), "describe them in resources.yaml: {missing:?}");
}
