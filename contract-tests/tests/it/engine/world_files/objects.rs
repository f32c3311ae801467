//! What a world file says is what the API shows.

use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::{
    super::{PUBLIC_KEY, SEEDED_START, SSH_KEYS},
    refusal, world,
};

/// What a list shows of each item as `name`.
async fn shown(api: &Api, operation: &str, name: &str) -> Vec<Value> {
    let items = api.call(operation).ok().await;
    items.as_array().unwrap().iter().map(|item| item[name].clone()).collect()
}

#[tokio::test]
async fn what_is_left_out_is_filled_in_and_times_are_counted_from_the_beginning() {
    let emulator = world(&format!(
        "
from: empty
i3d:
  100123:
    sshKey:
    - {{name: laptop, publicKey: {PUBLIC_KEY}}}
    - {{name: old, publicKey: {PUBLIC_KEY}, createdAt: {{ago: 3d}},
       uuid: 018d0c5e-7c00-7000-8000-000000000001}}
    callbackSetting:
    - {{url: https://hooks.example/first}}
    - {{url: https://hooks.example/second, id: 70}}
"
    ));
    let api = emulator.api();
    let times = [SEEDED_START - 3 * 86_400, SEEDED_START];
    assert_eq!(shown(&api, "getSshKeys", "createdAt").await, times);
    assert_eq!(shown(&api, "getSshKeys", "name").await, ["old", "laptop"]);
    // What is drawn is above all numbers that are given, and so is what comes later.
    let third = json!({ "url": "https://hooks.example/third" });
    assert_eq!(api.call("createCallback").body(third).ok().await[0]["id"], 72);
    assert_eq!(shown(&api, "getCallbacks", "id").await, [70, 71, 72]);
}

#[tokio::test]
async fn an_object_replaces_the_one_with_its_key_and_others_stay() {
    let emulator = world(
        "
from: demo
i3d:
  100123:
    callbackSetting: [{id: 322, url: https://hooks.example/mine}]
",
    );
    let api = emulator.api();
    let demo = Emulator::start();
    let before = demo.api().call("getCallbacks").ok().await;
    let mut expected = before.clone();
    expected[1] = json!({ "id": 322, "url": "https://hooks.example/mine" });
    assert_eq!(api.call("getCallbacks").ok().await, expected);
    let others = demo.other_customer().call("getCallbacks").ok().await;
    assert_eq!(emulator.other_customer().call("getCallbacks").ok().await, others);
}

#[tokio::test]
async fn an_answer_of_the_api_can_stand_in_a_file_as_it_is() {
    let demo = Emulator::start();
    let servers = demo.api().call("getFlexMetalServers").ok().await;
    let delivered = servers.as_array().unwrap().iter().find(|it| it["status"] == "delivered");
    let mut server = delivered.unwrap().clone();
    let emulator =
        world(&format!("{{from: empty, i3d: {{100123: {{flexMetalServer: [{server}]}}}}}}"));
    let api = emulator.api();
    let now = api.call("getFlexMetalServers").ok().await;
    // It is delivered at once, and has other addresses, because its number is another one.
    for different in ["ipAddresses", "deliveredAt"] {
        server[different] = now[0][different].clone();
    }
    assert_eq!(now, json!([server]));
    // The tags that it carries are there.
    assert_eq!(&shown(&api, "getFlexMetalTags", "tag").await, server["tags"].as_array().unwrap());
}

#[tokio::test]
async fn a_reset_brings_back_what_the_file_says() {
    let text = "{from: nothing, i3d: {0: {}}, clock: {now: 1000000000, frozen: true}}";
    let emulator = world(text);
    let api = emulator.api();
    api.advance(60).await;
    assert_eq!(api.raw("POST", "/_mock/reset", None).await.status, 204);
    let clock = api.raw("GET", "/_mock/clock", None).await;
    assert_eq!(clock.text(), r#"{"now":1000000000,"frozen":true}"#);
    // There is nobody, the customer of the banner included.
    assert_eq!(api.raw("GET", SSH_KEYS, None).await.status, 401);
    let text = format!("i3d: {{100123: {{sshKey: [{{name: a, publicKey: {PUBLIC_KEY}}}]}}}}");
    let emulator = world(&text);
    let api = emulator.api();
    let keys = api.call("getSshKeys").ok().await;
    let uuid = keys[0]["uuid"].as_str().unwrap();
    api.call("deleteSshKey").with("uuid", uuid).ok().await;
    assert_eq!(api.raw("POST", "/_mock/reset", None).await.status, 204);
    assert_eq!(api.call("getSshKeys").ok().await, keys);
    assert_eq!(world(&text).api().call("getSshKeys").ok().await, keys);
}

#[tokio::test]
async fn a_world_beside_one_of_a_file_begins_alike_unless_something_else_is_said() {
    let emulator =
        world(&format!("i3d: {{100123: {{sshKey: [{{name: a, publicKey: {PUBLIC_KEY}}}]}}}}"));
    let api = emulator.api();
    for (new, keys) in [(json!({}), 1), (json!({ "from": "empty" }), 0)] {
        let made = api.raw("POST", "/_mock/worlds", Some(new)).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let name = made.json()["name"].as_str().unwrap().to_owned();
        let shown = api.call("getSshKeys").header("mock-world", name).ok().await;
        assert_eq!(shown.as_array().unwrap().len(), keys);
    }
}

#[tokio::test]
async fn a_server_of_many_properties_needs_only_what_nobody_can_guess() {
    let server = "{id: 7, serverId: 70, serverName: seven, locationId: 6, dcLocationId: 6,
        instanceType: bm7.std.8, dateStart: 2025-01-01, dateEnd: 2026-02-01,
        dateEndContract: 2027-01-01, ipAddress: [], uplinks: [], _columns: {region_name: Rotterdam}}";
    let emulator = world(&format!("{{i3d: {{100123: {{dedicatedServer: [{server}]}}}}}}"));
    let api = emulator.api();
    let shown = api.call("getDedicatedServer").with("dedicatedServerId", 7).ok().await;
    assert_eq!(shown[0]["liveHostName"], "seven");
    assert_eq!(shown[0]["userId"], 100_123);
    api.call("getDedicatedServers").ok().await;
    let faults = refusal("{i3d: {100123: {dedicatedServer: [{id: 7, serverId: 70}]}}}");
    let named = faults[0].contains("`serverName`, ") && faults[0].ends_with(" are required");
    assert!(faults.len() == 1 && named, "{faults:?}");
}
