use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::servers::{order, ordered, release};

const DAY: u32 = 24 * 60 * 60;

/// The usage of one server; the period may have a start, an end, both or neither.
async fn usage(api: &Api, uuid: &str, period: &[(&str, &str)]) -> Option<Value> {
    let call = api.call("getFlexMetalUsages");
    let mut all = period.iter().fold(call, |call, (name, day)| call.with(name, day)).ok().await;
    all.as_array_mut().unwrap().iter_mut().find(|it| it["server"]["uuid"] == uuid).map(Value::take)
}

#[tokio::test]
async fn usage_runs_from_delivery_to_release() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let uuid = ordered(&api, order("web")).await;
    api.advance(10).await;
    assert_eq!(usage(&api, &uuid, &[]).await, None);
    api.advance(3601).await;
    let running = usage(&api, &uuid, &[]).await.unwrap();
    assert_eq!((&running["totalMinutes"], &running["totalHours"]), (&61.into(), &2.into()));
    assert!(running["startedAt"].as_str().unwrap().ends_with(".000Z"));
    assert!(running["bandwidthIn"].as_i64().unwrap() > 0);

    release(&api, &uuid).await;
    api.advance(DAY).await;
    let over = usage(&api, &uuid, &[]).await.unwrap();
    assert_eq!(over["server"]["status"], "released");
    for name in ["startedAt", "endedAt", "totalMinutes", "bandwidthIn", "bandwidthOut"] {
        assert_eq!(over[name], running[name], "{name}");
    }
}

#[tokio::test]
async fn a_failed_server_is_never_used() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let uuid = ordered(&api, order("fail-web")).await;
    api.advance(3600).await;
    assert_eq!(usage(&api, &uuid, &[]).await, None);
}

#[tokio::test]
async fn the_usage_of_periods_adds_up() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let first = ordered(&api, order("first")).await;
    api.advance(DAY).await;
    let second = ordered(&api, order("second")).await;
    api.advance(DAY).await;
    let whole = usage(&api, &first, &[]).await.unwrap();
    assert_eq!((&whole["totalMinutes"], &whole["totalHours"]), (&2880.into(), &48.into()));

    let second = usage(&api, &second, &[]).await.unwrap();
    let middle = &second["startedAt"].as_str().unwrap()[..10];
    let (from, until) = (("startDate", middle), ("endDate", middle));
    let from_middle = usage(&api, &first, &[from]).await.unwrap();
    let until_middle = usage(&api, &first, &[until]).await.unwrap();
    let on_middle = usage(&api, &first, &[from, until]).await.unwrap();
    assert_eq!(on_middle["startedAt"], format!("{middle}T00:00:00.000Z"));
    assert_eq!(on_middle["totalHours"], 24);
    for name in ["bandwidthIn", "bandwidthOut"] {
        let bytes = |usage: &Value| usage[name].as_i64().unwrap();
        assert_eq!(
            bytes(&from_middle) + bytes(&until_middle) - bytes(&on_middle),
            bytes(&whole),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_period_without_use_is_empty_and_a_senseless_one_is_refused() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let period = |start: &str, end: &str| {
        api.call("getFlexMetalUsages").with("startDate", start).with("endDate", end)
    };
    assert_eq!(period("2001-01-01", "2001-12-31").ok().await, json!([]));
    assert_eq!(period("9999-12-31", "9999-12-31").ok().await, json!([]));
    let errors = period("2001-01-02", "2001-01-01").refused(422, 11001).await;
    assert_eq!(errors[0].0, "endDate");
    period("yesterday", "2001-01-01").refused(400, 10008).await;
    assert_eq!(api.raw("POST", "/v3/flexMetal/usage", None).await.status, 405);
}

#[tokio::test]
async fn each_customer_sees_their_own_usage() {
    let emulator = Emulator::start();
    let theirs = emulator.other_customer().call("getFlexMetalUsages").ok().await;
    assert_eq!(theirs.as_array().unwrap().len(), 1);
    assert_eq!(theirs[0]["server"]["name"], "ingest-1.harbour.example");
    let mine = emulator.api().call("getFlexMetalUsages").ok().await;
    // One is released, one is delivered; one failed and one is not delivered yet.
    assert_eq!(mine.as_array().unwrap().len(), 2);
}
