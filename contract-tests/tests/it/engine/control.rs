//! The control API: what it tells, and who may ask.

use contract_tests::Emulator;
use http::Method;
use mock_server::Config;
use serde_json::json;

use super::{SSH_KEYS, body, with_headers};

#[tokio::test]
async fn the_control_api_says_that_the_server_is_well_and_what_it_emulates() {
    let emulator = Emulator::start();
    let api = emulator.api().anonymous();
    let health = body(&api.raw("GET", "/_mock/health", None).await);
    let operations = openapi::i3d_v3().routes.len();
    let v3 = json!({ "name": "i3d-v3", "operations": operations, "basePaths": ["/v3"] });
    assert_eq!((&health["status"], &health["apis"][0]), (&json!("OK"), &v3));
    assert!(health["version"].is_string());
    let document = api.raw("GET", "/_mock/openapi/i3d-v3.json", None).await;
    assert_eq!(document.headers["content-type"], "application/json");
    assert_eq!(document.text(), openapi::i3d_v3().document);

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
        assert_eq!(answer.status, status, "{method} {path}");
        assert!(body(&answer)["error"].is_string(), "{method} {path}");
    }
}

#[tokio::test]
async fn the_state_shows_tables_and_their_rows() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let tables = body(&api.raw("GET", "/_mock/state", None).await);
    let keys = body(&api.raw("GET", "/_mock/state?table=ssh_key", None).await);
    assert_eq!(tables["ssh_key"], keys.as_array().unwrap().len());
    assert!(tables["world"].is_null(), "{tables}");
    let shown = api.call("getSshKeys").ok().await;
    assert!(keys.as_array().unwrap().contains(&json!({ "account": 100_123, "body": shown[0] })));
}

#[tokio::test]
async fn a_page_in_a_browser_does_not_reach_the_control_api() {
    let emulator = Emulator::start();
    let get = async |header: &str, value: &str| {
        with_headers(&emulator, Method::GET, "/_mock/clock", &[(header, value)]).await.status
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
async fn a_token_closes_the_control_api_to_everybody_without_it() {
    let token = "open sesame";
    let emulator =
        Emulator::with(Config { control_token: Some(token.to_owned()), ..Config::default() });
    let get = async |shown: Option<&str>| {
        let headers: Vec<_> = shown.map(|it| ("authorization", it)).into_iter().collect();
        with_headers(&emulator, Method::GET, "/_mock/clock", &headers).await
    };
    for shown in [None, Some("open sesame"), Some("Bearer open"), Some("Bearer ")] {
        let refused = get(shown).await;
        assert_eq!(refused.status, 403, "{shown:?}");
        assert!(!body(&refused).to_string().contains(token));
    }
    assert_eq!(get(Some(&format!("Bearer {token}"))).await.status, 200);
    emulator.api().call("getSshKeys").ok().await;
}

#[tokio::test]
async fn browsers_of_other_origins_are_let_in_only_when_told() {
    let preflight = async |emulator: &Emulator| {
        let headers = [
            ("origin", "https://lighthouse.example"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "private-token"),
        ];
        let answer = with_headers(emulator, Method::OPTIONS, SSH_KEYS, &headers).await;
        answer.headers.get("access-control-allow-origin").map(|it| it.to_str().unwrap().to_owned())
    };
    let open = Emulator::with(Config { cors: true, ..Config::default() });
    assert_eq!(preflight(&open).await.as_deref(), Some("https://lighthouse.example"));
    assert_eq!(preflight(&Emulator::start()).await, None);
}
