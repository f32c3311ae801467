use contract_tests::Emulator;
use serde_json::{Value, json};

fn quote() -> Value {
    json!({
        "firstName": "Sanne", "lastName": "de Wit", "companyName": "Lighthouse Games B.V.",
        "email": "sanne@lighthouse.example", "phone": "+31105550123", "rack": "Half a rack",
        "location": "Rotterdam", "remarks": "What does it cost for two years?",
    })
}

#[tokio::test]
async fn a_request_is_passed_on_and_confirmed_by_mail() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.call("createColocationQuote").body(quote()).ok().await;
    let mut private = quote();
    private.as_object_mut().unwrap().remove("companyName");
    private["email"] = "mila@visser.example".into();
    api.call("createColocationQuote").body(private).ok().await;

    let mails = emulator.outbox().await;
    assert_eq!(mails.len(), 2);
    assert_eq!(
        (&mails[0]["kind"], &mails[0]["to"]),
        (&json!("colocation-quote"), &quote()["email"])
    );
    assert_eq!(mails[0]["values"], quote());
    let text = mails[0]["text"].as_str().unwrap();
    for told in
        ["Sanne de Wit, Lighthouse Games B.V., sanne@", "Half a rack", "Rotterdam", "two years?"]
    {
        assert!(text.contains(told), "{told} is missing in {text}");
    }
    assert!(mails[1]["text"].as_str().unwrap().contains("Sanne de Wit, mila@visser.example"));
}

#[tokio::test]
async fn a_request_that_asks_nothing_is_refused_and_sends_nothing() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut blank = quote();
    for property in ["rack", "location", "remarks"] {
        blank[property] = " ".into();
    }
    let errors = api.call("createColocationQuote").body(blank).refused(422, 11001).await;
    let properties: Vec<&str> = errors.iter().map(|(property, _)| &**property).collect();
    assert_eq!(properties, ["rack", "location", "remarks"]);
    let mut long = quote();
    long["remarks"] = "é".repeat(4001).into();
    assert_eq!(
        api.call("createColocationQuote").body(long.clone()).refused(422, 11001).await[0].0,
        "remarks"
    );
    long["phone"] = "1234".into();
    assert_eq!(
        api.call("createColocationQuote").body(long.clone()).refused(422, 11001).await[0].0,
        "phone"
    );
    assert!(emulator.outbox().await.is_empty());

    (long["phone"], long["remarks"]) = ("12345".into(), "é".repeat(4000).into());
    api.call("createColocationQuote").body(long).ok().await;
}
