use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::servers::{order_with, ordered, release};

async fn commit_in_use(api: &Api) -> Value {
    api.call("getFlexMetalCapacityCommits")
        .ok()
        .await
        .pointer_mut("/0/commits/0/inUse")
        .unwrap()
        .take()
}

#[tokio::test]
async fn quotas_stand_by_location_and_tell_contracts_from_on_demand() {
    let emulator = Emulator::start();
    let quotas = emulator.api().call("getFlexMetalQuotaUsages").ok().await;
    assert_eq!(quotas[0]["location"], json!({ "id": 6, "name": "EU: Rotterdam" }));
    let bm7 = json!({ "id": 129, "name": "bm7.std.8" });
    let quota = |kind: &str, contract: &str, quota: i64| {
        json!({
            "instanceType": bm7, "quotaType": kind, "contractId": contract,
            "quota": quota, "usage": 1,
        })
    };
    let expected = json!([quota("onDemand", "", 100), quota("commit", "PO12345", 2)]);
    assert_eq!(json!(quotas[0]["quotaUsage"].as_array().unwrap()[..2]), expected);
    let theirs = emulator.other_customer().call("getFlexMetalQuotaUsages").ok().await;
    assert_eq!(theirs[0]["quotaUsage"][1]["contractId"], "HARBOUR-2024-1");
    assert_eq!(theirs[0]["quotaUsage"][1]["usage"], 1);
}

#[tokio::test]
async fn committed_capacity_is_taken_and_given_back() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let commits = api.call("getFlexMetalCapacityCommits").ok().await;
    let names: Vec<&Value> =
        commits.as_array().unwrap().iter().map(|it| &it["location"]["shortName"]).collect();
    assert_eq!(names, ["nlrtm1", "usqas1"]);
    assert_eq!(commits[0]["commits"][0]["instanceType"]["name"], "bm7.std.8");
    assert_eq!(commits[0]["commits"][0]["capacity"], 2);
    assert_eq!(commits[1]["commits"][0]["inUse"], 0);

    let uuid = ordered(&api, order_with("/contractId", json!("PO12345"))).await;
    assert_eq!(commit_in_use(&api).await, 2);
    release(&api, &uuid).await;
    assert_eq!(commit_in_use(&api).await, 1);
}
