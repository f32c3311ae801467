use contract_tests::{Api, Call, Emulator, Part};
use serde_json::{Value, json};

async fn of_type(api: &Api, request_type: &str) -> Value {
    api.call("getAccountApiLog").with("requestType", request_type).ok().await
}

fn urls(logs: &Value) -> Vec<&str> {
    logs.as_array().unwrap().iter().map(|it| it["request"]["url"].as_str().unwrap()).collect()
}

fn new_key(api: &Api) -> Call<'_> {
    api.call("createApiKeyForUser")
        .body(json!({ "category": 0, "note": "canary", "assignOdpServerIps": 0 }))
}

#[tokio::test]
async fn requests_are_logged_newest_first_without_the_one_that_asks() {
    let emulator = Emulator::start();
    let api = emulator.api();
    assert_eq!(api.call("getAccountApiLogs").ok().await, json!([]));
    api.call("getSshKeys").ok().await;
    api.advance(5).await;
    new_key(&api).ok().await;
    let logs = api.call("getAccountApiLogs").ok().await;
    assert_eq!(urls(&logs), ["/v3/account/apiKey", "/v3/sshKey", "/v3/account/apiLog"]);

    let [post, get] = [&logs[0], &logs[1]];
    assert_eq!(post["request"]["body"]["note"], "canary");
    assert_eq!(post["response"]["body"][0]["note"], "canary");
    assert_eq!(post["response"]["code"], 200);
    assert_eq!(post["request"]["ipAddress"], "127.0.0.1");
    assert_eq!(get["request"]["method"], "GET");
    assert_eq!(get["response"]["body"], Value::Null);
    assert_eq!(get["request"]["body"], Value::Null);
    let at = |log: &Value| log["request"]["requestTimestamp"].as_i64().unwrap();
    assert_eq!(at(post) - at(get), 5);
    assert_eq!(
        urls(&api.call("getAccountApiLogs").range("start=2,results=1").ok().await),
        ["/v3/sshKey"]
    );
}

#[tokio::test]
async fn logs_are_asked_for_by_method_in_any_case() {
    let emulator = Emulator::start();
    let api = emulator.api();
    new_key(&api).ok().await;
    api.call("deleteSshKey").with("uuid", "nonsense").refused(400, 10008).await;
    for request_type in ["POST", "post", "Post"] {
        assert_eq!(urls(&of_type(&api, request_type).await), ["/v3/account/apiKey"]);
    }
    assert_eq!(of_type(&api, "delete").await[0]["response"]["code"], 400);
    assert_eq!(of_type(&api, "put").await, json!([]));
    assert_eq!(of_type(&api, "PATCH").await, json!([]));
    assert_eq!(urls(&of_type(&api, "get").await).len(), 6);
    for request_type in ["HEAD", "TRACE", "everything"] {
        api.call("getAccountApiLog").with("requestType", request_type).refused(404, 10001).await;
    }
}

#[tokio::test]
async fn no_secret_appears_in_the_log() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let key = new_key(&api).ok().await[0]["key"].as_str().unwrap().to_owned();
    let login = json!({ "userName": "demo", "password": "i3dDemoPassword" });
    let login = api.call("login").header("cookie", "session=canaryCookie").body(login).send().await;
    let cookie =
        login.headers["set-cookie"].to_str().unwrap().split(['=', ';']).nth(1).unwrap().to_owned();
    let otp = api.call("provideOTP").header("authorization", "Bearer canaryBearer");
    otp.body(json!({ "otp": "135790" })).expect(404).await;
    let nested = json!({ "userName": { "password": ["canaryNested"] }, "password": 1 });
    api.call("login").body(nested).refused(422, 11001).await;
    api.call("getSshKeys").header("cookie", format!("session={cookie}")).ok().await;
    api.with_key(&key).call("getSshKeys").ok().await;

    let logs = api.call("getAccountApiLogs").send().await.text();
    let secrets = ["i3dDemoKey0123456789", &key, "i3dDemoPassword", "135790", &cookie];
    for secret in secrets.into_iter().chain(["canaryCookie", "canaryBearer", "canaryNested"]) {
        assert!(!logs.contains(secret), "{secret} is in {logs}");
    }
    assert!(logs.contains("demo"));
}

#[tokio::test]
async fn a_body_that_is_not_json_is_logged_as_none() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.call("createSshKey").text("{\"publicKey\":").refused(400, 10008).await;
    let form = vec![Part::text("attachment", "some text")];
    api.call("createTicketsAttachment").form(form).send().await;
    let logs = of_type(&api, "POST").await;
    let bodies: Vec<&Value> =
        logs.as_array().unwrap().iter().map(|it| &it["request"]["body"]).collect();
    assert_eq!(bodies, [&Value::Null, &Value::Null]);
}

#[tokio::test]
async fn the_log_of_another_customer_stays_theirs() {
    let emulator = Emulator::start();
    emulator.other_customer().call("getAccountApiKeys").ok().await;
    assert_eq!(emulator.api().call("getAccountApiLogs").ok().await, json!([]));
    assert_eq!(of_type(&emulator.other_customer(), "get").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_only_shares_its_name_with_a_secret_is_shown() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let labels = json!([{ "key": "tier", "value": "9" }]);
    api.call("updateDedicatedServer")
        .with("dedicatedServerId", 46201)
        .body(json!({ "labels": labels }))
        .ok()
        .await;
    let logs = of_type(&api, "put").await;
    assert_eq!(logs[0]["request"]["body"]["labels"], labels);
}
