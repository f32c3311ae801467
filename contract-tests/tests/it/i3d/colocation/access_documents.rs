use contract_tests::{Api, Call, Emulator};
use serde_json::{Value, json};

/// A visitor of the demo world, who has two documents, and one of these.
const VISITOR: i64 = 6101;
const PASSPORT: i64 = 6501;
/// Another visitor and their document.
const COLLEAGUE: i64 = 6104;
const THEIR_PASSPORT: i64 = 6505;

fn new_document() -> Value {
    json!({ "documentType": 2, "documentNumber": "4410229385", "documentExpiration": "2033-02-14" })
}

fn create(api: &Api, access: i64, body: Value) -> Call<'_> {
    api.call("createColocationAccessDocument").with("accessId", access).body(body)
}

fn at<'a>(api: &'a Api, operation: &str, access: i64, id: impl ToString) -> Call<'a> {
    api.call(operation).with("accessId", access).with("documentId", id)
}

async fn list(api: &Api, access: i64) -> Vec<Value> {
    let Value::Array(all) =
        api.call("getColocationAccessDocuments").with("accessId", access).ok().await
    else {
        panic!("a list is answered")
    };
    all
}

#[tokio::test]
async fn a_document_lives_from_create_to_delete_and_is_shown_with_its_visitor() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = list(&api, VISITOR).await;
    assert_eq!(before.len(), 2);
    let created = create(&api, VISITOR, new_document()).ok().await;
    let id = &created[0]["id"];
    assert_eq!(created[0]["documentNumber"], "4410229385");
    assert_eq!(at(&api, "getColocationAccessDocument", VISITOR, id).ok().await, created);
    let all = list(&api, VISITOR).await;
    assert_eq!((all.len(), &all[2]), (3, &created[0]));
    let visitor = api.call("getColocationAccess").with("accessId", VISITOR).ok().await;
    assert_eq!(visitor[0]["accountDocument"], json!(all));

    let changed = with_number("4410229386");
    let updated = at(&api, "updateColocationAccessDocument", VISITOR, id).body(changed).ok().await;
    assert_eq!((&updated[0]["id"], &updated[0]["documentNumber"]), (id, &json!("4410229386")));
    assert_eq!(at(&api, "getColocationAccessDocument", VISITOR, id).ok().await, updated);

    at(&api, "deleteColocationAccessDocument", VISITOR, id).ok().await;
    at(&api, "deleteColocationAccessDocument", VISITOR, id).refused(404, 10001).await;
    at(&api, "getColocationAccessDocument", VISITOR, id).refused(404, 10001).await;
    assert_eq!(list(&api, VISITOR).await, before);
}

fn with_number(number: &str) -> Value {
    let mut document = new_document();
    document["documentNumber"] = number.into();
    document
}

#[tokio::test]
async fn documents_go_with_their_visitor() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.call("deleteColocationAccess").with("accessId", COLLEAGUE).ok().await;
    api.call("getColocationAccessDocuments").with("accessId", COLLEAGUE).refused(403, 10003).await;
    at(&api, "getColocationAccessDocument", COLLEAGUE, THEIR_PASSPORT).refused(404, 10001).await;
    assert_eq!(list(&api, VISITOR).await.len(), 2);
}

#[tokio::test]
async fn a_document_without_a_number_or_one_too_many_is_refused() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let blank = json!({ "documentType": 1, "documentNumber": " ", "documentExpiration": "" });
    let update = at(&api, "updateColocationAccessDocument", VISITOR, PASSPORT).body(blank.clone());
    for call in [create(&api, VISITOR, blank), update] {
        let errors = call.refused(422, 11001).await;
        let properties: Vec<&str> = errors.iter().map(|(property, _)| &**property).collect();
        assert_eq!(properties, ["documentNumber", "documentExpiration"]);
    }
    for number in 3..=20 {
        create(&api, VISITOR, with_number(&number.to_string())).ok().await;
    }
    create(&api, VISITOR, new_document()).refused(422, 11001).await;
}

#[tokio::test]
async fn a_document_is_reached_by_its_own_visitor_and_customer_alone() {
    let emulator = Emulator::start();
    let (api, other) = (emulator.api(), emulator.other_customer());
    for (api, access, id) in
        [(&api, VISITOR, THEIR_PASSPORT), (&api, COLLEAGUE, PASSPORT), (&other, VISITOR, PASSPORT)]
    {
        at(api, "getColocationAccessDocument", access, id).refused(404, 10001).await;
        at(api, "updateColocationAccessDocument", access, id)
            .body(new_document())
            .refused(404, 10001)
            .await;
        at(api, "deleteColocationAccessDocument", access, id).refused(404, 10001).await;
    }
    create(&other, VISITOR, new_document()).refused(403, 10003).await;
    other.call("getColocationAccessDocuments").with("accessId", VISITOR).refused(403, 10003).await;
    assert_eq!(list(&api, VISITOR).await.len(), 2);
}
