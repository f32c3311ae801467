//! The journal of a world: what it has, what is wanted of it, and whether it is as it was meant.

use std::time::Duration;

use contract_tests::{Api, Emulator, Received};
use http::Method;
use mock_server::Config;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{SSH_KEYS, UNKNOWN_KEY, body, new_key, with_headers};

async fn get(api: &Api, path: &str) -> Value {
    let answer = api.raw("GET", path, None).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    body(&answer)
}

/// The exchanges of a list, by number.
async fn ids(api: &Api, path: &str) -> Vec<u64> {
    let list = get(api, path).await;
    list["exchanges"].as_array().unwrap().iter().map(|it| it["id"].as_u64().unwrap()).collect()
}

async fn ask(api: &Api, what: &str, question: Value) -> Received {
    api.raw("POST", &format!("/_mock/{what}"), Some(question)).await
}

/// A world with exchanges of many sorts, which are numbered here.
async fn lived_in() -> Emulator {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.call("createSshKey").body(new_key()).ok().await; // 1
    api.call("getSshKeys").with("shade", "dark").ok().await; // 2
    api.raw("GET", UNKNOWN_KEY, None).await; // 3
    api.raw("GET", "/v3/nothing/here", None).await; // 4
    api.raw("PATCH", SSH_KEYS, Some(json!({}))).await; // 5
    api.call("createSshKey").body(json!({ "name": 7 })).response().await; // 6
    with_headers(&emulator, Method::GET, SSH_KEYS, &[("PRIVATE-TOKEN", "nobody's")]).await; // 7
    emulator
}

#[tokio::test]
async fn every_exchange_is_listed_with_all_that_was_found_out_about_it() {
    let emulator = lived_in().await;
    let list = get(&emulator.api(), "/_mock/journal").await;
    assert_eq!(list["dropped"], 0);
    let all = list["exchanges"].as_array().unwrap();
    let column = |name: &str| all.iter().map(|it| it[name].clone()).collect::<Value>();
    assert_eq!(column("id"), json!([1, 2, 3, 4, 5, 6, 7]));
    assert_eq!(column("status"), json!([200, 200, 404, 404, 405, 422, 401]));
    let (create, list, one) = ("createSshKey", "getSshKeys", "getSshKey");
    assert_eq!(column("operation"), json!([create, list, one, null, null, create, list]));
    assert_eq!(column("account"), json!([100_123, 100_123, 100_123, null, null, 100_123, null]));
    let unmatched = json!([null, null, null, "path", "method", "contract", null]);
    assert_eq!(column("unmatched"), unmatched);
    assert_eq!(all[1]["unknownProperties"], json!(["shade"]));
    assert_eq!(all[0]["request"]["body"], new_key());
    assert_eq!(all[0]["body"][0]["name"], "laptop");
    assert_eq!(all[1]["body"].as_array().unwrap().len(), 3, "the answer to a read");
    assert_eq!(all[1]["request"]["query"], "shade=dark");
    assert_eq!(all[3]["request"]["path"], "/v3/nothing/here");
    assert_eq!(ids(&emulator.api(), "/_mock/unmatched").await, [4, 5, 6]);
}

#[tokio::test]
async fn no_secret_is_in_it() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let token = "idcloudhostDemoToken0123456789AB";
    let machines = format!("/v1/user-resource/vm/list?apikey={token}");
    with_headers(&emulator, Method::GET, &machines, &[]).await;
    let login = json!({ "username": "sanne@lighthouse.example", "password": "SecretOfThisTest" });
    api.call("login").body(login).response().await;
    let headers =
        [("PRIVATE-TOKEN", Config::API_KEY), ("Authorization", "Bearer SecretOfThisTest")];
    with_headers(&emulator, Method::GET, SSH_KEYS, &headers).await;
    // The key of one API, sent to another one and to a page.
    for path in ["/v1/user-resource/vm/list", "/pay/none"] {
        with_headers(&emulator, Method::GET, path, &headers).await;
    }
    for format in ["", "?format=har"] {
        let journal = api.raw("GET", &format!("/_mock/journal{format}"), None).await.text();
        for secret in [token, Config::API_KEY, "SecretOfThisTest"] {
            assert!(!journal.contains(secret), "{secret} is in {journal}");
        }
    }
    let guessed = "/_mock/journal?text=SecretOfThisTest";
    assert_eq!(ids(&api, guessed).await, [0; 0]);
}

#[tokio::test]
async fn what_is_wanted_of_it_is_picked() {
    let emulator = lived_in().await;
    let api = emulator.api();
    for (filter, expected) in [
        ("operation=createSshKey", vec![1, 6]),
        ("operation=*SshKey*", vec![1, 2, 3, 6, 7]),
        ("status=404", vec![3, 4]),
        ("status=4xx&operation=*Key", vec![3, 6]),
        ("since=5", vec![6, 7]),
        ("key=nobody%27s", vec![7]),
        ("text=laptop", vec![1, 2]),
        ("text=shade", vec![2]),
        ("text=nothing/here", vec![4]),
    ] {
        assert_eq!(ids(&api, &format!("/_mock/journal?{filter}")).await, expected, "{filter}");
    }
    let unknown = api.raw("GET", "/_mock/journal?colour=green", None).await;
    assert_eq!(unknown.status, 400);
}

#[tokio::test]
async fn as_an_archive_it_has_every_exchange() {
    let emulator = lived_in().await;
    let har = get(&emulator.api(), "/_mock/journal?format=har").await;
    let entries = har["log"]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 7);
    assert_eq!(entries[0]["startedDateTime"], "2026-01-01T00:00:00Z");
    assert_eq!(entries[0]["request"]["postData"]["text"], new_key().to_string());
    let url = entries[1]["request"]["url"].as_str().unwrap();
    assert!(
        url.starts_with("http://127.0.0.1:") && url.ends_with("/v3/sshKey?shade=dark"),
        "{url}"
    );
    assert_eq!(entries[1]["response"]["status"], 200);
}

#[tokio::test]
async fn who_follows_it_is_told_each_exchange_when_it_happens() {
    let emulator = Emulator::alone();
    let api = emulator.api();
    api.call("getSshKeys").ok().await;
    let mut stream =
        TcpStream::connect(emulator.url().strip_prefix("http://").unwrap()).await.unwrap();
    let request = "GET /_mock/journal?operation=*SshKey* HTTP/1.1\r\nHost: localhost\r\n\
                   Accept: text/event-stream\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut heard = String::new();
    let mut until = async |text: &str| {
        while !heard.contains(text) {
            let mut part = [0; 4096];
            let read = stream.read(&mut part).await.unwrap();
            assert!(read > 0, "{heard}");
            heard.push_str(&String::from_utf8_lossy(&part[..read]));
        }
    };
    until("\"id\":1,").await;
    api.call("getTickets").ok().await;
    api.call("createSshKey").body(new_key()).ok().await;
    until("\"id\":3,").await;
    assert!(heard.contains("text/event-stream") && heard.contains("createSshKey"), "{heard}");
    assert!(!heard.contains("getTickets"), "{heard}");
}

#[tokio::test]
async fn what_was_called_as_often_as_meant_is_verified() {
    let emulator = lived_in().await;
    let api = emulator.api();
    for (question, matched) in [
        (json!({ "operation": "createSshKey" }), json!([1, 6])),
        (json!({ "operation": "createSshKey", "body": { "/name": "laptop" } }), json!([1])),
        (json!({ "operation": "createSshKey", "times": { "exactly": 2 } }), json!([1, 6])),
        (json!({ "operation": "deleteSshKey", "times": { "exactly": 0 } }), json!([])),
        (
            json!({ "status": "4xx", "times": { "at_least": 3, "at_most": 5 } }),
            json!([3, 4, 5, 6, 7]),
        ),
        (json!({ "method": "GET", "path": "/v3/sshKey*", "since": 2 }), json!([3, 7])),
        (
            json!({ "in_order": [{ "operation": "createSshKey" }, { "status": 405 }] }),
            json!([1, 5]),
        ),
    ] {
        let answer = ask(&api, "verify", question.clone()).await;
        assert_eq!(
            (answer.status, body(&answer)),
            (200, json!({ "matched": matched })),
            "{question}"
        );
    }
}

#[tokio::test]
async fn what_was_not_called_is_told_with_the_nearest_miss() {
    let emulator = lived_in().await;
    let api = emulator.api();
    let missed = async |question: Value| {
        let answer = ask(&api, "verify", question).await;
        assert_eq!(answer.status, 422, "{}", answer.text());
        body(&answer)
    };
    let question = json!({ "operation": "createSshKey", "body": { "/name": "desktop" } });
    let told = missed(question.clone()).await;
    assert_eq!(told["error"], "no such call was made, not at least 1");
    assert_eq!(told["asked"], question);
    let nearest = &told["nearest"][0];
    assert_eq!(nearest["id"], 6);
    assert_eq!(nearest["differs"], json!(["body /name is 7, not \"desktop\""]));
    let differs = json!(["body /name is \"laptop\", not \"desktop\""]);
    assert_eq!(told["nearest"][1]["differs"], differs);

    let often = missed(json!({ "operation": "createSshKey", "times": { "exactly": 3 } })).await;
    assert_eq!(often["error"], "2 such calls were made, not exactly 3");
    assert_eq!(often["matched"], json!([1, 6]));
    let order = json!({ "in_order": [{ "status": 405 }, { "operation": "getSshKey" }] });
    let told = missed(order).await;
    assert_eq!(told["error"], "call 2 of the order was not made after exchange 5");
}

#[tokio::test]
async fn calls_that_nothing_asked_for_are_found() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.call("createSshKey").body(new_key()).ok().await;
    api.call("getTickets").ok().await;
    ask(&api, "verify", json!({ "operation": "createSshKey" })).await;
    let other = ask(&api, "verify", json!({ "none_other": true })).await;
    assert_eq!((other.status, &body(&other)["other"][0]["id"]), (422, &json!(2)));
    ask(&api, "verify", json!({ "operation": "getTickets" })).await;
    assert_eq!(ask(&api, "verify", json!({ "none_other": true })).await.status, 200);
}

#[tokio::test]
async fn who_expects_a_call_waits_until_it_is_made() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let expected = json!({ "operation": "createSshKey", "within_s": 30 });
    let call = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        api.call("createSshKey").body(new_key()).ok().await;
    };
    let (answer, ()) = tokio::join!(ask(&api, "expect", expected), call);
    assert_eq!((answer.status, body(&answer)), (200, json!({ "matched": [1] })));
    let in_vain = json!({ "operation": "deleteSshKey", "within_s": 0.01 });
    let answer = ask(&api, "expect", in_vain).await;
    assert_eq!((answer.status, &body(&answer)["nearest"][0]["id"]), (422, &json!(1)));
}

#[tokio::test]
async fn a_question_that_cannot_be_understood_is_refused_with_the_reason() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for (what, question, why) in [
        ("verify", json!({ "colour": "green" }), "unknown field `colour`"),
        ("verify", json!({ "times": { "often": 1 } }), "times: unknown field `often`"),
        ("verify", json!({ "none_other": true, "since": 1 }), "none_other: give true"),
        ("verify", json!({ "in_order": [], "times": {} }), "times: it belongs to a call"),
        ("verify", json!({ "in_order": {} }), "in_order: invalid type"),
        ("verify", json!([]), "invalid type"),
        ("expect", json!({ "within_s": 61 }), "within_s: give seconds, 60 at most"),
        ("expect", json!({ "within_s": -1 }), "within_s: give seconds, 60 at most"),
    ] {
        let answer = ask(&api, what, question).await;
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert!(answer.text().contains(why), "{}", answer.text());
    }
}
