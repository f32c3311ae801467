//! The way back to the state before a request.

use contract_tests::{Api, Emulator};
use http::Method;
use mock_server::Config;
use serde_json::{Value, json};

use super::{SSH_KEYS, UNKNOWN_KEY, body, new_key, with_headers};
use crate::i3d::billing::payments::{CARD, SMALL, registration};

async fn journal(api: &Api) -> Vec<Value> {
    let journal = body(&api.raw("GET", "/_mock/journal", None).await);
    journal["exchanges"].as_array().unwrap().clone()
}

async fn rewind(api: &Api, before: u64) -> (u16, String) {
    let rewound = api.raw("POST", "/_mock/rewind", Some(json!({ "before": before }))).await;
    (rewound.status, rewound.text())
}

/// All that a world shows, without leaving a trace in the journal.
async fn state(api: &Api) -> Vec<Value> {
    let tables = body(&api.raw("GET", "/_mock/state", None).await);
    let mut state = vec![tables.clone(), body(&api.raw("GET", "/_mock/clock", None).await)];
    for table in tables.as_object().unwrap().keys() {
        let rows = api.raw("GET", &format!("/_mock/state?table={table}"), None).await;
        state.push(body(&rows));
    }
    state.extend([
        json!(journal(api).await),
        body(&api.raw("GET", "/_mock/violations", None).await),
    ]);
    state
}

/// Requests of all sorts: they write, read, are refused, and find the clock moved.
async fn live(emulator: &Emulator, step: usize) {
    let api = emulator.api();
    match step % 6 {
        0 => drop(api.call("createSshKey").body(new_key()).ok().await),
        1 => drop(
            api.call("createFlexMetalTag").body(json!({ "tag": format!("t{step}") })).ok().await,
        ),
        2 => drop(api.raw("DELETE", UNKNOWN_KEY, None).await),
        3 => api.advance(61).await,
        4 => drop(api.call("getAccountApiKeys").ok().await),
        _ => drop(with_headers(emulator, Method::GET, SSH_KEYS, &[]).await),
    }
}

#[tokio::test]
async fn a_world_goes_back_to_the_state_before_any_request_in_its_journal() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut states = Vec::new();
    for step in 0..13 {
        // A step that moves the clock is no exchange.
        let next = journal(&api).await.len() + 1;
        states.resize(next, Vec::new());
        states[next - 1] = state(&api).await;
        live(&emulator, step).await;
    }
    let mut next = journal(&api).await.len();
    while next > 0 {
        assert_eq!(rewind(&api, next as u64).await, (204, String::new()), "before {next}");
        assert_eq!(state(&api).await, states[next - 1], "before {next}");
        next = next.saturating_sub(2);
    }
}

#[tokio::test]
async fn after_a_way_back_the_same_requests_give_the_same_bytes() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let create = async || api.call("createSshKey").body(new_key()).response().await.text();
    let first = create().await;
    let second = create().await;
    assert_ne!(first, second);
    assert_eq!(rewind(&api, 2).await.0, 204);
    assert_eq!(create().await, second);
    assert_eq!(rewind(&api, 1).await.0, 204);
    assert_eq!([create().await, create().await], [first, second]);
}

#[tokio::test]
async fn a_copy_of_a_world_goes_back_to_where_it_began() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.call("createSshKey").body(new_key()).ok().await;
    let made = api.raw("POST", "/_mock/worlds", Some(json!({ "name": "c", "from": "main" }))).await;
    let copy = Api::new(
        &contract_tests::profiles::i3d_v3::PROFILE,
        body(&made)["url"].as_str().unwrap().to_owned(),
    )
    .with_key(Config::API_KEY);
    let before = state(&copy).await;
    copy.call("createSshKey").body(new_key()).ok().await;
    assert_eq!(rewind(&copy, 1).await.0, 204);
    assert_eq!(state(&copy).await, before);
}

#[tokio::test]
async fn a_payment_on_its_page_is_a_part_of_the_past() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let order = registration(&[SMALL], CARD, "visa");
    let registered = api.call("createAccountInvoicePayRegister").body(order).ok().await;
    let page = registered["requestUrl"].as_str().unwrap();
    let page = page.strip_prefix(&emulator.url()).unwrap();
    let unpaid = state(&api).await;
    api.raw("POST", &format!("{page}/pay"), None).await;
    let paid = state(&api).await;
    api.call("createSshKey").body(new_key()).ok().await;
    assert_eq!(rewind(&api, 3).await.0, 204);
    assert_eq!(state(&api).await, paid);
    assert_eq!(rewind(&api, 2).await.0, 204);
    assert_eq!(state(&api).await, unpaid);
}

#[tokio::test]
async fn what_went_wrong_on_demand_is_not_carried_out_on_the_way_back() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let rules = json!([
        { "when": { "nth": 2 }, "then": { "status": 503 } },
        { "when": { "nth": 3 }, "then": { "body": "malformed" } },
    ]);
    api.raw("PUT", "/_mock/faults", Some(rules)).await;
    for _ in 0..5 {
        api.call("createSshKey").body(new_key()).response().await;
    }
    let before = state(&api).await;
    api.call("createSshKey").body(new_key()).ok().await;
    assert_eq!(rewind(&api, 6).await, (204, String::new()));
    assert_eq!(state(&api).await, before);
}

#[tokio::test]
async fn a_way_back_that_is_not_known_is_refused_with_the_reason() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let (status, why) = rewind(&api, 1).await;
    assert_eq!((status, why.contains("it is empty")), (404, true), "{why}");
    api.call("createSshKey").body(new_key()).ok().await;
    let large = json!({ "name": "x".repeat(70_000), "publicKey": "no key" });
    api.call("createSshKey").body(large).response().await;
    api.call("createSshKey").body(new_key()).ok().await;
    let before = state(&api).await;
    let (status, why) = rewind(&api, 3).await;
    assert_eq!((status, why.contains("body of exchange 2 is too large")), (409, true), "{why}");
    let (status, why) = rewind(&api, 4).await;
    assert_eq!((status, why.contains("it has the exchanges 1 to 3")), (404, true), "{why}");
    assert_eq!(state(&api).await, before);
    assert_eq!(rewind(&api, 2).await.0, 204);
}

#[tokio::test]
async fn a_kept_world_that_was_opened_again_says_that_it_cannot_go_back() {
    let folder = tempfile::tempdir().unwrap();
    let db = Some(folder.path().join("kept.db"));
    let config = Config { db, seed: Some(1), ..Config::default() };
    drop(Emulator::with(config.clone()));
    let emulator = Emulator::with(config);
    let api = emulator.api();
    api.call("createSshKey").body(new_key()).ok().await;
    let (status, why) = rewind(&api, 1).await;
    assert_eq!((status, why.contains("make a world from it")), (409, true), "{why}");
}
