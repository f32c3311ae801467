//! The clock of the world, which is read, set and advanced from outside.

use contract_tests::Emulator;
use serde_json::json;

use super::{SEEDED_START, body, new_key};

#[tokio::test]
async fn the_clock_can_be_read_set_and_advanced() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let reading = |now: i64| json!({ "now": now, "frozen": true });
    assert_eq!(body(&api.raw("GET", "/_mock/clock", None).await), reading(SEEDED_START));
    let advance = api.raw("POST", "/_mock/clock/advance", Some(json!({ "seconds": 90 })));
    assert_eq!(body(&advance.await), reading(SEEDED_START + 90));
    let set = reading(2_000_000_000);
    assert_eq!(body(&api.raw("PUT", "/_mock/clock", Some(set.clone())).await), set);
    let created = api.call("createSshKey").body(new_key()).ok().await;
    assert_eq!(created[0]["createdAt"], 2_000_000_000);
    let running = json!({ "now": 1_000, "frozen": false });
    let shown = body(&api.raw("PUT", "/_mock/clock", Some(running)).await);
    assert!(shown["now"].as_i64() >= Some(1_000) && shown["frozen"] == false, "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_advance_the_clock_at_once_none_is_lost() {
    let emulator = Emulator::start();
    let steps = (0..40).map(|_| {
        let api = emulator.api();
        tokio::spawn(async move { api.advance(3).await })
    });
    for step in steps.collect::<Vec<_>>() {
        step.await.unwrap();
    }
    let clock = body(&emulator.api().raw("GET", "/_mock/clock", None).await);
    assert_eq!(clock["now"], SEEDED_START + 120);
}
