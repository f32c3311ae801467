use contract_tests::{Api, Call, Emulator};
use serde_json::{Value, json};

async fn new_key(api: &Api) -> (i64, Api) {
    let body = json!({ "category": 0, "assignOdpServerIps": 0 });
    let key = api.call("createApiKeyForUser").body(body).ok().await[0].clone();
    (key["id"].as_i64().unwrap(), api.with_key(key["key"].as_str().unwrap()))
}

fn add(api: &Api, key: i64, body: Value) -> Call<'_> {
    api.call("createAccountApiKeyWhitelist").with("apiKeyId", key).body(body)
}

fn entry<'a>(api: &'a Api, operation: &str, key: i64, id: &Value) -> Call<'a> {
    api.call(operation).with("apiKeyId", key).with("apiKeyWhitelistId", id)
}

fn properties(errors: &[(String, String)]) -> Vec<&str> {
    errors.iter().map(|(property, _)| property.as_str()).collect()
}

#[tokio::test]
async fn a_key_works_only_from_the_addresses_of_its_active_entries() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let (key, with_key) = new_key(&api).await;
    add(&api, key, json!({ "ipRange": "10.0.0.0/8", "active": 0 })).ok().await;
    with_key.call("getSshKeys").ok().await;
    add(&api, key, json!({ "ipRange": "10.0.0.0/8", "active": 1 })).ok().await;
    with_key.call("getSshKeys").refused(403, 10003).await;
    api.call("getSshKeys").ok().await;

    let loopback = json!({ "ipStart": "127.0.0.1", "ipEnd": "127.0.0.9", "active": 1 });
    let added = add(&api, key, loopback).ok().await;
    with_key.call("getSshKeys").ok().await;
    entry(&api, "deleteAccountApiKeyWhitelist", key, &added[0]["id"]).ok().await;
    with_key.call("getSshKeys").refused(403, 10003).await;
}

#[tokio::test]
async fn the_office_key_of_the_demo_works_only_in_the_office() {
    let emulator = Emulator::start();
    emulator.api().with_key("i3dOfficeKey24681357").call("getSshKeys").refused(403, 10003).await;
}

#[tokio::test]
async fn an_entry_lives_from_create_to_delete() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let (key, _) = new_key(&api).await;
    let body =
        json!({ "ipStart": "192.0.2.1", "ipEnd": "192.0.2.9", "comments": "lab", "active": 0 });
    let created = add(&api, key, body).ok().await;
    let id = &created[0]["id"];
    let list = async || api.call("getAccountApiKeyWhitelists").with("apiKeyId", key).ok().await;
    assert_eq!(list().await, created);

    api.advance(10).await;
    let body = json!({ "ipStart": "", "ipEnd": null, "ipRange": "2001:db8::/48", "active": 0 });
    let updated = entry(&api, "updateAccountApiKeyWhitelist", key, id).body(body).ok().await;
    let at = created[0]["updatedAt"].as_i64().unwrap() + 10;
    let expected = json!([{
        "id": id, "ipStart": null, "ipEnd": null, "ipRange": "2001:db8::/48", "comments": null,
        "active": 0, "updatedAt": at,
    }]);
    assert_eq!(updated, expected);
    assert_eq!(list().await, updated);

    entry(&api, "deleteAccountApiKeyWhitelist", key, id).ok().await;
    entry(&api, "deleteAccountApiKeyWhitelist", key, id).refused(404, 10001).await;
    assert_eq!(list().await, json!([]));
}

#[tokio::test]
async fn an_entry_without_a_range_is_refused() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let refused = async |body: Value| add(&api, 4712, body).refused(422, 11001).await;
    let errors = refused(json!({ "active": 1 })).await;
    assert_eq!(properties(&errors), ["ipStart", "ipEnd", "ipRange"]);
    let errors =
        refused(json!({ "ipStart": "192.0.2.9", "ipEnd": "192.0.2.1", "active": 1 })).await;
    assert_eq!(properties(&errors), ["ipStart", "ipEnd"]);
    let errors =
        refused(json!({ "ipStart": "192.0.2.9", "ipEnd": "2001:db8::1", "active": 1 })).await;
    assert_eq!(properties(&errors), ["ipStart", "ipEnd"]);
    let errors = refused(json!({ "ipRange": "10.0.0.0/40", "active": 1 })).await;
    assert_eq!(properties(&errors), ["ipRange"]);
    let update = entry(&api, "updateAccountApiKeyWhitelist", 4712, &json!(311));
    let errors =
        update.body(json!({ "ipStart": "192.0.2.1", "active": 1 })).refused(422, 11001).await;
    assert_eq!(properties(&errors), ["ipEnd"]);
}

#[tokio::test]
async fn a_deleted_key_takes_its_whitelist_along() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.call("deleteAccountApiKey").with("apiKeyId", 4712).ok().await;
    api.call("getAccountApiKeyWhitelists").with("apiKeyId", 4712).refused(404, 10001).await;
    entry(&api, "deleteAccountApiKeyWhitelist", 4712, &json!(311)).refused(404, 10001).await;
}

#[tokio::test]
async fn entries_are_reached_only_through_their_own_key_and_customer() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let body = json!({ "ipRange": "10.0.0.0/8", "active": 0 });
    for (key, id) in [(4711, 311), (4720, 320), (4712, 320), (9999, 311)] {
        let id = json!(id);
        entry(&api, "updateAccountApiKeyWhitelist", key, &id)
            .body(body.clone())
            .refused(404, 10001)
            .await;
        entry(&api, "deleteAccountApiKeyWhitelist", key, &id).refused(404, 10001).await;
    }
    api.call("getAccountApiKeyWhitelists").with("apiKeyId", 4720).refused(404, 10001).await;
    add(&api, 4720, body).refused(404, 10001).await;
}
