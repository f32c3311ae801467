//! Copies of a world: kept as snapshots, given back, made into worlds, written to files and read.

use contract_tests::{
    Api, Caller, Emulator, Http, Keys, Sent, Transport, profiles::i3d_v3::PROFILE,
};
use http::Method;
use mock_server::Config;
use serde_json::{Value, json};

use super::{SEEDED_START, body, new_key};

/// Sends a control request that succeeds.
async fn control(api: &Api, method: &str, path: &str, sent: Value) -> Value {
    let sent = if sent.is_null() { None } else { Some(sent) };
    let answer = api.raw(method, path, sent).await;
    assert!((200..300).contains(&answer.status), "{method} {path}: {}", answer.text());
    if answer.body.is_empty() { Value::Null } else { body(&answer) }
}

/// Makes a world and a client of it.
async fn world(emulator: &Emulator, new: Value) -> Api {
    let made = control(&emulator.api(), "POST", "/_mock/worlds", new).await;
    let url = made["url"].as_str().unwrap().to_owned();
    Api::new(&PROFILE, url).with_key(Config::API_KEY)
}

/// Everything that the world shows of itself.
async fn state(api: &Api) -> (Value, Value, Value) {
    let tables = control(api, "GET", "/_mock/state", Value::Null).await;
    let clock = control(api, "GET", "/_mock/clock", Value::Null).await;
    (tables, clock, api.call("getSshKeys").ok().await)
}

#[tokio::test]
async fn a_world_goes_back_to_a_snapshot_with_its_clock() {
    let emulator = Emulator::alone();
    let api = emulator.api();
    api.call("createSshKey").body(new_key()).ok().await;
    api.advance(3_600).await;
    let before = state(&api).await;
    let taken = control(&api, "POST", "/_mock/snapshots", json!({ "name": "built" })).await;
    assert_eq!(taken["at"], SEEDED_START + 3_600);
    assert!(taken["bytes"].as_u64().unwrap() > 100_000);
    api.call("createSshKey").body(new_key()).ok().await;
    api.advance(60).await;
    assert_ne!(state(&api).await, before);
    let to = json!({ "snapshot": "built" });
    control(&api, "POST", "/_mock/worlds/main/restore", to).await;
    assert_eq!(state(&api).await, before);
    // That is its beginning now.
    api.call("createSshKey").body(new_key()).ok().await;
    control(&api, "POST", "/_mock/reset", Value::Null).await;
    assert_eq!(state(&api).await, before);
}

#[tokio::test]
async fn a_copy_equals_its_origin_and_then_goes_its_own_way() {
    let emulator = Emulator::alone();
    let origin = world(&emulator, json!({ "name": "origin" })).await;
    origin.call("createSshKey").body(new_key()).ok().await;
    origin.advance(60).await;
    let copy = world(&emulator, json!({ "from": "origin" })).await;
    let same = state(&origin).await;
    assert_eq!(state(&copy).await, same);
    // The same request gives the same bytes in both, because their seed is the same.
    let next = async |api: &Api| api.call("createSshKey").body(new_key()).ok().await;
    assert_eq!(next(&origin).await, next(&copy).await);
    next(&copy).await;
    assert_ne!(state(&origin).await, state(&copy).await);
    control(&copy, "POST", "/_mock/reset", Value::Null).await;
    assert_eq!(state(&copy).await, same);
}

#[tokio::test]
async fn a_snapshot_outlives_its_world_and_any_number_of_worlds_begin_with_it() {
    let emulator = Emulator::alone();
    let api = emulator.api();
    let origin = world(&emulator, json!({ "name": "origin" })).await;
    origin.call("createSshKey").body(new_key()).ok().await;
    let built = state(&origin).await;
    let taken = control(&origin, "POST", "/_mock/snapshots", Value::Null).await;
    let name = taken["name"].as_str().unwrap();
    assert_eq!(taken["world"], "origin");
    control(&api, "DELETE", "/_mock/worlds/origin", Value::Null).await;
    for _ in 0..2 {
        assert_eq!(state(&world(&emulator, json!({ "from": name })).await).await, built);
    }
    let all = control(&api, "GET", "/_mock/snapshots", Value::Null).await;
    assert_eq!(all, json!({ "snapshots": [taken] }));
    let of_main = control(&api, "GET", "/_mock/worlds/main/snapshots", Value::Null).await;
    assert_eq!(of_main, json!({ "snapshots": [] }));
    let path = format!("/_mock/snapshots/{name}");
    assert_eq!(control(&api, "GET", &path, Value::Null).await, taken);
    // What began with it still goes back to it when it is removed.
    control(&api, "DELETE", &path, Value::Null).await;
    let copy = Api::new(&PROFILE, format!("{}/_in/w2", emulator.url())).with_key(Config::API_KEY);
    copy.call("createSshKey").body(new_key()).ok().await;
    control(&copy, "POST", "/_mock/reset", Value::Null).await;
    assert_eq!(state(&copy).await, built);
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_is_refused_with_the_reason() {
    let emulator = Emulator::alone();
    let api = emulator.api();
    control(&api, "POST", "/_mock/snapshots", json!({ "name": "taken" })).await;
    for (method, path, sent, status, why) in [
        ("POST", "/_mock/snapshots", json!({ "name": "taken" }), 409, "choose another one"),
        ("POST", "/_mock/snapshots", json!({ "name": "main" }), 409, "choose another one"),
        ("POST", "/_mock/snapshots", json!({ "name": "a b" }), 400, "letters, digits"),
        ("POST", "/_mock/snapshots", json!({ "colour": 1 }), 400, "unknown field"),
        ("POST", "/_mock/worlds", json!({ "name": "taken" }), 409, "choose another one"),
        ("POST", "/_mock/restore", json!({ "snapshot": "no" }), 404, "no snapshot has this name"),
        ("POST", "/_mock/restore", json!({}), 400, "missing field `snapshot`"),
        ("GET", "/_mock/snapshots/no", Value::Null, 404, "no snapshot has this name"),
        ("GET", "/_mock/snapshots/no/export", Value::Null, 404, "no snapshot has this name"),
        ("DELETE", "/_mock/snapshots/no", Value::Null, 404, "no snapshot has this name"),
    ] {
        let refused = api.raw(method, path, Some(sent)).await;
        assert_eq!(refused.status, status, "{method} {path}");
        assert!(refused.text().contains(why), "{}", refused.text());
    }
}

/// Makes a world of a file.
async fn import(emulator: &Emulator, name: &str, file: Vec<u8>) -> (u16, String) {
    let sent = Sent {
        route: None,
        caller: Caller::Nobody,
        method: Method::POST,
        target: format!("/_mock/worlds?name={name}"),
        headers: vec![("content-type".to_owned(), "application/vnd.sqlite3".to_owned())],
        body: file,
    };
    let http = Http::new(emulator.url(), &PROFILE, Keys::default());
    let answer = http.send(&sent).await.expect("an answer");
    (answer.status, answer.text())
}

#[tokio::test]
async fn an_export_becomes_a_world_again_by_import_and_as_a_database() {
    let emulator = Emulator::alone();
    let api = emulator.api();
    api.call("createSshKey").body(new_key()).ok().await;
    api.advance(60).await;
    let built = state(&api).await;
    let file = api.raw("GET", "/_mock/export", None).await;
    assert_eq!(file.headers["content-type"], "application/vnd.sqlite3");
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"main.db\"");
    let other = Emulator::alone();
    assert_eq!(import(&other, "imported", file.body.clone()).await.0, 201);
    let url = format!("{}/_in/imported", other.url());
    let imported = Api::new(&PROFILE, url).with_key(Config::API_KEY);
    assert_eq!(state(&imported).await, built);
    control(&imported, "POST", "/_mock/snapshots", json!({ "name": "again" })).await;
    let again = imported.raw("GET", "/_mock/snapshots/again/export", None).await;

    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("kept.db");
    for file in [file.body, again.body] {
        std::fs::write(&db, file).unwrap();
        let config = Config { db: Some(db.clone()), seed: Some(1), ..Config::default() };
        assert_eq!(state(&Emulator::with(config).api()).await, built);
    }
}

#[tokio::test]
async fn a_file_that_holds_no_world_of_this_build_is_refused_with_a_sentence() {
    let emulator = Emulator::alone();
    let api = emulator.api();
    let mut other_version = api.raw("GET", "/_mock/export", None).await.body;
    // Where SQLite keeps the version of the tables.
    other_version[60] ^= 1;
    for (file, why) in [
        (Vec::new(), "it is empty"),
        (b"no database, but long enough to look at".repeat(30), "no usable SQLite database"),
        (other_version, "this build needs"),
    ] {
        let (status, text) = import(&emulator, "none", file).await;
        assert_eq!(status, 422, "{text}");
        assert!(text.contains(why), "{text}");
        // The name is free again.
        assert_eq!(api.raw("GET", "/_mock/worlds/none", None).await.status, 404);
    }
}
