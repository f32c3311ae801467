use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::email_confirmations::{confirm, last_mail};

async fn details(api: &Api) -> Value {
    api.call("getAccountBillingDetails").ok().await[0].take()
}

#[tokio::test]
async fn billing_details_are_replaced_as_a_whole() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut body = details(&api).await;
    body["city"] = "Delft".into();
    body["preferredPaymentMethod"] = 3.into();
    body["phoneNumberMobile"] = "+31655500123".into();
    body.as_object_mut()
        .unwrap()
        .retain(|name, _| name != "phoneNumber" && name != "emailAddressBilling");
    let answer = api.call("updateAccountBillingDetails").body(body.clone()).ok().await;
    (body["phoneNumber"], body["emailAddressBilling"]) = (Value::Null, Value::Null);
    assert_eq!(answer, json!([body]));
    assert_eq!(details(&api).await, body);
    assert_eq!(api.call("getUser").ok().await["billingDetails"], body);
    assert_eq!(details(&emulator.other_customer()).await["city"], "Cardiff");
}

#[tokio::test]
async fn what_is_wrong_with_billing_details_is_said_at_once() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut body = details(&api).await;
    (body["firstName"], body["zipCode"], body["countryCode"]) =
        ("".into(), " ".into(), "ZZ".into());
    (body["phoneNumber"], body["phoneNumberMobile"]) = (Value::Null, "".into());
    let errors = api.call("updateAccountBillingDetails").body(body).refused(422, 11001).await;
    let properties: Vec<&str> = errors.iter().map(|(property, _)| &**property).collect();
    assert_eq!(properties, ["firstName", "zipCode", "phoneNumber", "countryCode"]);
}

#[tokio::test]
async fn another_address_for_invoices_counts_at_once_and_is_to_be_confirmed() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut body = details(&api).await;
    body["emailAddressBilling"] = "invoices@lighthouse.example".into();
    let update = || api.call("updateAccountBillingDetails").body(body.clone());
    update().ok().await;
    update().ok().await;
    assert_eq!(emulator.outbox().await.len(), 1, "the second time nothing changes");
    assert_eq!(details(&api).await, body);
    let expected = json!({ "emailAddress": "invoices@lighthouse.example", "emailType": "billing" });
    assert_eq!(confirm(&api, &last_mail(&emulator).await).ok().await, expected);
}
