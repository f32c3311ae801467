use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

const DAY: u32 = 86_400;
const YEARLY: i64 = 8101;
/// Was cancelled before the world began, with a month of notice.
const CANCELLED: i64 = 8107;
const THEIRS: i64 = 8108;

async fn cross_connect(api: &Api, id: i64) -> Value {
    api.call("getCrossConnect").with("crossConnectId", id).ok().await[0].take()
}

#[tokio::test]
async fn a_cross_connect_is_renamed_and_nothing_else_of_it_can_be_changed() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut before = cross_connect(&api, YEARLY).await;
    let change =
        |body: Value| api.call("updateCrossConnect").with("crossConnectId", YEARLY).body(body);
    let changed = change(json!({
        "patchCustomerName": "left", "monthlyFee": "1", "uplinks": [], "customerNotes": "x",
    }));
    before["patchCustomerName"] = "left".into();
    assert_eq!(changed.ok().await, json!([before]));
    change(json!({ "purchaseOrder": "PO-1" })).ok().await;
    before["purchaseOrder"] = "PO-1".into();
    assert_eq!(cross_connect(&api, YEARLY).await, before);
}

#[tokio::test]
async fn a_cancelled_cross_connect_runs_until_its_contract_ends() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let put =
        |operation: &str, id: i64| api.call(operation).with("crossConnectId", id).body(json!({}));
    let before = cross_connect(&api, YEARLY).await;
    put("updateCrossConnectCancelRevert", YEARLY).refused(422, 11001).await;
    put("updateCrossConnectCancel", YEARLY).ok().await;
    let refused = put("updateCrossConnectCancel", YEARLY).refused(422, 11001).await;
    assert_eq!(
        refused,
        [("dateCancelled".to_owned(), "the service is cancelled already".to_owned())]
    );
    let cancelled = cross_connect(&api, YEARLY).await;
    assert_eq!(
        (&cancelled["dateCancelled"], &cancelled["dateEndContract"]),
        (&json!("2026-01-01"), &before["dateEndContract"])
    );
    assert_eq!(put("updateCrossConnectCancelRevert", YEARLY).ok().await, json!([before]));

    assert_eq!(cross_connect(&api, CANCELLED).await["dateEndContract"], "2026-01-16");
    api.advance(15 * DAY).await;
    let refused = put("updateCrossConnectCancelRevert", CANCELLED).refused(422, 11001).await;
    assert_eq!(refused, [("dateCancelled".to_owned(), "the service has ended".to_owned())]);
    put("updateCrossConnectCancel", CANCELLED).refused(422, 11001).await;
}

#[tokio::test]
async fn the_invoices_of_a_cross_connect_are_documented_as_itself() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let invoices = api.call("getCrossConnectInvoices").with("crossConnectId", YEARLY);
    assert_eq!(invoices.ok().await, json!([cross_connect(&api, YEARLY).await]));
}

#[tokio::test]
async fn a_customer_lists_their_own_cross_connects_alone() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let listed = api.call("getCrossConnects").ok().await;
    let ids: Vec<i64> =
        listed.as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [8101, 8102, 8103, 8104, 8105, 8106, 8107]);
    assert_eq!(emulator.other_customer().call("getCrossConnects").ok().await[0]["id"], THEIRS);
}
