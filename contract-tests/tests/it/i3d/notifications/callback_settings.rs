use contract_tests::Emulator;
use serde_json::json;

#[tokio::test]
async fn a_callback_lives_from_create_to_delete() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = api.call("getCallbacks").ok().await;

    let new = json!({
        "url": "https://hooks.lighthouse.example/a", "urlDescription": "A", "headers": "X-Key: 1",
    });
    let created = api.call("createCallback").body(new.clone()).ok().await;
    let id = &created[0]["id"];
    assert_eq!((&created[0]["url"], &created[0]["headers"]), (&new["url"], &new["headers"]));
    assert_eq!(api.call("getCallback").with("callbackSettingId", id).ok().await, created);
    let listed = api.call("getCallbacks").ok().await;
    assert_eq!(listed.as_array().unwrap().last(), created.get(0));

    api.call("deleteCallback").with("callbackSettingId", id).ok().await;
    api.call("getCallback").with("callbackSettingId", id).refused(404, 10001).await;
    api.call("deleteCallback").with("callbackSettingId", id).refused(404, 10001).await;
    assert_eq!(api.call("getCallbacks").ok().await, before);

    let again = api.call("createCallback").body(new).ok().await;
    assert_ne!(again[0]["id"], *id, "an id is never given twice");
}

#[tokio::test]
async fn a_change_replaces_what_was_given() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let body = json!({ "url": "http://192.0.2.1:9000/in" });
    let changed = api.call("updateCallback").with("callbackSettingId", 318).body(body).ok().await;
    assert_eq!(changed, json!([{ "id": 318, "url": "http://192.0.2.1:9000/in" }]));
    assert_eq!(api.call("getCallback").with("callbackSettingId", 318).ok().await, changed);
}

#[tokio::test]
async fn a_callback_calls_the_web_and_nothing_else() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = api.call("getCallbacks").ok().await;
    for url in
        ["ftp://lighthouse.example/in", "javascript:alert(1)", "mailto:ops@lighthouse.example"]
    {
        let body = json!({ "url": url });
        let created = api.call("createCallback").body(body.clone()).refused(422, 11001).await;
        assert_eq!(
            created,
            [("url".to_owned(), "must be an http or https URL".to_owned())],
            "{url}"
        );
        let changed = api.call("updateCallback").with("callbackSettingId", 318).body(body);
        assert_eq!(changed.refused(422, 11001).await, created, "{url}");
    }
    assert_eq!(api.call("getCallbacks").ok().await, before);
}
