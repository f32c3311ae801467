//! A world that is written and read again is the same world.

use super::{export, world};
use contract_tests::{ApiProfile, Emulator, Received, Request, profiles::i3d_v3};

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

#[tokio::test]
async fn a_demo_world_that_was_used_comes_back() {
    for profile in [&i3d_v3::PROFILE] {
        let emulator = Emulator::start();
        comes_back(&emulator, profile).await;
        live(&emulator, profile).await;
        comes_back(&emulator, profile).await;
    }
}
