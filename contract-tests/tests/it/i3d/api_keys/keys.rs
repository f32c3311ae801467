use contract_tests::{Api, Emulator};
use mock_server::{Config, engine::WorldKind};
use serde_json::{Value, json};

async fn create(api: &Api, expires_at: Value) -> (i64, String) {
    let body =
        json!({ "category": 0, "note": "ci", "assignOdpServerIps": 0, "expiresAt": expires_at });
    let created = api.call("createApiKeyForUser").body(body).ok().await;
    (created[0]["id"].as_i64().unwrap(), created[0]["key"].as_str().unwrap().to_owned())
}

async fn now(api: &Api) -> i64 {
    let clock = api.raw("GET", "/_mock/clock", None).await.json();
    clock["now"].as_i64().unwrap()
}

#[tokio::test]
async fn a_key_stops_to_work_when_it_expires() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let (_, key) = create(&api, json!(now(&api).await + 60)).await;
    let with_key = api.with_key(&key);
    with_key.call("getSshKeys").ok().await;
    api.advance(59).await;
    with_key.call("getSshKeys").ok().await;
    api.advance(2).await;
    with_key.call("getSshKeys").refused(401, 10004).await;
}

#[tokio::test]
async fn a_key_lives_from_create_to_delete() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let (id, key) = create(&api, Value::Null).await;
    assert!(key.len() == 20 && key.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{key}");
    assert_ne!(create(&api, Value::Null).await.1, key);

    let body = json!({ "category": 2, "assignOdpServerIps": 1, "expiresAt": 4_000_000_000_u32 });
    let updated = api.call("updateAccountApiKey").with("apiKeyId", id).body(body).ok().await;
    let expected = json!([{
        "id": id, "key": key, "used": 0, "category": 2, "note": null, "assignOdpServerIps": 1,
        "expiresAt": 4_000_000_000_u32,
    }]);
    assert_eq!(updated, expected);
    let listed = api.call("getAccountApiKeys").ok().await;
    assert!(listed.as_array().unwrap().contains(&updated[0]));

    let with_key = api.with_key(&key);
    with_key.call("deleteAccountApiKey").with("apiKeyId", id).ok().await;
    with_key.call("getSshKeys").refused(401, 10004).await;
    api.call("deleteAccountApiKey").with("apiKeyId", id).refused(404, 10001).await;
}

#[tokio::test]
async fn requests_are_refused_without_a_key_that_exists() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.anonymous().call("getAccountApiKeys").refused(401, 10004).await;
    api.with_key("").call("getAccountApiKeys").refused(401, 10004).await;
    api.with_key("i3dDemoKey012345678").call("getAccountApiKeys").refused(401, 10004).await;
}

#[tokio::test]
async fn every_request_with_a_key_is_counted() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let (id, key) = create(&api, Value::Null).await;
    for _ in 0..3 {
        api.with_key(&key).call("getSshKeys").ok().await;
    }
    let used = async || {
        let keys = api.call("getAccountApiKeys").ok().await;
        keys.as_array().unwrap().iter().find(|key| key["id"] == id).unwrap()["used"].clone()
    };
    assert_eq!(used().await, 3);
    let body = json!({ "category": 0, "assignOdpServerIps": 0 });
    let updated =
        api.with_key(&key).call("updateAccountApiKey").with("apiKeyId", id).body(body).ok().await;
    assert_eq!(updated[0]["used"], 4);
    assert_eq!(used().await, 4);
}

#[tokio::test]
async fn keys_are_paged() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for _ in 0..28 {
        create(&api, Value::Null).await;
    }
    let page = async |range: &str| api.call("getAccountApiKeys").range(range).ok().await;
    let first = api.call("getAccountApiKeys").ok().await;
    assert_eq!(first.as_array().unwrap().len(), 25);
    assert_eq!(page("start=25").await.as_array().unwrap().len(), 5);
    assert_eq!(page("start=2,results=1").await[0]["id"], first[2]["id"]);
}

#[tokio::test]
async fn a_customer_lists_their_own_keys_alone() {
    let emulator = Emulator::start();
    let listed = emulator.other_customer().call("getAccountApiKeys").ok().await;
    let ids: Vec<&Value> = listed.as_array().unwrap().iter().map(|key| &key["id"]).collect();
    assert_eq!(ids, [4720]);
}

#[tokio::test]
async fn an_empty_world_has_the_customers_and_their_keys() {
    let emulator =
        Emulator::with(Config { seed: Some(1), world: WorldKind::Empty, ..Config::default() });
    assert_eq!(emulator.api().call("getAccountApiKeys").ok().await.as_array().unwrap().len(), 2);
    assert_eq!(emulator.api().call("getAccountWhitelists").ok().await, json!([]));
    assert_eq!(emulator.other_customer().call("getUser").ok().await["userName"], "harbour");
}
