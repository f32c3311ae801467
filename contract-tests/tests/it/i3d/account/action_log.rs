use contract_tests::Emulator;
use serde_json::json;

#[tokio::test]
async fn what_was_done_is_listed_newest_first_and_what_was_refused_is_not() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = api.call("getAccountLogs").ok().await;

    api.call("createFlexMetalTag").body(json!({ "tag": "first" })).ok().await;
    api.call("createFlexMetalTag").body(json!({ "tag": "first" })).expect(422).await;
    api.raw("POST", "/_mock/clock/advance", Some(json!({ "seconds": 3661 }))).await;
    api.call("deleteFlexMetalTag").with("tag", "first").ok().await;

    let log = api.call("getAccountLogs").ok().await;
    assert_eq!(log.as_array().unwrap().len(), before.as_array().unwrap().len() + 2);
    assert_eq!(
        log[0],
        json!({
            "remoteIP": "127.0.0.1",
            "title": "Remove a tag from the account",
            "description": "DELETE /v3/flexMetal/tags/first",
            "date": "2026-01-01",
            "time": "01:01:01",
            "timestamp": 1_767_229_261,
        })
    );
    assert_eq!(log[1]["description"], "POST /v3/flexMetal/tags");
    let theirs = emulator.other_customer().call("getAccountLogs").ok().await;
    assert!(
        theirs
            .as_array()
            .unwrap()
            .iter()
            .all(|entry| entry["description"] != "POST /v3/flexMetal/tags")
    );
}

#[tokio::test]
async fn a_login_is_an_entry_of_whoever_logged_in() {
    let emulator = Emulator::start();
    let harbour = json!({ "userName": "harbour", "password": "harbourPassword" });
    emulator.api().anonymous().call("login").body(harbour).ok().await;
    let theirs = emulator.other_customer().call("getAccountLogs").ok().await;
    assert_eq!(theirs[0]["title"], "Log in");
}
