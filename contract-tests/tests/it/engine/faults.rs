//! Faults on demand: which requests go wrong, how, and what is left of them.

use std::{io, time::Duration};

use contract_tests::{Api, Emulator, Received};
use http::Method;
use mock_server::Config;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{SSH_KEYS, body, new_key, with_headers};

/// An emulator whose world has these rules.
async fn with(rules: Value) -> Emulator {
    let emulator = Emulator::start();
    let put = emulator.api().raw("PUT", "/_mock/faults", Some(rules)).await;
    assert_eq!(put.status, 200, "{}", put.text());
    emulator
}

async fn create(api: &Api) -> Received {
    api.raw("POST", SSH_KEYS, Some(new_key())).await
}

async fn statuses(api: &Api, count: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(create(api).await.status);
    }
    statuses
}

async fn keys(api: &Api) -> usize {
    let keys = body(&api.raw("GET", SSH_KEYS, None).await);
    keys.as_array().unwrap().len()
}

#[tokio::test]
async fn exactly_the_third_request_fails_in_the_words_of_the_api_and_is_not_carried_out() {
    let then = json!({ "status": 503, "retry_after": 2 });
    let emulator = with(
        json!([{ "match": { "operation": "createSshKey" }, "when": { "nth": 3 }, "then": then }]),
    )
    .await;
    let api = emulator.api();
    let before = keys(&api).await;
    assert_eq!(statuses(&api, 2).await, [200, 200]);
    let third = create(&api).await;
    assert_eq!((third.status, &third.headers["retry-after"]), (503, &"2".parse().unwrap()));
    let message =
        json!({ "errorCode": 10_000, "errorMessage": "Service unavailable", "errors": [] });
    assert_eq!(body(&third), message);
    assert_eq!(create(&api).await.status, 200);
    assert_eq!(keys(&api).await, before + 3);
    let rules = body(&api.raw("GET", "/_mock/faults", None).await);
    assert_eq!(
        (&rules["faults"][0]["matched"], &rules["faults"][0]["fired"]),
        (&json!(4), &json!(1))
    );
    let journal = body(&api.raw("GET", "/_mock/journal?status=503", None).await);
    assert_eq!(journal["exchanges"][0]["fault"], "rule 1");
}

#[tokio::test]
async fn each_api_refuses_in_its_own_words() {
    let emulator = with(json!([{ "then": { "status": 500 } }])).await;
    let warren = "/v1/user-resource/vm/list";
    let key = [("apikey", "idcloudhostDemoToken0123456789AB")];
    let refused = with_headers(&emulator, Method::GET, warren, &key).await;
    assert_eq!((refused.status, body(&refused)["message"].is_string()), (500, true));
    let refused = create(&emulator.api()).await;
    assert_eq!((refused.status, &body(&refused)["errorCode"]), (500, &json!(10_007)));
}

#[tokio::test]
async fn the_first_rule_that_fires_decides() {
    let of = |body: Value| json!({ "operation": "createSshKey", "body": body });
    let rules = json!([
        { "name": "laptops", "match": of(json!({ "/name": "laptop" })), "when": { "after": 1 },
          "then": { "status": 409 } },
        { "name": "rest", "match": { "method": "POST", "path": "/v3/ssh*" }, "when": { "every": 2 },
          "then": { "status": 422, "message": "Not now" } },
        { "match": { "key": "another" }, "then": { "status": 401 } },
    ]);
    let emulator = with(rules).await;
    let api = emulator.api();
    // The second rule is asked only where the first one does not fire.
    assert_eq!(statuses(&api, 3).await, [200, 409, 409]);
    let desktop = json!({ "name": "desktop", "publicKey": super::PUBLIC_KEY });
    let refused = api.raw("POST", SSH_KEYS, Some(desktop)).await;
    assert_eq!((refused.status, &body(&refused)["errorMessage"]), (422, &json!("Not now")));
    assert_eq!(api.raw("GET", SSH_KEYS, None).await.status, 200);
}

#[tokio::test]
async fn a_probability_is_drawn_by_the_seed() {
    let rule = json!([{ "when": { "probability": 0.5 }, "then": { "status": 500 } }]);
    let (one, other) = (with(rule.clone()).await, with(rule).await);
    let drawn = statuses(&one.api(), 20).await;
    assert_eq!(statuses(&other.api(), 20).await, drawn);
    let failed = drawn.iter().filter(|status| **status == 500).count();
    assert!((4..=16).contains(&failed), "{drawn:?}");
}

#[tokio::test]
async fn a_client_asks_for_a_fault_of_one_request() {
    let emulator = Emulator::start();
    let key = ("PRIVATE-TOKEN", Config::API_KEY);
    for (header, status) in [
        (("Mock-Fault", "503"), 503),
        (("Mock-Fault", r#"{"status": 404}"#), 404),
        (("Prefer", "code=500"), 500),
        (("Prefer", "return=minimal, code=429"), 429),
        (("Prefer", "return=minimal"), 200),
    ] {
        let answer = with_headers(&emulator, Method::GET, SSH_KEYS, &[key, header]).await;
        assert_eq!(answer.status, status, "{header:?}");
    }
    for header in [("Mock-Fault", "often"), ("Prefer", "code=7")] {
        let answer = with_headers(&emulator, Method::GET, SSH_KEYS, &[key, header]).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains(header.0), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_body_is_damaged_and_the_journal_has_the_whole_one() {
    let rule = |damage: &str| json!([{ "match": { "method": "GET" }, "then": { "body": damage } }]);
    for damage in ["truncated", "malformed"] {
        let emulator = with(rule(damage)).await;
        let answer = emulator.api().raw("GET", SSH_KEYS, None).await;
        assert_eq!(answer.status, 200);
        assert!(serde_json::from_slice::<Value>(&answer.body).is_err(), "{}", answer.text());
        let journal = body(&emulator.api().raw("GET", "/_mock/journal", None).await);
        assert!(journal["exchanges"][0]["body"].is_array());
    }
}

#[tokio::test]
async fn a_stale_read_answers_what_it_answered_before() {
    let about = json!({ "operation": "getSshKeys" });
    let rule = json!({ "match": about, "when": { "nth": 2 }, "then": { "stale": true } });
    let emulator = with(json!([rule])).await;
    let api = emulator.api();
    let before = keys(&api).await;
    create(&api).await;
    assert_eq!([keys(&api).await, keys(&api).await], [before, before + 1]);
}

#[tokio::test]
async fn an_answer_is_held_back() {
    let rule = json!([{ "then": { "delay_ms": [40, 60], "delay_ms_per_kb": 0.1 } }]);
    let emulator = with(rule).await;
    let began = std::time::Instant::now();
    assert_eq!(create(&emulator.api()).await.status, 200);
    assert!(began.elapsed().as_millis() >= 40);
}

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_come_back() {
    let emulator = Emulator::start();
    let clock = json!({ "now": 1_000_000, "frozen": true });
    let new = json!({ "settings": { "rate_limit": "2/m" }, "clock": clock });
    let made = body(&emulator.api().raw("POST", "/_mock/worlds", Some(new)).await);
    let url = made["url"].as_str().unwrap().to_owned();
    let api = Api::new(&contract_tests::profiles::i3d_v3::PROFILE, url).with_key(Config::API_KEY);
    assert_eq!(statuses(&api, 3).await, [200, 200, 429]);
    let limited = create(&api).await;
    assert_eq!(limited.headers["retry-after"], "20");
    assert_eq!(body(&limited)["errorMessage"], "Too many requests");
    let other = api.with_key(contract_tests::profiles::i3d_v3::PROFILE.demo_keys.other);
    assert_eq!(create(&other).await.status, 200);
    api.advance(20).await;
    assert_eq!(create(&api).await.status, 200);
}

#[tokio::test]
async fn rules_are_added_removed_and_gone_after_a_reset() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let names = async || {
        let list = body(&api.raw("GET", "/_mock/faults", None).await);
        list["faults"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect::<Value>()
    };
    let rule = json!({ "name": "down", "then": { "status": 500 } });
    let added = api.raw("POST", "/_mock/faults", Some(rule.clone())).await;
    assert_eq!((added.status, body(&added)), (201, json!({ "name": "down" })));
    api.raw("POST", "/_mock/faults", Some(json!({ "then": { "stale": true } }))).await;
    assert_eq!(names().await, json!(["down", "rule 2"]));
    assert_eq!(create(&api).await.status, 500);
    let remove = async || api.raw("DELETE", "/_mock/faults/down", None).await.status;
    assert_eq!([remove().await, remove().await], [204, 404]);
    assert_eq!(create(&api).await.status, 200);
    api.raw("PUT", "/_mock/faults", Some(json!([rule]))).await;
    api.raw("POST", "/_mock/reset", None).await;
    assert_eq!(names().await, json!([]));
    api.raw("POST", "/_mock/faults", Some(json!({ "then": { "stale": true } }))).await;
    assert_eq!(api.raw("DELETE", "/_mock/faults", None).await.status, 204);
    assert_eq!(names().await, json!([]));
}

#[tokio::test]
async fn a_rule_that_cannot_be_is_refused_with_its_number_and_changes_nothing() {
    let emulator = with(json!([{ "then": { "status": 503 } }])).await;
    let api = emulator.api();
    for (rules, why) in [
        (json!([{ "then": { "stale": true } }, { "then": {} }]), "rule 2: give a status"),
        (json!([{ "match": { "colour": 1 }, "then": { "status": 500 } }]), "rule 1: unknown field"),
        (json!([{}]), "rule 1: missing field `then`"),
        (json!({}), "invalid type"),
    ] {
        let refused = api.raw("PUT", "/_mock/faults", Some(rules)).await;
        assert_eq!(refused.status, 400, "{}", refused.text());
        assert!(refused.text().contains(why), "{}", refused.text());
    }
    assert_eq!(create(&api).await.status, 503);
}

#[tokio::test]
async fn a_file_has_the_rules_of_every_world_at_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("faults.yaml");
    let rules = "- name: down\n  match: {operation: createSshKey}\n  then: {status: 503}\n";
    std::fs::write(&file, rules).unwrap();
    let config = Config { faults: Some(file.clone()), seed: Some(1), ..Config::default() };
    let emulator = Emulator::with(config.clone());
    let api = emulator.api();
    assert_eq!(create(&api).await.status, 503);
    api.raw("DELETE", "/_mock/faults", None).await;
    assert_eq!(create(&api).await.status, 200);
    api.raw("POST", "/_mock/reset", None).await;
    assert_eq!(create(&api).await.status, 503);
    let made = body(&api.raw("POST", "/_mock/worlds", None).await);
    let path = format!("/_in/{}{SSH_KEYS}", made["name"].as_str().unwrap());
    assert_eq!(api.raw("POST", &path, Some(new_key())).await.status, 503);

    std::fs::write(&file, "- then: {status: 200}\n").unwrap();
    let error = mock_server::start(config).err().unwrap().to_string();
    let why = format!("{}: rule 1: a status is between 400 and 599", file.display());
    assert_eq!(error, why);
}

/// Sends a request to create a key on a connection of its own; what came back, and how it ended.
async fn on_the_line(emulator: &Emulator) -> (String, Option<io::ErrorKind>) {
    let address = emulator.url().strip_prefix("http://").unwrap().to_owned();
    let mut line = TcpStream::connect(address).await.unwrap();
    let sent = new_key().to_string();
    let request = format!(
        "POST {SSH_KEYS} HTTP/1.1\r\nHost: localhost\r\nPRIVATE-TOKEN: {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{sent}",
        Config::API_KEY,
        sent.len()
    );
    line.write_all(request.as_bytes()).await.unwrap();
    let mut came = Vec::new();
    let ended = line.read_to_end(&mut came).await.err().map(|error| error.kind());
    (String::from_utf8_lossy(&came).into_owned(), ended)
}

#[tokio::test]
async fn a_connection_breaks_before_in_the_middle_of_or_after_an_answer() {
    let emulator = Emulator::alone();
    let api = emulator.api();
    let before = keys(&api).await;
    let reset = Some(io::ErrorKind::ConnectionReset);
    let name = "\"name\":\"laptop\"";
    for (connection, written, head, whole) in [
        ("reset-before", 0, false, false),
        ("reset-answer", 1, false, false),
        ("reset-middle", 2, true, false),
        ("reset-after", 3, true, true),
    ] {
        let rule = json!([{ "match": { "method": "POST", "path": SSH_KEYS },
            "then": { "connection": connection } }]);
        api.raw("PUT", "/_mock/faults", Some(rule)).await;
        let (came, ended) = on_the_line(&emulator).await;
        // What was sent before a reset may be lost with it.
        assert_eq!(ended, reset, "{connection}: {came}");
        assert!(head || came.is_empty(), "{connection}: {came}");
        assert!(whole || !came.contains(name) || !came.contains("createdAt"), "{came}");
        assert_eq!(keys(&api).await, before + written, "{connection}");
    }
    let journal = body(&api.raw("GET", "/_mock/journal?operation=createSshKey", None).await);
    let statuses = journal["exchanges"].as_array().unwrap().iter().map(|it| it["status"].clone());
    assert_eq!(statuses.collect::<Value>(), json!([null, 200, 200, 200]));
}

#[tokio::test]
async fn an_answer_that_never_comes_leaves_its_client_waiting() {
    let emulator = Emulator::alone();
    let rule = json!([{ "then": { "connection": "silent" } }]);
    emulator.api().raw("PUT", "/_mock/faults", Some(rule)).await;
    let waiting = tokio::time::timeout(Duration::from_millis(100), on_the_line(&emulator));
    assert!(waiting.await.is_err());
}
