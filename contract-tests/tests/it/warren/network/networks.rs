//! Private networks.

use contract_tests::Emulator;
use serde_json::{Value, json};

use super::machine;
use crate::warren::{NOTHING, empty};

const UNKNOWN: &str = r#"{"message":"Network UUID is invalid."}"#;

#[tokio::test]
async fn the_first_network_of_a_location_is_its_default_one() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    assert_eq!(api.call("listNetworks").ok().await, json!([]));
    // Without a name, the default network is made once.
    let default = api.call("createNetwork").ok().await;
    assert_eq!(
        (&default["name"], &default["is_default"]),
        (&json!("Default network"), &json!(true))
    );
    assert_eq!(api.call("createNetwork").ok().await, default);
    assert_eq!(api.call("createNetwork").with("name", "").ok().await, default);
    let named = api.call("createNetwork").with("name", "backend").ok().await;
    assert_eq!((&named["is_default"], &named["resources_count"]), (&json!(false), &json!(0)));
    assert_eq!(api.call("listNetworks").ok().await, json!([default, named]));

    // Another location knows nothing of it.
    let there = api.raw("GET", "/v1/jkt02/network/networks", None).await;
    assert_eq!(there.json(), json!([]));
    let path = format!("/v1/jkt02/network/network/{}", named["uuid"].as_str().unwrap());
    let there = api.raw("GET", &path, None).await;
    assert_eq!((there.status, there.text()), (400, UNKNOWN.to_owned()));
    let posted = api.call("getNetworkByPost").with("network_uuid", named["uuid"].as_str().unwrap());
    assert_eq!(posted.ok().await, named);
}

#[tokio::test]
async fn only_an_empty_network_that_is_not_the_default_one_can_be_deleted() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let uuid = |network: &Value| network["uuid"].as_str().unwrap().to_owned();
    let first = uuid(&api.call("createNetwork").with("name", "one").ok().await);
    let second = uuid(&api.call("createNetwork").with("name", "two").ok().await);
    let refused = api.call("deleteNetwork").with("network_uuid", &first).response().await;
    let words = r#"{"message":"Default network cannot be deleted."}"#;
    assert_eq!((refused.status, refused.text()), (400, words.to_owned()));
    let moved = api.call("setDefaultNetwork").with("network_uuid", &second).ok().await;
    assert_eq!(moved["is_default"], true);
    assert_eq!(api.call("getNetwork").with("network_uuid", &first).ok().await["is_default"], false);
    let renamed = api.call("renameNetwork").with("network_uuid", &first);
    assert_eq!(renamed.body(json!({ "name": "uno" })).ok().await["name"], "uno");
    let gone = api.call("deleteNetwork").with("network_uuid", &first).response().await;
    assert_eq!((gone.status, gone.text()), (200, String::new()));
    assert_eq!(api.call("listNetworks").ok().await.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_network_with_something_in_it_stays() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let vm = machine(&api, "web-1").await;
    let full = api.call("createNetwork").ok().await["uuid"].as_str().unwrap().to_owned();
    let other = api.call("createNetwork").with("name", "other").ok().await;
    let other = other["uuid"].as_str().unwrap();
    api.call("setDefaultNetwork").with("network_uuid", other).ok().await;
    let delete = || api.call("deleteNetwork").with("network_uuid", &full).response();
    let kept = delete().await;
    let words = r#"{"message":"Network with resources cannot be deleted."}"#;
    assert_eq!((kept.status, kept.text()), (400, words.to_owned()));
    api.call("deleteVm").body(json!({ "uuid": vm["uuid"] })).ok().await;
    assert_eq!(delete().await.status, 200);
}

#[tokio::test]
async fn an_unknown_network_is_told_in_the_same_words_everywhere() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    for operation in
        ["getNetwork", "getNetworkByPost", "renameNetwork", "setDefaultNetwork", "deleteNetwork"]
    {
        let unknown = api.call(operation).with("network_uuid", NOTHING);
        let unknown = unknown.body(json!({ "name": "x" })).response().await;
        assert_eq!((unknown.status, unknown.text()), (400, UNKNOWN.to_owned()), "{operation}");
    }
}
