//! The user, tokens and SSH keys.

use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::{BOUND, NOTHING, customer, empty};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMq4Kq0h9uMZ8d9v7kFq3bC1nG0r6wq0mJ7tqk3hC2oP";

#[tokio::test]
async fn a_profile_keeps_what_is_not_sent_and_the_plus_of_a_phone_number() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let form = api.call("modifyProfile").text("phone_number=+98765&last_name=von+Cat");
    let form = form.header("content-type", "application/x-www-form-urlencoded").ok().await;
    assert_eq!((&form["phone_number"], &form["last_name"]), (&json!("+98765"), &json!("von Cat")));
    assert_eq!(form["first_name"], "Meow");
    let user = api.call("getUser").ok().await;
    assert_eq!(user["profile_data"], form);
    assert_eq!(user["last_activity"], "2026-01-01 00:00:00");
    // Another user is somebody else.
    assert_eq!(
        customer(&emulator).call("getUser").ok().await["profile_data"]["first_name"],
        "Cloudia"
    );
}

fn last(tokens: &Value) -> &Value {
    tokens.as_array().and_then(|it| it.last()).expect("there is a token")
}

#[tokio::test]
async fn a_new_token_opens_the_api_until_it_is_deleted() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let all = api.call("createToken").body(json!({ "description": "CI" })).ok().await;
    assert_eq!(all.as_array().map(Vec::len), Some(2));
    let new = last(&all);
    let opened = api.with_key(new["token"].as_str().unwrap());
    assert_eq!(opened.call("getUser").ok().await["id"], 22);
    assert_eq!(opened.call("listTokens").ok().await, all);

    // Any value restricts a token, as the reference says.
    let form = format!("token_id={}&restricted=false&description=Laptop", new["id"]);
    let changed = api.call("updateToken").text(&form);
    let changed = changed.header("content-type", "application/x-www-form-urlencoded").ok().await;
    let changed = last(&changed);
    assert_eq!((&changed["restricted"], &changed["description"]), (&json!(true), &json!("Laptop")));

    let id = json!({ "token_id": new["id"] });
    assert_eq!(api.call("deleteToken").body(id.clone()).ok().await, json!({ "success": true }));
    assert_eq!(opened.call("getUser").response().await.status, 403);
    let refused = api.call("deleteToken").body(id.clone()).response().await;
    let words = r#"{"errors":{"Error":"Failed to delete kong token."}}"#;
    assert_eq!((refused.status, refused.text()), (400, words.to_owned()));
    let refused = api.call("updateToken").body(id).response().await;
    let words = r#"{"errors":{"Error":"Failed to update token."}}"#;
    assert_eq!((refused.status, refused.text()), (400, words.to_owned()));
}

#[tokio::test]
async fn a_token_belongs_to_a_billing_account_of_the_user() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let refused = api.call("createToken").body(json!({ "billing_account_id": 129_072 }));
    let words = r#"{"errors":{"Error":"Provided billing account is incorrect."}}"#;
    let refused = refused.response().await;
    assert_eq!((refused.status, refused.text()), (400, words.to_owned()));
    // A restricted token is shown itself alone, and cannot free itself.
    let bound = customer(&emulator).with_key(BOUND);
    let tokens = bound.call("listTokens").ok().await;
    assert_eq!((tokens.as_array().map(Vec::len), &last(&tokens)["id"]), (Some(1), &json!(2)));
    assert_eq!(last(&tokens)["billing_account_id"], 129_072);
    let free = bound.call("updateToken").body(json!({ "token_id": 2, "billing_account_id": 0 }));
    assert_eq!(free.response().await.status, 403);
    assert_eq!(bound.call("createToken").body(json!({})).response().await.status, 403);
    let other = bound.call("deleteToken").body(json!({ "token_id": 1 }));
    assert_eq!(other.response().await.status, 403);
}

async fn names(api: &Api) -> Vec<String> {
    let keys = api.call("listSshKeys").ok().await;
    let keys = keys.as_array().cloned().unwrap_or_default();
    keys.iter().map(|key| key["name"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn an_ssh_key_is_made_renamed_and_deleted() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let new = json!({ "name": "laptop", "public_key": KEY });
    let key = api.call("createSshKey").body(new.clone()).expect(201).await;
    assert_eq!((&key["created_at"], &key["user_id"]), (&json!("2026-01-01T00:00:00Z"), &json!(22)));
    let taken = api.call("createSshKey").body(new).response().await;
    let words = r#"{"message":"SSH key 'laptop' already exists"}"#;
    assert_eq!((taken.status, taken.text()), (409, words.to_owned()));
    let desk = json!({ "name": "desk" });
    let renamed = api.call("updateSshKey").with("uuid", key["uuid"].as_str().unwrap());
    assert_eq!(renamed.body(desk).ok().await["name"], "desk");
    assert_eq!(names(&api).await, ["desk"]);
    let bad = json!({ "name": "x", "public_key": "ssh-rsa what" });
    let bad = api.call("createSshKey").body(bad).response().await;
    assert_eq!((bad.status, bad.json()["errors"]["public_key"].is_string()), (400, true));
    let gone = api.call("deleteSshKey").with("uuid", key["uuid"].as_str().unwrap());
    gone.expect(204).await;
    assert!(names(&api).await.is_empty());
    let unknown = api.call("deleteSshKey").with("uuid", NOTHING).response().await;
    assert_eq!(unknown.status, 404);
}
