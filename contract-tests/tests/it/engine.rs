//! What the server does for every operation alike, and the control API.

use contract_tests::{Api, Content, Emulator, Request, operations};
use mock_server::Config;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

/// When a seeded world begins.
const SEEDED_START: i64 = 1_767_225_600;

const SSH_KEYS: &str = "/v3/sshKey";
const UNKNOWN_KEY: &str = "/v3/sshKey/00000000-0000-4000-8000-000000000000";

fn new_key() -> Value {
    json!({
        "name": "laptop",
        "publicKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRsVRPOs00Qg5sjvRqahzUU94NMk/pqQuUy5orE75Ox me",
    })
}

async fn body(response: Response) -> Value {
    response.json().await.expect("the body is JSON")
}

/// Status and code of a refusal, which is worded as every refusal is.
async fn refusal(response: Response) -> (u16, i64) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/json");
    let body = body(response).await;
    assert!(body["errorMessage"].is_string() && body["errors"].is_array(), "{body}");
    (status, body["errorCode"].as_i64().unwrap_or_default())
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
            let answer = refusal(api.raw(method, path, body).await).await;
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
            assert_eq!(refusal(api.raw("GET", path, None).await).await, (404, 10012), "{path}");
        }
    }
    let no_text = emulator.api().raw("GET", "/v3/sshKey/%FF", None).await;
    assert_eq!(refusal(no_text).await, (404, 10012));
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
        said += &format!("{} {}\n", answer.status().as_u16(), answer.text().await.unwrap());
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
    let listed = body(api.raw("GET", SSH_KEYS, None).await).await;
    assert_eq!(body(api.raw("GET", "/v3/sshKey/", None).await).await, listed);
    let one = format!("{SSH_KEYS}/{}/", listed[0]["uuid"].as_str().unwrap());
    assert_eq!(body(api.raw("GET", &one, None).await).await, json!([listed[0]]));
    assert_eq!(api.raw("POST", "/v3/sshKey/", Some(new_key())).await.status(), 200);
}

#[tokio::test]
async fn a_path_says_which_methods_it_has() {
    let emulator = Emulator::start();
    let api = emulator.api().anonymous();
    for (path, allow) in
        [(SSH_KEYS, "GET, POST, HEAD, OPTIONS"), (UNKNOWN_KEY, "GET, DELETE, HEAD, OPTIONS")]
    {
        let refused = api.raw("PATCH", path, None).await;
        assert_eq!(refused.headers()["allow"], allow);
        assert_eq!(refusal(refused).await, (405, 10000));
        let options = api.raw("OPTIONS", path, None).await;
        assert_eq!(
            (options.status(), &options.headers()["allow"]),
            (StatusCode::NO_CONTENT, &allow.parse().unwrap())
        );
        assert!(options.bytes().await.unwrap().is_empty());
    }
    let only_put = api.raw("HEAD", "/v3/tickets/1/open", None).await;
    assert_eq!(only_put.status(), 405);
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let emulator = Emulator::start();
    let get = emulator.api().raw("GET", SSH_KEYS, None).await;
    let head = emulator.api().raw("HEAD", SSH_KEYS, None).await;
    assert_eq!(head.status(), get.status());
    for name in ["content-type", "content-length"] {
        assert_eq!(head.headers()[name], get.headers()[name]);
    }
    assert!(head.bytes().await.unwrap().is_empty());
    assert_eq!(emulator.api().raw("HEAD", UNKNOWN_KEY, None).await.status(), 404);
    assert_eq!(emulator.api().anonymous().raw("HEAD", SSH_KEYS, None).await.status(), 401);
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
    let noted = body(api.raw("GET", "/_mock/violations", None).await).await;
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
async fn the_control_api_says_that_the_server_is_well_and_what_it_emulates() {
    let emulator = Emulator::start();
    let api = emulator.api().anonymous();
    let health = body(api.raw("GET", "/_mock/health", None).await).await;
    assert_eq!((&health["status"], &health["apis"]), (&json!("OK"), &json!(["i3d-v3"])));
    assert!(health["version"].is_string());
    let document = api.raw("GET", "/_mock/openapi/i3d-v3.json", None).await;
    assert_eq!(document.headers()["content-type"], "application/json");
    assert_eq!(document.text().await.unwrap(), openapi::i3d_v3().document);

    for (method, path, status) in [
        ("GET", "/_mock/openapi/i3d-v9.json", 404),
        ("GET", "/_mock/nothing", 404),
        ("GET", "/_mock/state?table=nothing", 404),
        ("GET", "/_mock/state?table=sequence", 404),
        ("GET", "/_mock/reset", 405),
        ("PUT", "/_mock/clock", 400),
        ("POST", "/_mock/clock/advance", 400),
    ] {
        let answer = api.raw(method, path, Some(json!({ "seconds": -1 }))).await;
        assert_eq!(answer.status(), status, "{method} {path}");
        assert!(body(answer).await["error"].is_string(), "{method} {path}");
    }
}

#[tokio::test]
async fn the_state_shows_tables_and_their_rows() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let tables = body(api.raw("GET", "/_mock/state", None).await).await;
    let keys = body(api.raw("GET", "/_mock/state?table=ssh_key", None).await).await;
    assert_eq!(tables["ssh_key"], keys.as_array().unwrap().len());
    assert!(tables["world"].is_null(), "{tables}");
    let shown = api.call("getSshKeys").ok().await;
    assert!(keys.as_array().unwrap().contains(&json!({ "account": 100_123, "body": shown[0] })));
}

#[tokio::test]
async fn the_clock_can_be_read_set_and_advanced() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let reading = |now: i64| json!({ "now": now, "frozen": true });
    assert_eq!(body(api.raw("GET", "/_mock/clock", None).await).await, reading(SEEDED_START));
    let advance = api.raw("POST", "/_mock/clock/advance", Some(json!({ "seconds": 90 })));
    assert_eq!(body(advance.await).await, reading(SEEDED_START + 90));
    let set = reading(2_000_000_000);
    assert_eq!(body(api.raw("PUT", "/_mock/clock", Some(set.clone())).await).await, set);
    let created = api.call("createSshKey").body(new_key()).ok().await;
    assert_eq!(created[0]["createdAt"], 2_000_000_000);
    let running = json!({ "now": 1_000, "frozen": false });
    let shown = body(api.raw("PUT", "/_mock/clock", Some(running)).await).await;
    assert!(shown["now"].as_i64() >= Some(1_000) && shown["frozen"] == false, "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_advance_the_clock_at_once_none_is_lost() {
    let emulator = Emulator::start();
    let steps = (0..40).map(|_| {
        let api = emulator.api();
        tokio::spawn(async move { api.advance(3).await })
    });
    for step in steps.collect::<Vec<_>>() {
        step.await.unwrap();
    }
    let clock = body(emulator.api().raw("GET", "/_mock/clock", None).await).await;
    assert_eq!(clock["now"], SEEDED_START + 120);
}

#[tokio::test]
async fn a_page_in_a_browser_does_not_reach_the_control_api() {
    let emulator = Emulator::start();
    let get = async |header: &str, value: &str| {
        let client = Client::builder().no_proxy().build().unwrap();
        let request = client.get(format!("{}/_mock/clock", emulator.url())).header(header, value);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(get("origin", "https://lighthouse.example").await, 403);
    assert_eq!(get("origin", &emulator.url()).await, 403);
    for (host, status) in [
        ("lighthouse.example", 403),
        ("localhost.lighthouse.example", 403),
        ("192.0.2.7:8080", 403),
        ("localhost:8080", 200),
        ("127.0.0.1", 200),
        ("[::1]:8080", 200),
    ] {
        assert_eq!(get("host", host).await, status, "{host}");
    }
}

#[tokio::test]
async fn a_reset_brings_the_seeded_world_back_ids_and_clock_included() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = api.call("getSshKeys").ok().await;
    let create = || api.call("createSshKey").body(new_key()).ok();
    let first = [create().await, create().await];
    assert_ne!(first[0][0]["uuid"], first[1][0]["uuid"]);
    api.call("deleteSshKey").with("uuid", before[0]["uuid"].as_str().unwrap()).ok().await;
    api.call("getSshKeys").with("shade", "dark").ok().await;
    api.advance(3_600).await;

    let reset = api.raw("POST", "/_mock/reset", None).await;
    assert_eq!(reset.status(), 204);
    assert_eq!(api.call("getSshKeys").ok().await, before);
    let clock = body(api.raw("GET", "/_mock/clock", None).await).await;
    assert_eq!(clock["now"], SEEDED_START);
    let noted = body(api.raw("GET", "/_mock/violations", None).await).await;
    assert_eq!(noted, json!({ "violations": [], "unknownProperties": [] }));
    assert_eq!([create().await, create().await], first);
}

#[tokio::test]
async fn a_token_closes_the_control_api_to_everybody_without_it() {
    let token = "open sesame";
    let emulator =
        Emulator::with(Config { control_token: Some(token.to_owned()), ..Config::default() });
    let url = format!("{}/_mock/clock", emulator.url());
    let get = |shown: Option<String>| {
        let request = Client::builder().no_proxy().build().unwrap().get(&url);
        let request =
            shown.into_iter().fold(request, |request, it| request.header("authorization", it));
        async { request.send().await.unwrap() }
    };
    for shown in [
        None,
        Some("open sesame".to_owned()),
        Some("Bearer open".to_owned()),
        Some("Bearer ".to_owned()),
    ] {
        let refused = get(shown.clone()).await;
        assert_eq!(refused.status(), 403, "{shown:?}");
        assert!(!body(refused).await.to_string().contains(token));
    }
    assert_eq!(get(Some(format!("Bearer {token}"))).await.status(), 200);
    emulator.api().call("getSshKeys").ok().await;
}

#[tokio::test]
async fn browsers_of_other_origins_are_let_in_only_when_told() {
    let preflight = async |emulator: &Emulator| {
        let request = Client::builder().no_proxy().build().unwrap();
        let request =
            request.request("OPTIONS".parse().unwrap(), format!("{}{SSH_KEYS}", emulator.url()));
        let request = request
            .header("origin", "https://lighthouse.example")
            .header("access-control-request-method", "POST");
        let answer =
            request.header("access-control-request-headers", "private-token").send().await.unwrap();
        answer
            .headers()
            .get("access-control-allow-origin")
            .map(|it| it.to_str().unwrap().to_owned())
    };
    let open = Emulator::with(Config { cors: true, ..Config::default() });
    assert_eq!(preflight(&open).await.as_deref(), Some("https://lighthouse.example"));
    assert_eq!(preflight(&Emulator::start()).await, None);
}

/// Status, headers and body of an answer, without which port was free; the control API dates by the
/// wall clock.
async fn transcript(response: Response) -> String {
    let address = response.remote_addr().unwrap().to_string();
    let control = response.url().path().starts_with("/_mock");
    let headers = response.headers().iter().filter(|(name, _)| !control || *name != "date");
    let headers: String = headers.map(|(name, value)| format!("{name}: {value:?}\n")).collect();
    let status = response.status();
    let body =
        String::from_utf8_lossy(&response.bytes().await.unwrap()).replace(&address, "address");
    format!("{status}\n{headers}\n{body}\n")
}

/// Everything that the server says to the examples of the contract, to a few refusals and to the
/// passing of time.
async fn run(seed: u64) -> Vec<String> {
    let emulator = Emulator::with(Config { seed: Some(seed), ..Config::default() });
    let api: Api = emulator.api();
    let mut said = Vec::new();
    // The client draws the boundary of a form by chance, so that it is never the same request.
    let same = |example: &Request| !matches!(example.content, Content::Form(_));
    for _ in 0..2 {
        for example in operations().filter_map(|route| Request::example(route).ok()).filter(same) {
            said.push(transcript(example.call(&api).response().await).await);
        }
        for (method, path) in [
            ("GET", "/v3/nothing"),
            ("PATCH", SSH_KEYS),
            ("OPTIONS", SSH_KEYS),
            ("GET", UNKNOWN_KEY),
        ] {
            said.push(transcript(api.raw(method, path, None).await).await);
        }
        said.push(transcript(api.raw("POST", SSH_KEYS, Some(json!({ "name": 7 }))).await).await);
        said.push(transcript(api.raw("POST", SSH_KEYS, Some(new_key())).await).await);
        said.push(transcript(api.raw("GET", "/_mock/violations", None).await).await);
        api.advance(61).await;
    }
    said
}

#[tokio::test]
async fn the_same_seed_and_the_same_requests_give_the_same_bytes() {
    let first = run(7).await;
    for (one, other) in first.iter().zip(run(7).await) {
        assert_eq!(*one, other);
    }
    assert_ne!(first, run(8).await, "another seed gives other ids");
}

#[tokio::test]
async fn a_kept_world_goes_on_with_its_clock_and_lets_the_key_of_the_settings_in() {
    let folder = tempfile::tempdir().unwrap();
    let config = |key: &str| Config {
        seed: Some(1),
        db: Some(folder.path().join("world.db")),
        api_key: key.to_owned(),
        ..Config::default()
    };
    let first = Emulator::with(config(Config::API_KEY));
    first.api().advance(1000).await;
    let created = first.api().call("createSshKey").body(new_key()).ok().await;
    first.api().call("deleteAccountApiKey").with("apiKeyId", 4711).ok().await;
    drop(first);

    let second = Emulator::with(config("anotherKey0123456789"));
    let found = second
        .api()
        .call("getSshKey")
        .with("uuid", created[0]["uuid"].as_str().unwrap())
        .ok()
        .await;
    assert_eq!(found, created);
    let clock = body(second.api().raw("GET", "/_mock/clock", None).await).await;
    assert_eq!(clock["now"], created[0]["createdAt"]);
    drop(second);

    let taken = mock_server::start(config("i3dHarbourKey0987654")).unwrap_err();
    assert!(taken.to_string().contains("has the API key"), "{taken}");
}
