use contract_tests::{Api, Call, Emulator};
use serde_json::{Value, json};

use super::email_confirmations::{confirm, last_mail};

const DAY: u32 = 24 * 60 * 60;

async fn details(api: &Api) -> Value {
    api.call("getAccountDetails").ok().await[0].take()
}

/// The details of the account, with some of them changed.
async fn changed(api: &Api, changes: Value) -> Value {
    let mut body = details(api).await;
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn update(api: &Api, changes: Value) -> Call<'_> {
    api.call("updateAccountDetails").body(changed(api, changes).await)
}

fn change_email<'a>(api: &'a Api, email_address: &str, password: &str) -> Call<'a> {
    api.call("updateEmailAction")
        .body(json!({ "emailAddress": email_address, "password": password }))
}

#[tokio::test]
async fn details_are_replaced_as_a_whole() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let changes = json!({
        "address": "Coolsingel", "streetNumber": "40", "countryCode": "be", "phoneNumber": "",
        "phoneNumberMobile": "+31655500123", "emailAddress": "ignored@lighthouse.example",
    });
    let mut expected = changed(&api, changes.clone()).await;
    let mut body = expected.clone();
    body.as_object_mut().unwrap().retain(|name, _| name != "newsletter" && name != "agreeToc");
    let answer = api.call("updateAccountDetails").body(body).ok().await;
    expected["countryCode"] = "BE".into();
    expected["phoneNumber"] = Value::Null;
    expected["newsletter"] = Value::Null;
    expected["emailAddress"] = "sanne@lighthouse.example".into();
    assert_eq!(
        answer,
        json!([expected]),
        "what was agreed to stays, and the address has its own operation"
    );
    assert_eq!(details(&api).await, expected);
    assert_eq!(details(&emulator.other_customer()).await["city"], "Cardiff");
}

#[tokio::test]
async fn what_is_wrong_with_the_details_is_said_at_once() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let wrong = json!({
        "accountType": 1, "companyName": "Another B.V.", "vatNumber": "", "cocNumber": null,
        "city": " ",
        "countryCode": "XX", "phoneNumber": null, "agreeDpa": 0, "isAllowedFlexMetal": 0,
    });
    let mut errors = update(&api, wrong).await.refused(422, 11001).await;
    errors.sort();
    let properties: Vec<&str> = errors.iter().map(|(property, _)| &**property).collect();
    let expected = [
        "accountType",
        "agreeDpa",
        "city",
        "cocNumber",
        "companyName",
        "countryCode",
        "isAllowedFlexMetal",
        "phoneNumber",
        "vatNumber",
    ];
    assert_eq!(properties, expected);
    // What the account never had may be empty in other ways than `null`.
    let visser = api.with_key("i3dVisserKey11223344");
    update(&visser, json!({ "companyName": "", "vatNumber": "" })).await.ok().await;
}

#[tokio::test]
async fn another_address_for_reports_of_abuse_counts_at_once_and_is_to_be_confirmed() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let abuse = |address: Value| json!({ "emailAddressAbuse": address });
    update(&api, abuse("owen@harbour.example".into())).await.refused(409, 10009).await;
    update(&api, json!({ "city": "Delft" })).await.ok().await;
    // The main address is confirmed already.
    update(&api, abuse("sanne@lighthouse.example".into())).await.ok().await;
    assert_eq!(emulator.outbox().await.len(), 0);

    update(&api, abuse("soc@lighthouse.example".into())).await.ok().await;
    assert_eq!(details(&api).await["emailAddressAbuse"], "soc@lighthouse.example");
    let mail = last_mail(&emulator).await;
    let expected = json!({ "emailAddress": "soc@lighthouse.example", "emailType": "abuse" });
    assert_eq!(confirm(&api, &mail).ok().await, expected);

    update(&api, abuse("noc@lighthouse.example".into())).await.ok().await;
    let mail = last_mail(&emulator).await;
    update(&api, abuse(Value::Null)).await.ok().await;
    confirm(&api, &mail).refused(422, 11001).await;
}

#[tokio::test]
async fn another_main_address_counts_once_it_is_confirmed() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = details(&api).await;
    change_email(&api, "sanne.dewit@lighthouse.example", "i3dDemoPassword").ok().await;
    let waiting = details(&api).await;
    assert_eq!(waiting["emailAddress"], before["emailAddress"]);
    assert_eq!(waiting["unconfirmedEmail"]["email"], "sanne.dewit@lighthouse.example");
    let mail = last_mail(&emulator).await;
    assert_eq!(mail["to"], "sanne.dewit@lighthouse.example");
    let expires_at = mail["sentAt"].as_i64().unwrap() + i64::from(DAY);
    assert_eq!(waiting["unconfirmedEmail"]["expiresAt"], expires_at);
    assert_eq!(api.call("getUser").ok().await["details"], waiting);

    confirm(&api.anonymous(), &mail).ok().await;
    let mut expected = before;
    expected["emailAddress"] = "sanne.dewit@lighthouse.example".into();
    assert_eq!(details(&api).await, expected);
}

#[tokio::test]
async fn a_main_address_that_nobody_confirms_is_forgotten_after_a_day() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = details(&api).await;
    change_email(&api, "sanne.dewit@lighthouse.example", "i3dDemoPassword").ok().await;
    let mail = last_mail(&emulator).await;
    api.advance(DAY - 1).await;
    assert_ne!(details(&api).await, before);
    api.advance(1).await;
    assert_eq!(details(&api).await, before);
    confirm(&api, &mail).refused(422, 11001).await;
}

#[tokio::test]
async fn a_main_address_is_of_one_account_also_when_it_is_confirmed() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for taken in ["Owen@harbour.example", "sanne@lighthouse.example"] {
        assert_eq!(
            change_email(&api, taken, "i3dDemoPassword").refused(422, 11001).await[0].0,
            "emailAddress"
        );
    }
    change_email(&api, "team@harbour.example", "i3dDemoPassword").ok().await;
    let first = last_mail(&emulator).await;
    let other = emulator.other_customer();
    change_email(&other, "TEAM@harbour.example", "harbourPassword").ok().await;
    confirm(&api, &last_mail(&emulator).await).ok().await;
    assert_eq!(details(&other).await["emailAddress"], "TEAM@harbour.example");
    assert_eq!(confirm(&api, &first).refused(422, 11001).await[0].0, "hash");
}

#[tokio::test]
async fn the_main_address_changes_only_with_the_password() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for _ in 0..6 {
        change_email(&api, "thief@elsewhere.example", "wrong").refused(403, 10003).await;
    }
    change_email(&api, "thief@elsewhere.example", "i3dDemoPassword").refused(403, 10003).await;
    api.advance(15 * 60).await;
    change_email(&api, "sanne.dewit@lighthouse.example", "i3dDemoPassword").ok().await;
    assert_eq!(emulator.outbox().await.len(), 1);
}
