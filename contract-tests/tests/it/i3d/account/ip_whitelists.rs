use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

async fn add(api: &Api, range: &str) -> Value {
    let body = json!({ "ipRange": range, "active": 1 });
    api.call("createAccountWhitelist").body(body).ok().await[0]["id"].clone()
}

#[tokio::test]
async fn an_account_works_only_from_the_addresses_of_its_active_entries() {
    let emulator = Emulator::start();
    let api = emulator.other_customer();
    let login = json!({ "userName": "harbour", "password": "harbourPassword" });
    let login = api.anonymous().call("login").body(login).send().await;
    let session = api.with_cookie(login.headers["set-cookie"].to_str().unwrap());
    session.call("createAccountWhitelistCheck").ok().await;

    let loopback = add(&api, "127.0.0.0/8").await;
    add(&api, "10.0.0.0/8").await;
    api.call("createAccountWhitelistCheck").ok().await;
    session.call("createAccountWhitelistCheck").ok().await;

    api.call("deleteAccountWhitelist").with("whitelistId", loopback).ok().await;
    api.call("createAccountWhitelistCheck").refused(403, 10003).await;
    session.call("createAccountWhitelistCheck").refused(403, 10003).await;
    session.call("getUser").refused(404, 10001).await;
    api.anonymous().call("createAccountWhitelistCheck").refused(401, 10004).await;
    emulator.api().call("createAccountWhitelistCheck").ok().await;
}

#[tokio::test]
async fn the_whitelists_of_account_and_key_must_both_allow_an_address() {
    let emulator = Emulator::start();
    let api = emulator.api();
    add(&api, "127.0.0.1/32").await;
    let body = json!({ "ipRange": "10.0.0.0/8", "active": 1 });
    api.call("createAccountApiKeyWhitelist").with("apiKeyId", 4711).body(body).ok().await;
    api.call("getSshKeys").refused(403, 10003).await;
}

#[tokio::test]
async fn an_entry_lives_from_create_to_delete() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let body =
        json!({ "ipStart": "192.0.2.1", "ipEnd": "192.0.2.9", "description": "lab", "active": 0 });
    let created = api.call("createAccountWhitelist").body(body).ok().await;
    let id = &created[0]["id"];
    let listed = api.call("getAccountWhitelists").ok().await;
    assert_eq!(listed[1], created[0]);

    api.advance(10).await;
    let body = json!({ "ipRange": "2001:db8::/48", "active": 0 });
    let updated = api.call("updateAccountWhitelist").with("whitelistId", id).body(body).ok().await;
    let at = &created[0]["createdAt"];
    let expected = json!([{
        "id": id, "ipStart": null, "ipEnd": null, "ipRange": "2001:db8::/48", "description": "",
        "active": 0, "createdAt": at,
    }]);
    assert_eq!(updated, expected);

    api.call("deleteAccountWhitelist").with("whitelistId", id).ok().await;
    api.call("deleteAccountWhitelist").with("whitelistId", id).refused(404, 10001).await;
    assert_eq!(api.call("getAccountWhitelists").ok().await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_entry_without_a_range_is_refused() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let create = |body| api.call("createAccountWhitelist").body(body);
    let errors = create(json!({ "ipEnd": "192.0.2.1", "active": 1 })).refused(422, 11001).await;
    assert_eq!(errors, [("ipStart".to_owned(), "is required beside ipEnd".to_owned())]);
    let both = json!({
        "ipStart": "192.0.2.1", "ipEnd": "192.0.2.1", "ipRange": "192.0.2.1/32", "active": 1,
    });
    assert_eq!(create(both.clone()).refused(422, 11001).await.len(), 3);
    let update = api.call("updateAccountWhitelist").with("whitelistId", 141).body(both);
    assert_eq!(update.refused(422, 11001).await.len(), 3);
}
