//! What the server does with every request alike: credentials, paths, methods, bodies, ranges.

use contract_tests::{Emulator, Received};
use mock_server::Config;
use serde_json::{Map, Value, json};

use super::{SSH_KEYS, UNKNOWN_KEY, body, new_key};

/// Status and code of a refusal, which is worded as every refusal is.
fn refusal(answer: &Received) -> (u16, i64) {
    assert_eq!(answer.headers["content-type"], "application/json");
    let body = body(answer);
    assert!(body["errorMessage"].is_string() && body["errors"].is_array(), "{body}");
    (answer.status, body["errorCode"].as_i64().unwrap_or_default())
}

#[tokio::test]
async fn bad_credentials_are_refused_before_anything_else_is_looked_at() {
    let emulator = Emulator::start();
    for api in [emulator.api().anonymous(), emulator.api().with_key("NobodyHasThisKey0000")] {
        for (method, path, body) in [
            ("GET", SSH_KEYS, None),
            ("GET", UNKNOWN_KEY, None),
            ("GET", "/v3/sshKey/no-uuid", None),
            ("GET", "/v3/sshKey?colour=red", None),
            ("DELETE", UNKNOWN_KEY, None),
            ("POST", SSH_KEYS, None),
            ("POST", SSH_KEYS, Some(json!({}))),
            ("POST", SSH_KEYS, Some("x".repeat(11 << 20).into())),
        ] {
            let answer = refusal(&api.raw(method, path, body).await);
            assert_eq!(answer, (401, 10004), "{method} {path}");
        }
        let bad_range = api.call("getTickets").range("x").send().await;
        assert_eq!(bad_range.status, 401);
    }
}

#[tokio::test]
async fn an_unknown_path_is_404_with_and_without_a_key() {
    let emulator = Emulator::start();
    for api in [emulator.api(), emulator.api().anonymous()] {
        for path in [
            "/",
            "/v3",
            "/v3/",
            "/v3/sshKeys",
            "/v3/sshKey/a/b",
            "/v2/sshKey",
            "/v3//sshKey",
            "/v3/sshkey",
        ] {
            assert_eq!(refusal(&api.raw("GET", path, None).await), (404, 10012), "{path}");
        }
    }
    let no_text = emulator.api().raw("GET", "/v3/sshKey/%FF", None).await;
    assert_eq!(refusal(&no_text), (404, 10012));
}

#[tokio::test]
async fn refusals_are_worded_like_this() {
    let emulator = Emulator::start();
    let (api, nobody) = (emulator.api(), emulator.api().anonymous());
    let mut said = String::new();
    for (who, method, path, body) in [
        (&nobody, "GET", SSH_KEYS, None),
        (&api, "GET", UNKNOWN_KEY, None),
        (&api, "GET", "/v3/tickets/abc", None),
        (&api, "GET", "/v3/nothing", None),
        (&api, "PATCH", SSH_KEYS, None),
        (&api, "POST", SSH_KEYS, Some(json!({ "publicKey": 7 }))),
        (&api, "GET", "/v3/flexMetal/servers?status=gone", None),
    ] {
        let answer = who.raw(method, path, body).await;
        said += &format!("{} {}\n", answer.status, answer.text());
    }
    insta::assert_snapshot!(said, @r#"
    401 {"errorCode":10004,"errorMessage":"Unauthenticated / invalid credentials for API request","errors":[]}
    404 {"errorCode":10001,"errorMessage":"Entity not found","errors":[]}
    404 {"errorCode":10012,"errorMessage":"API route not found","errors":[]}
    404 {"errorCode":10012,"errorMessage":"API route not found","errors":[]}
    405 {"errorCode":10000,"errorMessage":"Method not allowed","errors":[]}
    422 {"errorCode":11001,"errorMessage":"Errors in form","errors":[{"property":"name","message":"is required"},{"property":"publicKey","message":"must be of type string"}]}
    400 {"errorCode":10008,"errorMessage":"An invalid parameter was provided","errors":[{"property":"status","message":"Invalid status, the possible values are: creating, provisioning, delivered, failed, releasing, released"}]}
    "#);
}

#[tokio::test]
async fn a_slash_at_the_end_makes_no_difference() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let listed = body(&api.raw("GET", SSH_KEYS, None).await);
    assert_eq!(body(&api.raw("GET", "/v3/sshKey/", None).await), listed);
    let one = format!("{SSH_KEYS}/{}/", listed[0]["uuid"].as_str().unwrap());
    assert_eq!(body(&api.raw("GET", &one, None).await), json!([listed[0]]));
    assert_eq!(api.raw("POST", "/v3/sshKey/", Some(new_key())).await.status, 200);
}

#[tokio::test]
async fn a_path_says_which_methods_it_has() {
    let emulator = Emulator::start();
    let api = emulator.api().anonymous();
    for (path, allow) in
        [(SSH_KEYS, "GET, POST, HEAD, OPTIONS"), (UNKNOWN_KEY, "GET, DELETE, HEAD, OPTIONS")]
    {
        let refused = api.raw("PATCH", path, None).await;
        assert_eq!(refused.headers["allow"], allow);
        assert_eq!(refusal(&refused), (405, 10000));
        let options = api.raw("OPTIONS", path, None).await;
        assert_eq!((options.status, &options.headers["allow"]), (204, &allow.parse().unwrap()));
        assert!(options.body.is_empty());
    }
    let only_put = api.raw("HEAD", "/v3/tickets/1/open", None).await;
    assert_eq!(only_put.status, 405);
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let emulator = Emulator::start();
    let get = emulator.api().raw("GET", SSH_KEYS, None).await;
    let head = emulator.api().raw("HEAD", SSH_KEYS, None).await;
    assert_eq!(head.status, get.status);
    for name in ["content-type", "content-length"] {
        assert_eq!(head.headers[name], get.headers[name]);
    }
    assert!(head.body.is_empty());
    assert_eq!(emulator.api().raw("HEAD", UNKNOWN_KEY, None).await.status, 404);
    assert_eq!(emulator.api().anonymous().raw("HEAD", SSH_KEYS, None).await.status, 401);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_400() {
    let emulator = Emulator::start();
    let deep = "[".repeat(100_000);
    for text in ["", "{", "name=laptop", "{\"name\": \"laptop\",}", "{} {}", "\u{feff}{}", &deep] {
        let refused = emulator.api().call("createSshKey").text(text).send().await;
        assert_eq!(refused.json()["errorCode"], 10008, "{text:.20}: {}", refused.text());
        assert_eq!(refused.status, 400);
    }
}

#[tokio::test]
async fn a_get_may_say_that_it_is_json_and_carry_a_body() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.call("getSshKeys").header("content-type", "application/json").ok().await;
    api.call("getSshKeys").text("{").ok().await;
}

#[tokio::test]
async fn a_body_of_more_than_10_mib_is_413() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let of_size = |size: usize| {
        let frame = json!({ "name": "", "publicKey": "no key" }).to_string().len();
        let body = json!({ "name": "x".repeat(size - frame), "publicKey": "no key" });
        api.call("createSshKey").body(body)
    };
    of_size(10 << 20).refused(422, 11001).await;
    of_size((10 << 20) + 1).refused(413, 10000).await;
    of_size(20 << 20).refused(413, 10000).await;
}

#[tokio::test]
async fn a_range_may_stand_once() {
    let emulator = Emulator::start();
    emulator.api().call("getTickets").range("start=0").range("results=5").refused(400, 10008).await;
}

#[tokio::test]
async fn success_without_content_has_neither_body_nor_type() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let keys = api.call("getSshKeys").ok().await;
    let deleted =
        api.call("deleteSshKey").with("uuid", keys[0]["uuid"].as_str().unwrap()).send().await;
    assert_eq!((deleted.status, deleted.body.len()), (204, 0));
    for name in ["content-type", "content-length", "transfer-encoding"] {
        assert!(!deleted.headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn what_the_contract_does_not_know_is_ignored_and_noted() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let with_colour = || {
        let mut key = new_key();
        key["colour"] = "red".into();
        api.call("createSshKey").body(key)
    };
    with_colour().ok().await;
    with_colour().ok().await;
    api.call("getSshKeys").with("shade", "dark").ok().await;
    let noted = body(&api.raw("GET", "/_mock/violations", None).await);
    assert_eq!(noted["violations"], json!([]));
    assert_eq!(
        noted["unknownProperties"],
        json!([
            { "operation": "createSshKey", "property": "colour", "count": 2 },
            { "operation": "getSshKeys", "property": "shade", "count": 1 },
        ])
    );

    let strict = Emulator::with(Config { strict: true, ..Config::default() });
    let api = strict.api();
    let mut key = new_key();
    key["colour"] = "red".into();
    let refused = |name: &str| vec![(name.to_owned(), "is not a known property".to_owned())];
    assert_eq!(api.call("createSshKey").body(key).refused(422, 11001).await, refused("colour"));
    let shade = api.call("getSshKeys").with("shade", "dark");
    assert_eq!(shade.refused(400, 10008).await, refused("shade"));
    api.call("createSshKey").body(new_key()).ok().await;
}

#[tokio::test]
async fn however_much_is_wrong_or_unknown_an_answer_and_the_notes_stay_small() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let name = "n".repeat(1 << 20);
    let many: Map<String, Value> =
        (0..20_000).map(|number| (format!("{number}"), json!(1))).collect();
    for body in [json!({ name.clone(): 1, "tag": "a" }), Value::Object(many)] {
        api.raw("POST", "/v3/flexMetal/tags", Some(body)).await;
    }
    let wrong = json!({ "title": "x", "content": "x", "category": "x", "department": "x",
        "attachmentIds": vec!["none"; 50_000] });
    let refused = api.raw("POST", "/v3/tickets", Some(wrong)).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.len() < 50_000, "{} bytes", refused.body.len());
    assert!(refused.text().contains("more faults"), "{}", refused.text());
    let noted = api.raw("GET", "/_mock/violations", None).await;
    assert!(noted.body.len() < 50_000, "{} bytes", noted.body.len());
    assert!(noted.text().contains(&format!("{}...", "n".repeat(200))));
}
