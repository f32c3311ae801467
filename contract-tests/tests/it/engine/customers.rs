//! Customers that tests make in a world that they share: apart from each other and from those that
//! are there.

use contract_tests::{
    Api, ApiProfile, Emulator,
    profiles::{i3d_v2, i3d_v3, warren_v1},
};
use mock_server::{Config, engine::WorldKind};
use serde_json::{Value, json};

use super::{PUBLIC_KEY, new_key, world_files::world};

/// Makes a customer and returns what the control API says of them.
async fn make(emulator: &Emulator, wanted: Value) -> Value {
    let made = emulator.api().raw("POST", "/_mock/customers", Some(wanted)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()
}

/// An API, called by a customer that was made.
fn client(emulator: &Emulator, profile: &'static ApiProfile, customer: &Value) -> Api {
    let key = customer["keys"][profile.name].as_str().expect("a key of the API");
    emulator.api_of(profile).with_key(key)
}

#[tokio::test]
async fn customers_are_apart_from_each_other_and_from_those_that_are_there() {
    let emulator = Emulator::start();
    let demo = emulator.api().call("getSshKeys").ok().await;
    let (one, other) = (
        make(&emulator, json!({ "provider": "i3d" })).await,
        make(&emulator, json!({ "api": "i3d-v3", "name": "Other B.V." })).await,
    );
    assert_ne!(one["account"], other["account"]);
    let [one, other] = [&one, &other].map(|it| client(&emulator, &i3d_v3::PROFILE, it));
    let created = one.call("createSshKey").body(new_key()).ok().await;
    assert_eq!(one.call("getSshKeys").ok().await, created);
    assert_eq!(other.call("getSshKeys").ok().await, json!([]));
    assert_eq!(emulator.api().call("getSshKeys").ok().await, demo);
    let details = other.call("getAccountDetails").ok().await;
    assert_eq!(details[0]["companyName"], "Other B.V.");
}

#[tokio::test]
async fn a_customer_can_do_at_once_what_they_have_the_right_to() {
    let emulator = Emulator::start();
    let wanted = json!({
        "provider": "i3d", "account": 7, "key": "KeyOfSeven0123456789",
        "login": { "user": "seven", "password": "sevenPassword" },
        "rights": { "flexMetal": true, "quota": 1 },
    });
    let made = make(&emulator, wanted.clone()).await;
    let mut expected = wanted;
    expected["keys"] =
        json!({ "i3d-v3": "KeyOfSeven0123456789", "i3d-v2": "KeyOfSeven0123456789" });
    expected.as_object_mut().unwrap().remove("key");
    assert_eq!(made, expected);
    let api = client(&emulator, &i3d_v3::PROFILE, &made);
    let order = json!({
        "name": "a", "location": "EU: Rotterdam", "instanceType": "bm7.std.8",
        "os": { "slug": "windows-server-2022" },
    });
    api.call("createFlexMetalServer").body(order.clone()).ok().await;
    let refused = api.call("createFlexMetalServer").body(order.clone()).expect(422).await;
    assert!(refused.to_string().contains("on-demand quota of 1"), "{refused}");
    let login = json!({ "userName": "seven", "password": "sevenPassword", "rememberMe": 0 });
    api.anonymous().call("login").body(login).ok().await;
    let without = json!({ "provider": "i3d", "rights": { "flexMetal": false } });
    let without = client(&emulator, &i3d_v3::PROFILE, &make(&emulator, without).await);
    without.call("createFlexMetalServer").body(order).expect(403).await;
}

#[tokio::test]
async fn a_customer_of_warren_has_a_token_and_a_billing_account_at_their_brand() {
    let emulator = Emulator::start();
    let three = make(&emulator, json!({ "provider": "warren", "brand": "3nv" })).await;
    let made = make(&emulator, json!({ "api": "warren-v1" })).await;
    assert_eq!((&three["brand"], &made["brand"]), (&json!("3nv"), &json!("idcloudhost")));
    let [three, api] = [&three, &made].map(|it| client(&emulator, &warren_v1::PROFILE, it));
    assert_eq!(three.call("listLocations").ok().await[0]["slug"], "cyc01");
    let accounts = api.call("listBillingAccounts").ok().await;
    assert_eq!(accounts[0]["id"], made["billing_account_id"]);
    let network = api.call("createNetwork").with("name", "mine").ok().await;
    assert_eq!(api.call("listNetworks").ok().await[0]["uuid"], network["uuid"]);
    assert_eq!(three.call("listNetworks").ok().await, json!([]));
}

#[tokio::test]
async fn a_customer_can_bring_their_objects_along() {
    let emulator = Emulator::start();
    let data = json!({ "sshKey": [{ "name": "mine", "publicKey": PUBLIC_KEY }] });
    let made = make(&emulator, json!({ "provider": "i3d", "data": data })).await;
    let api = client(&emulator, &i3d_v3::PROFILE, &made);
    assert_eq!(api.call("getSshKeys").ok().await[0]["name"], "mine");
    // A file says the same.
    let customer = "{account: 7, key: KeyOfSeven0123456789, data: ";
    let text = format!("{{from: nothing, i3d: {{customers: [{customer}{data}}}]}}}}");
    let emulator = world(&text);
    let api = emulator.api().with_key("KeyOfSeven0123456789");
    assert_eq!(api.call("getSshKeys").ok().await[0]["name"], "mine");
    assert_eq!(api.raw("POST", "/_mock/reset", None).await.status, 204);
    assert_eq!(api.call("getSshKeys").ok().await[0]["name"], "mine");
}

#[tokio::test]
async fn what_is_wrong_is_named_and_makes_nobody() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = api.raw("GET", "/_mock/state", None).await.text();
    for (wanted, why) in [
        (json!({}), "`provider` or `api` must be one of i3d, i3d-v3, i3d-v2, warren, warren-v1"),
        (json!({ "provider": "i3d", "colour": 1 }), "`colour` is not a known property"),
        (json!({ "provider": "i3d", "key": "short" }), "`key` must match ^[A-Za-z0-9]{20}$"),
        (json!({ "provider": "i3d", "account": 100_123 }), "`account` is one that another"),
        (json!({ "provider": "i3d", "key": "i3dOfficeKey24681357" }), "`key` is one that another"),
        (json!({ "provider": "i3d", "login": { "user": "demo" } }), "`login.user` is the name"),
        (json!({ "provider": "warren", "brand": "x" }), "`brand` must be one of idcloudhost, 3nv"),
        (json!({ "provider": "warren", "key": "meowmeowmeow" }), "`key` is one that another"),
        (json!({ "provider": "i3d", "data": { "sshKey": [{}] } }), "`name`, `publicKey` are"),
        (json!({ "provider": "i3d", "data": { "sshKeys": [] } }), "`sshKeys` is unknown"),
        (json!([]), "a customer has members"),
    ] {
        let refused = api.raw("POST", "/_mock/customers", Some(wanted.clone())).await;
        assert_eq!(refused.status, 400, "{wanted}: {}", refused.text());
        assert!(refused.json()["error"].as_str().unwrap().contains(why), "{}", refused.text());
    }
    assert_eq!(api.raw("GET", "/_mock/state", None).await.text(), before);
}

#[tokio::test]
async fn each_world_has_its_own_customers_and_v2_knows_them_by_their_number() {
    let emulator = Emulator::alone();
    let api = emulator.api();
    assert_eq!(api.raw("POST", "/_mock/worlds", Some(json!({ "name": "a" }))).await.status, 201);
    let wanted = json!({ "provider": "i3d" });
    let made = api.raw("POST", "/_in/a/_mock/customers", Some(wanted.clone())).await.json();
    let inside = api.with_key(made["keys"]["i3d-v3"].as_str().unwrap());
    inside.call("getSshKeys").header("mock-world", "a").ok().await;
    inside.call("getSshKeys").expect(401).await;
    // The same seed draws the same in both.
    assert_eq!(make(&emulator, wanted).await, made);
    let tickets = json!({
        "userId": made["account"], "apiKey": made["keys"]["i3d-v2"], "action": "getTickets",
    });
    let path = &i3d_v2::PROFILE.contract.base_paths[0];
    let answer = api.raw("POST", &format!("{path}/administration"), Some(tickets)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(!answer.text().contains("error"), "{}", answer.text());
}

#[tokio::test]
async fn a_world_of_nobody_has_those_who_come() {
    let nobody = Config { seed: Some(1), world: WorldKind::Nothing, ..Config::default() };
    let emulator = Emulator::with(nobody);
    emulator.api().call("getSshKeys").expect(401).await;
    let form = json!({
        "emailAddress": "ada@example.org", "password": "secretOfAda1", "firstName": "Ada",
        "lastName": "Bakker", "newsletter": 0, "agreeToc": 1, "agreeAup": 1, "agreeDpa": 1,
    });
    let first = emulator.api().anonymous().call("signUp").body(form).ok().await;
    assert_eq!(first[0]["id"], 100_001);
    assert_eq!(make(&emulator, json!({ "provider": "i3d" })).await["account"], 100_002);
    let made = make(&emulator, json!({ "provider": "warren" })).await;
    client(&emulator, &warren_v1::PROFILE, &made).call("getUser").ok().await;
}
