use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::{
    email_confirmations::{confirm, last_mail},
    session::{browser, login},
};

const PASSWORD: &str = "a-long-enough-secret";

fn ada() -> Value {
    json!({
        "emailAddress": "Ada@bakker.example", "password": PASSWORD, "firstName": "Ada",
        "lastName": "Bakker",
        "newsletter": 1, "agreeToc": 1, "agreeAup": 1, "agreeDpa": 1,
    })
}

async fn log_in(nobody: &Api, user_name: &str, password: &str) -> Api {
    let answer = login(nobody, user_name, password).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    browser(nobody, &answer)
}

#[tokio::test]
async fn somebody_becomes_a_customer_moves_to_another_address_and_forgets_the_password() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    let created = nobody.call("signUp").body(ada()).ok().await[0].take();
    let id = created["id"].as_i64().unwrap();
    assert_eq!(id, 100_790, "it follows those of the customers");
    assert_eq!(
        (&created["email"], &created["newsletter"]),
        (&json!("Ada@bakker.example"), &json!(1))
    );
    let user_name = created["username"].as_str().unwrap();

    // Nobody logs in before the address is confirmed.
    login(&nobody, user_name, PASSWORD).refused(401, 10004).await;
    let mail = last_mail(&emulator).await;
    assert_eq!(
        (&mail["to"], &mail["kind"]),
        (&json!("Ada@bakker.example"), &json!("email-confirmation"))
    );
    let confirmed = confirm(&nobody, &mail).ok().await;
    assert_eq!(confirmed, json!({ "emailAddress": "Ada@bakker.example", "emailType": "main" }));
    let ada = log_in(&nobody, user_name, PASSWORD).await;
    let user = ada.call("getUser").ok().await;
    assert_eq!((&user["userId"], &user["validateEmail"]), (&json!(id), &json!(1)));
    assert_eq!(user["details"], ada.call("getAccountDetails").ok().await[0]);
    assert_eq!(user["billingDetails"], ada.call("getAccountBillingDetails").ok().await[0]);

    let change = json!({ "emailAddress": "ada@elsewhere.example", "password": PASSWORD });
    ada.call("updateEmailAction").body(change).ok().await;
    confirm(&nobody, &last_mail(&emulator).await).ok().await;
    assert_eq!(ada.call("getUser").ok().await["email"], "ada@elsewhere.example");

    let forgotten = json!({ "emailAddress": "ADA@elsewhere.example" });
    nobody.call("resetAccountPassword").body(forgotten).ok().await;
    let hash = last_mail(&emulator).await["values"]["resetHash"].take();
    let reset = json!({ "newPassword": "another-good-secret", "resetHash": hash });
    nobody.call("validateAccountPasswordReset").body(reset).ok().await;
    ada.call("getSshKeys").refused(401, 10004).await;
    login(&nobody, user_name, PASSWORD).refused(401, 10004).await;
    let ada = log_in(&nobody, user_name, "another-good-secret").await;

    let log = ada.call("getAccountLogs").range("results=100").ok().await;
    let titles: Vec<&str> =
        log.as_array().unwrap().iter().map(|it| it["title"].as_str().unwrap()).collect();
    assert_eq!(titles.last(), Some(&"Sign up"));
    assert_eq!(titles[..2], ["Log in", "Password reset"]);
}

#[tokio::test]
async fn a_new_customer_has_a_world_of_their_own_with_nothing_in_it() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    let created = nobody.call("signUp").body(ada()).ok().await[0].take();
    confirm(&nobody, &last_mail(&emulator).await).ok().await;
    let ada = log_in(&nobody, created["username"].as_str().unwrap(), PASSWORD).await;
    for list in [
        "getAccountApiKeys",
        "getSshKeys",
        "getDedicatedServers",
        "getFlexMetalServers",
        "getFlexMetalTags",
        "getTickets",
        "getAccountFiles",
        "getAccountDocuments",
    ] {
        assert_eq!(ada.call(list).ok().await, json!([]), "{list}");
    }
    let new_key = json!({ "category": 0, "assignOdpServerIps": 0 });
    let key = ada.call("createApiKeyForUser").body(new_key).ok().await[0]["key"].take();
    let ada = nobody.with_key(key.as_str().unwrap());
    ada.call("createFlexMetalTag").body(json!({ "tag": "mine" })).ok().await;
    let tags = emulator.api().call("getFlexMetalTags").ok().await;
    assert!(tags.as_array().unwrap().iter().all(|it| it["tag"] != "mine"));

    let details = ada.call("getAccountDetails").ok().await[0].take();
    assert_eq!((&details["accountType"], &details["isAllowedFlexMetal"]), (&json!(1), &json!(0)));
    assert_eq!((&details["firstName"], &details["newsletter"]), (&json!("Ada"), &json!(1)));
}

#[tokio::test]
async fn what_is_wrong_with_a_sign_up_is_said_at_once() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    let wrong = json!({
        "emailAddress": "SANNE@lighthouse.example", "password": "12345678", "firstName": "",
        "lastName": " ",
        "newsletter": 0, "agreeToc": 0, "agreeAup": 0, "agreeDpa": 0,
    });
    let mut errors = nobody.call("signUp").body(wrong).refused(422, 11001).await;
    errors.sort();
    let properties: Vec<&str> = errors.iter().map(|(property, _)| &**property).collect();
    assert_eq!(
        properties,
        ["agreeAup", "agreeDpa", "agreeToc", "emailAddress", "firstName", "lastName"]
    );
    assert_eq!(emulator.outbox().await, [Value::Null; 0]);

    for (length, accepted) in [(7, false), (8, true), (128, true), (129, false)] {
        let mut body = ada();
        body["password"] = "ü".repeat(length).into();
        body["emailAddress"] = format!("ada{length}@bakker.example").into();
        let answer = nobody.call("signUp").body(body).send().await;
        assert_eq!(answer.status == 200, accepted, "{length}");
    }
}

#[tokio::test]
async fn an_address_has_one_account_and_an_account_one_user_name() {
    let emulator = Emulator::start();
    let nobody = emulator.api().anonymous();
    let first = nobody.call("signUp").body(ada()).ok().await[0].take();
    let errors = nobody.call("signUp").body(ada()).refused(422, 11001).await;
    assert_eq!(errors, [("emailAddress".to_owned(), "has an account already".to_owned())]);
    let mut other = ada();
    other["emailAddress"] = "ada@elsewhere.example".into();
    let second = nobody.call("signUp").body(other).ok().await[0].take();
    assert_eq!(second["id"].as_i64(), first["id"].as_i64().map(|id| id + 1));
    assert_ne!(second["username"], first["username"]);
}
