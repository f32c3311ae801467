use contract_tests::Emulator;
use serde_json::{Value, json};

fn setting(name: &str) -> Value {
    let web_hook = "https://hooks.slack.example/services/T0/B1/x2";
    json!({ "name": name, "webHookUrl": web_hook, "channel": "ops", "userName": "i3D.net" })
}

#[tokio::test]
async fn a_setting_lives_from_create_to_delete() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = api.call("getSlackSettings").ok().await;

    let created = api.call("createSlackSetting").body(setting("Ops")).ok().await;
    let id = created[0]["id"].as_str().unwrap();
    assert_eq!(created[0]["webHookUrl"], setting("Ops")["webHookUrl"]);
    assert_eq!(api.call("getSlackSetting").with("slackSettingId", id).ok().await, created);
    let listed = api.call("getSlackSettings").ok().await;
    assert_eq!(listed.as_array().unwrap().last(), created.get(0));

    let change = json!({
        "name": "Ops 2", "webHookUrl": "http://192.0.2.1/", "channel": "b", "userName": "c",
    });
    let changed =
        api.call("updateSlackSetting").with("slackSettingId", id).body(change.clone()).ok().await;
    assert_eq!((&changed[0]["id"], &changed[0]["name"]), (&created[0]["id"], &change["name"]));
    assert_eq!(api.call("getSlackSetting").with("slackSettingId", id).ok().await, changed);

    api.call("deleteSlackSetting").with("slackSettingId", id).ok().await;
    api.call("deleteSlackSetting").with("slackSettingId", id).refused(404, 10001).await;
    api.call("getSlackSetting").with("slackSettingId", id).refused(404, 10001).await;
    assert_eq!(api.call("getSlackSettings").ok().await, before);
}

#[tokio::test]
async fn a_name_belongs_to_one_setting_of_a_customer() {
    let emulator = Emulator::start();
    let (api, other) = (emulator.api(), emulator.other_customer());
    let errors =
        api.call("createSlackSetting").body(setting("Build farm")).refused(422, 11001).await;
    assert_eq!(errors, [("name".to_owned(), "is the name of another Slack setting".to_owned())]);
    let change =
        |name: &str| api.call("updateSlackSetting").with("slackSettingId", 71).body(setting(name));
    assert!(change("Build farm").refused(409, 10009).await.is_empty());

    // Its own name is not taken, a name that was given up is free, and another customer may have
    // the same.
    change("Live operations").ok().await;
    change("Operations").ok().await;
    api.call("createSlackSetting").body(setting("Live operations")).ok().await;
    other.call("createSlackSetting").body(setting("Live operations")).ok().await;
}

#[tokio::test]
async fn a_web_hook_has_a_host() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut body = setting("Ops");
    body["webHookUrl"] = json!("https://");
    let wrong = [("webHookUrl".to_owned(), "must be an http or https URL".to_owned())];
    assert_eq!(api.call("createSlackSetting").body(body.clone()).refused(422, 11001).await, wrong);
    // The form comes before the conflict.
    body["name"] = json!("Build farm");
    let change = api.call("updateSlackSetting").with("slackSettingId", 71).body(body);
    assert_eq!(change.refused(422, 11001).await, wrong);
}

#[tokio::test]
async fn a_web_hook_is_shown_to_its_owner_and_to_no_log() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let shown = api.call("createSlackSetting").body(setting("Ops")).ok().await;
    assert_eq!(shown[0]["webHookUrl"], setting("Ops")["webHookUrl"]);
    let logs = api.call("getAccountApiLogs").ok().await.to_string();
    assert!(logs.contains("Ops") && !logs.contains("hooks.slack.example"), "{logs}");
}

#[tokio::test]
async fn a_setting_of_another_customer_does_not_exist() {
    let emulator = Emulator::start();
    let (api, other) = (emulator.api(), emulator.other_customer());
    let theirs = other.call("getSlackSettings").ok().await;
    for id in [theirs[0]["id"].as_str().unwrap(), "071", "none"] {
        for operation in ["getSlackSetting", "deleteSlackSetting"] {
            api.call(operation).with("slackSettingId", id).refused(404, 10001).await;
        }
        let change =
            api.call("updateSlackSetting").with("slackSettingId", id).body(setting("Ours"));
        change.refused(404, 10001).await;
    }
    assert_eq!(other.call("getSlackSettings").ok().await, theirs);
}
