use contract_tests::Emulator;
use serde_json::json;

use super::servers::{WINDOWS, order_with, ordered, release, server};

#[tokio::test]
async fn a_tag_lives_from_create_to_delete() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = api.call("getFlexMetalTags").ok().await;
    // Clients send what only the server can know.
    let sent =
        json!({ "tag": "web:1", "resources": { "count": 7, "flexMetalServers": { "count": 7 } } });
    let created = api.call("createFlexMetalTag").body(sent).ok().await;
    assert_eq!(
        created,
        json!([{ "tag": "web:1", "resources": { "count": 0, "flexMetalServers": { "count": 0 } } }])
    );
    assert_eq!(api.call("getFlexMetalTag").with("tag", "web:1").ok().await, created);

    api.call("deleteFlexMetalTag").with("tag", "web:1").ok().await;
    api.call("getFlexMetalTag").with("tag", "web:1").refused(404, 10001).await;
    api.call("deleteFlexMetalTag").with("tag", "web:1").refused(404, 10001).await;
    api.call("updateFlexMetalTag")
        .with("tag", "web:1")
        .body(json!({ "tag": "b" }))
        .refused(404, 10001)
        .await;
    assert_eq!(api.call("getFlexMetalTags").ok().await, before);
}

#[tokio::test]
async fn a_second_tag_of_the_same_name_is_refused_in_words() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let refused = api.call("createFlexMetalTag").body(json!({ "tag": "spare" })).expect(422).await;
    assert_eq!(
        refused,
        json!({ "errorCode": 11001, "errorMessage": "Tag spare already exists", "errors": [] })
    );
    api.call("createFlexMetalTag").body(json!({ "tag": "Spare" })).ok().await;
    let errors =
        api.call("createFlexMetalTag").body(json!({ "tag": "a b" })).refused(422, 11001).await;
    assert_eq!(errors[0].0, "tag");
}

#[tokio::test]
async fn tags_count_the_servers_that_are_not_released() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let count = |tag: &str| api.call("getFlexMetalTag").with("tag", tag);
    let counts = |count: i64| json!({ "count": count, "flexMetalServers": { "count": count } });
    // One of the three servers with this tag is released.
    assert_eq!(count("game-servers").ok().await[0]["resources"], counts(2));
    assert_eq!(count("batch").ok().await[0]["resources"], counts(1));

    let uuid = ordered(&api, order_with("/tags", json!(["batch", "batch"]))).await;
    assert_eq!(server(&api, &uuid).await["tags"], json!(["batch"]));
    assert_eq!(count("batch").ok().await[0]["resources"], counts(2));
    release(&api, &uuid).await;
    assert_eq!(count("batch").ok().await[0]["resources"], counts(2));
    api.advance(5).await;
    assert_eq!(count("batch").ok().await[0]["resources"], counts(1));
}

#[tokio::test]
async fn a_renamed_tag_is_renamed_on_its_servers() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let rename = |to: &str| {
        api.call("updateFlexMetalTag").with("tag", "production").body(json!({ "tag": to }))
    };
    assert!(rename("staging").refused(409, 10009).await.is_empty());
    assert_eq!(rename("production").ok().await[0]["tag"], "production");

    let renamed = rename("live").ok().await;
    assert_eq!(
        (&renamed[0]["tag"], &renamed[0]["resources"]["count"]),
        (&json!("live"), &json!(1))
    );
    api.call("getFlexMetalTag").with("tag", "production").refused(404, 10001).await;
    assert_eq!(server(&api, WINDOWS).await["tags"], json!(["game-servers", "live"]));
    let found = api.call("getFlexMetalServers").with("tag", "live").ok().await;
    assert_eq!(found.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_deleted_tag_is_gone_from_its_servers() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.call("deleteFlexMetalTag").with("tag", "game-servers").ok().await;
    assert_eq!(server(&api, WINDOWS).await["tags"], json!(["production"]));
    assert_eq!(api.call("getFlexMetalServers").with("tag", "game-servers").ok().await, json!([]));
}

#[tokio::test]
async fn tags_are_listed_by_name() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let names = |tags: serde_json::Value| -> Vec<String> {
        tags.as_array().unwrap().iter().map(|it| it["tag"].as_str().unwrap().to_owned()).collect()
    };
    let all = names(api.call("getFlexMetalTags").ok().await);
    assert_eq!(all, ["batch", "game-servers", "production", "spare", "staging"]);
}

#[tokio::test]
async fn two_customers_may_have_a_tag_of_the_same_name() {
    let emulator = Emulator::start();
    let (api, other) = (emulator.api(), emulator.other_customer());
    let theirs = other.call("getFlexMetalTags").ok().await;
    api.call("createFlexMetalTag").body(json!({ "tag": "ingest" })).ok().await;
    api.call("deleteFlexMetalTag").with("tag", "ingest").ok().await;
    assert_eq!(other.call("getFlexMetalTags").ok().await, theirs);
}
