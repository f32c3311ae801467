use contract_tests::Emulator;
use serde_json::{Value, json};

fn passport() -> Value {
    json!({ "documentType": 1, "documentNumber": "SPECI2021", "documentExpiration": "2032-03-09" })
}

#[tokio::test]
async fn a_document_is_added_listed_and_deleted() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = api.call("getAccountDocuments").ok().await;
    let highest =
        before.as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).max().unwrap();

    let mut created = api.call("createAccountDocument").body(passport()).ok().await[0].take();
    let id = created["id"].as_i64().unwrap();
    assert!(id > highest);
    let listed = api.call("getAccountDocuments").ok().await;
    assert_eq!(listed.as_array().unwrap().last(), Some(&created));
    created.as_object_mut().unwrap().remove("id");
    assert_eq!(created, passport());

    api.call("deleteAccountDocument").with("documentId", id).ok().await;
    api.call("deleteAccountDocument").with("documentId", id).refused(404, 10001).await;
    assert_eq!(api.call("getAccountDocuments").ok().await, before);
    let next = api.call("createAccountDocument").body(passport()).ok().await;
    assert!(next[0]["id"].as_i64().unwrap() > id, "an id is never given twice");
}

#[tokio::test]
async fn a_document_has_a_number_and_an_expiration() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut body = passport();
    (body["documentNumber"], body["documentExpiration"]) = (" ".into(), "".into());
    let errors = api.call("createAccountDocument").body(body).refused(422, 11001).await;
    let expected = ["documentNumber", "documentExpiration"];
    assert_eq!(errors, expected.map(|name| (name.to_owned(), "may not be empty".to_owned())));
}

#[tokio::test]
async fn an_account_has_only_so_many_documents() {
    let emulator = Emulator::start();
    let api = emulator.other_customer();
    for _ in 1..100 {
        api.call("createAccountDocument").body(passport()).ok().await;
    }
    api.call("createAccountDocument").body(passport()).refused(422, 11001).await;
    emulator.api().call("createAccountDocument").body(passport()).ok().await;
}
