use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

const DAY: u32 = 24 * 60 * 60;

/// Sanne is on the list of the demo world, and Joris was asked.
const SANNE: &str = "sanne@lighthouse.example";
const OWEN: &str = "owen@harbour.example";

fn opt_in(api: &Api, email: &str) -> impl Future<Output = Value> {
    let body = json!({ "email": email, "language": "en" });
    let api = api.clone();
    async move { api.call("optInForNewsletter").body(body).ok().await }
}

/// What the last mail to somebody says to programs.
async fn last_mail(emulator: &Emulator, kind: &str, to: &str) -> Value {
    let mail = emulator.outbox().await.pop().expect("a mail was sent");
    assert_eq!((&mail["kind"], &mail["to"]), (&json!(kind), &json!(to)));
    mail["values"].clone()
}

async fn subscribed(api: &Api) -> bool {
    api.call("getUser").ok().await["details"]["newsletter"] == 1
}

#[tokio::test]
async fn a_subscription_goes_from_opt_in_to_unsubscribe() {
    let emulator = Emulator::start();
    let anonymous = emulator.api().anonymous();
    let owen = emulator.other_customer();
    assert!(!subscribed(&owen).await);

    opt_in(&anonymous, "Owen@Harbour.example").await;
    let token = last_mail(&emulator, "newsletter-confirmation", "Owen@Harbour.example").await;
    assert!(!subscribed(&owen).await, "nobody has confirmed it");
    let capitals = token["token"].as_str().unwrap().to_uppercase();
    anonymous.call("confirmNewsletterOptIn").body(json!({ "token": capitals })).ok().await;
    assert!(subscribed(&owen).await);
    anonymous.call("confirmNewsletterOptIn").body(token).refused(404, 10001).await;

    let link = last_mail(&emulator, "newsletter", OWEN).await;
    anonymous.call("unsubscribeFromNewsletter").body(link.clone()).ok().await;
    assert!(!subscribed(&owen).await);
    anonymous.call("unsubscribeFromNewsletter").body(link).refused(422, 11001).await;
    assert!(subscribed(&emulator.api()).await, "others still get it");
}

#[tokio::test]
async fn a_token_lasts_a_week_and_until_the_next() {
    let emulator = Emulator::start();
    let api = emulator.api().anonymous();
    let confirm = |body: &Value| api.call("confirmNewsletterOptIn").body(body.clone());
    opt_in(&api, "ada@example.org").await;
    let first = last_mail(&emulator, "newsletter-confirmation", "ada@example.org").await;
    opt_in(&api, "ada@example.org").await;
    let second = last_mail(&emulator, "newsletter-confirmation", "ada@example.org").await;
    confirm(&first).refused(404, 10001).await;

    api.advance(7 * DAY).await;
    confirm(&second).refused(404, 10001).await;
    opt_in(&api, "ada@example.org").await;
    let third = last_mail(&emulator, "newsletter-confirmation", "ada@example.org").await;
    api.advance(7 * DAY - 1).await;
    confirm(&third).ok().await;
    confirm(&json!({ "token": "00000000-0000-4000-8000-000000000000" })).refused(404, 10001).await;
}

#[tokio::test]
async fn who_is_on_the_list_stays_on_it_when_asked_again() {
    let emulator = Emulator::start();
    let api = emulator.api();
    opt_in(&api, SANNE).await;
    api.advance(8 * DAY).await;
    opt_in(&api, "ada@example.org").await;
    let key = json!({
        "mailhash": "ae191004055796f64ada2a4f1b92c718ec895e2caeb80242867f73f20ef42e2e",
        "key": "kT3vQz8LmW1xR7bNcY5dJ2fHs9GpA4eu",
    });
    api.call("unsubscribeFromNewsletter").body(key).ok().await;
    assert!(!subscribed(&api).await);
}

#[tokio::test]
async fn a_wrong_link_ends_nothing_and_tells_nothing() {
    let emulator = Emulator::start();
    let api = emulator.api().anonymous();
    opt_in(&api, OWEN).await;
    let token = last_mail(&emulator, "newsletter-confirmation", OWEN).await;
    api.call("confirmNewsletterOptIn").body(token).ok().await;
    let link = last_mail(&emulator, "newsletter", OWEN).await;
    let mut refusals = Vec::new();
    for (name, value) in [("mailhash", "0".repeat(64)), ("key", "k".repeat(32))] {
        let mut wrong = link.clone();
        wrong[name] = value.into();
        refusals.push(api.call("unsubscribeFromNewsletter").body(wrong).refused(422, 11001).await);
    }
    assert_eq!(refusals[0], refusals[1]);
    assert!(subscribed(&emulator.other_customer()).await);
}

#[tokio::test]
async fn an_address_must_be_one() {
    let emulator = Emulator::start();
    let body = json!({ "email": "ada", "language": "en" });
    let errors = emulator.api().call("optInForNewsletter").body(body).refused(422, 11001).await;
    assert_eq!(errors[0].0, "email");
    assert_eq!(emulator.outbox().await, [Value::Null; 0]);
}
