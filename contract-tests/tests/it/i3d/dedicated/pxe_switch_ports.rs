use contract_tests::{Api, Call, Emulator};
use serde_json::{Value, json};

const RATE_LIMIT: &str = "updateServerPxeSwitchportratelimit";
const SPEED: &str = "updateServerPxeSwitchportspeed";
const STATE: &str = "updateServerPxeSwitchportadminstate";

/// What a customer set of the ports, as the emulator keeps it.
async fn ports(api: &Api) -> Value {
    api.raw("GET", "/_mock/state?table=pxe_switch_port", None).await.json()
}

/// Sets `property` of the first port of a server.
fn set<'a>(api: &'a Api, operation: &str, server: i64, property: &str, value: i64) -> Call<'a> {
    let body =
        json!({ "serverId": server, "networkInterfaceId": server * 10 + 1, property: value });
    api.call(operation).with("serverId", server).body(body)
}

#[tokio::test]
async fn a_port_keeps_what_was_set_last() {
    let emulator = Emulator::start();
    let (api, other) = (emulator.api(), emulator.other_customer());
    assert_eq!(ports(&api).await, json!([]));

    set(&api, STATE, 46201, "state", 0).ok().await;
    let mut port = json!({ "serverId": 46201, "networkInterfaceId": 462_011, "state": 0 });
    assert_eq!(ports(&api).await, json!([{ "account": 100_123, "body": port }]));

    set(&api, RATE_LIMIT, 46201, "rateLimit", 500).ok().await;
    set(&api, SPEED, 46201, "portSpeed", 10_000).ok().await;
    set(&api, STATE, 46201, "state", 1).ok().await;
    set(&api, RATE_LIMIT, 46201, "rateLimit", 0).ok().await;
    port = json!({
        "serverId": 46201, "networkInterfaceId": 462_011, "rateLimit": 0, "portSpeed": 10_000,
        "state": 1
    });
    assert_eq!(ports(&api).await, json!([{ "account": 100_123, "body": port }]));

    set(&other, STATE, 51001, "state", 1).ok().await;
    assert_eq!(ports(&api).await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_operation_sets_one_thing() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let body =
        json!({ "serverId": 46201, "networkInterfaceId": 462_012, "portSpeed": 1000, "state": 0 });
    api.call(SPEED).with("serverId", 46201).body(body).ok().await;
    let port = json!({ "serverId": 46201, "networkInterfaceId": 462_012, "portSpeed": 1000 });
    assert_eq!(ports(&api).await[0]["body"], port);
}

#[tokio::test]
async fn a_value_that_no_port_can_have_is_refused() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for (operation, property, value, message) in [
        (RATE_LIMIT, "rateLimit", -1, "must be at least 0"),
        (SPEED, "portSpeed", 0, "must be at least 1"),
        (STATE, "state", 2, "Invalid state, the possible values are: 0, 1"),
    ] {
        let errors = set(&api, operation, 46201, property, value).refused(422, 11001).await;
        assert_eq!(errors, [(property.to_owned(), message.to_owned())]);
    }
    let body = json!({ "serverId": 46202, "networkInterfaceId": 462_021, "state": 1 });
    let errors = api.call(STATE).with("serverId", 46201).body(body).refused(422, 11001).await;
    let properties: Vec<&str> = errors.iter().map(|(property, _)| property.as_str()).collect();
    assert_eq!(properties, ["serverId", "networkInterfaceId"]);
    assert_eq!(ports(&api).await, json!([]));
}

#[tokio::test]
async fn a_server_of_another_customer_has_no_ports() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for server in [51001, 1] {
        set(&api, STATE, server, "state", 0).refused(403, 10003).await;
        set(&api, SPEED, server, "portSpeed", 1000).refused(403, 10003).await;
        set(&api, RATE_LIMIT, server, "rateLimit", 100).refused(403, 10003).await;
    }
    assert_eq!(ports(&api).await, json!([]));
}
