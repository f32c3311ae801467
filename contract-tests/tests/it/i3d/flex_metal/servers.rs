use contract_tests::{Api, Emulator};
use mock_server::Config;
use serde_json::{Value, json};

/// A delivered Windows server of the first customer.
pub const WINDOWS: &str = "0192c9f1-7a64-7d0e-b2c5-91d4e6b07f38";
/// A server of the first customer that is being installed.
const INSTALLING: &str = "0192ca3a-0c85-7519-8e6f-3b7a25c9d160";
const FAILED: &str = "0192c3b6-611f-7033-810a-2fe613e774d4";
const RELEASED: &str = "01926a4e-30d2-7c41-9b57-5c0f3a1e8d24";
/// An SSH key of the first customer.
pub const KEY: &str = "7561c39d-f4df-4c46-b3f1-2ac981271e29";

/// An order that succeeds.
pub fn order(name: &str) -> Value {
    json!({
        "name": name,
        "location": "EU: Rotterdam",
        "instanceType": "bm7.std.8",
        "os": { "slug": "ubuntu-2404-lts" },
        "sshKey": [KEY],
    })
}

/// The same order with another value somewhere.
pub fn order_with(pointer: &str, value: Value) -> Value {
    let mut order = order("web");
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    order.pointer_mut(parent).unwrap()[name] = value;
    order
}

/// Orders a server and returns its UUID.
pub async fn ordered(api: &Api, order: Value) -> String {
    let created = api.call("createFlexMetalServer").body(order).ok().await;
    created[0]["uuid"].as_str().unwrap().to_owned()
}

pub async fn server(api: &Api, uuid: &str) -> Value {
    api.call("getFlexMetalServer").with("uuid", uuid).ok().await[0].take()
}

pub async fn release(api: &Api, uuid: &str) -> Value {
    api.call("deleteFlexMetalServer").with("uuid", uuid).ok().await[0].take()
}

fn uuids(servers: &Value) -> Vec<&str> {
    servers.as_array().unwrap().iter().map(|server| server["uuid"].as_str().unwrap()).collect()
}

async fn on_demand_usage(api: &Api) -> i64 {
    let quotas = api.call("getFlexMetalQuotaUsages").ok().await;
    let rotterdam =
        quotas.as_array().unwrap().iter().find(|it| it["location"]["name"] == "EU: Rotterdam");
    let mut quotas = rotterdam.unwrap()["quotaUsage"].as_array().unwrap().iter();
    let quota = quotas
        .find(|it| it["instanceType"]["name"] == "bm7.std.8" && it["quotaType"] == "onDemand");
    quota.unwrap()["usage"].as_i64().unwrap()
}

async fn tag_count(api: &Api, tag: &str) -> Value {
    api.call("getFlexMetalTag").with("tag", tag).ok().await[0]["resources"]["count"].take()
}

#[tokio::test]
async fn a_server_is_ordered_delivered_and_released() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let public_key =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRsVRPOs00Qg5sjvRqahzUU94NMk/pqQuUy5orE75Ox me";
    let key =
        api.call("createSshKey").body(json!({ "name": "me", "publicKey": public_key })).ok().await;
    let used = on_demand_usage(&api).await;

    let mut wanted = order("web-1");
    wanted["sshKey"] = json!([key[0]["uuid"]]);
    wanted["tags"] = json!(["web", "eu"]);
    let created = api.call("createFlexMetalServer").body(wanted).ok().await;
    let uuid = created[0]["uuid"].as_str().unwrap();
    assert_eq!(created[0]["status"], "created");
    assert_eq!(created[0]["ipAddresses"], json!([]));
    assert_eq!(created[0]["location"], json!({ "id": 6, "name": "EU: Rotterdam" }));
    assert_eq!(created[0]["instanceType"], json!({ "id": 129, "name": "bm7.std.8" }));
    assert_eq!(server(&api, uuid).await, created[0]);

    api.advance(10).await;
    let delivered = server(&api, uuid).await;
    assert_eq!(
        (&delivered["status"], &delivered["statusMessage"]),
        (&json!("delivered"), &json!("OK"))
    );
    assert_eq!(
        delivered["deliveredAt"].as_i64().unwrap(),
        delivered["createdAt"].as_i64().unwrap() + 10
    );
    let addresses: Vec<std::net::IpAddr> = delivered["ipAddresses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["ipAddress"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(addresses.iter().map(|it| it.is_ipv4()).collect::<Vec<_>>(), [true, false]);
    let by_tag = api.call("getFlexMetalServers").with("tag", "web").ok().await;
    assert_eq!(by_tag, json!([delivered]));
    assert_eq!(on_demand_usage(&api).await, used + 1);
    assert_eq!((tag_count(&api, "web").await, tag_count(&api, "eu").await), (json!(1), json!(1)));

    assert_eq!(release(&api, uuid).await["status"], "releasing");
    assert_eq!(on_demand_usage(&api).await, used);
    api.advance(60).await;
    let released = server(&api, uuid).await;
    assert_eq!((&released["status"], &released["ipAddresses"]), (&json!("released"), &json!([])));
    assert_eq!(
        released["releasedAt"].as_i64().unwrap(),
        released["deliveredAt"].as_i64().unwrap() + 5
    );
    assert_eq!((tag_count(&api, "web").await, tag_count(&api, "eu").await), (json!(0), json!(0)));
}

#[tokio::test]
async fn a_delivery_goes_through_every_state_in_order() {
    let emulator =
        Emulator::with(Config { seed: Some(1), delivery_seconds: 9, ..Config::default() });
    let api = emulator.api();
    let uuid = ordered(&api, order("web")).await;
    let states = [
        "created",
        "discovering",
        "discovered",
        "allocating",
        "allocated",
        "configuring_network",
        "network_configured",
        "provisioning",
        "provisioned",
        "delivered",
        "delivered",
    ];
    for state in states {
        assert_eq!(server(&api, &uuid).await["status"], state);
        api.advance(1).await;
    }
}

#[tokio::test]
async fn a_filter_by_state_agrees_with_the_states_of_the_servers() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let groups = [
        (
            "creating",
            "created discovering discovered allocating allocated configuring_network network_configured",
        ),
        ("provisioning", "provisioning provisioned"),
        ("delivered", "delivered"),
        ("failed", "failed"),
        ("releasing", "releasing"),
        ("released", "released"),
    ];
    let web = ordered(&api, order("web")).await;
    ordered(&api, order("fail-web")).await;
    for second in 0..20 {
        if second == 13 {
            release(&api, &web).await;
        }
        let all = api.call("getFlexMetalServers").ok().await;
        let mut filtered = Vec::new();
        for (group, states) in groups {
            let servers = api.call("getFlexMetalServers").with("status", group).ok().await;
            for server in servers.as_array().unwrap() {
                let state = server["status"].as_str().unwrap();
                assert!(states.split(' ').any(|it| it == state), "{state} is found by {group}");
                filtered.push(server.clone());
            }
        }
        filtered.sort_by_key(|server| server["uuid"].to_string());
        assert_eq!(all, json!(filtered), "after {second} seconds");
        api.advance(1).await;
    }
}

#[tokio::test]
async fn without_delivery_time_the_next_look_shows_the_end() {
    let emulator =
        Emulator::with(Config { seed: Some(1), delivery_seconds: 0, ..Config::default() });
    let api = emulator.api();
    let created = api.call("createFlexMetalServer").body(order("web")).ok().await;
    assert_eq!(created[0]["status"], "created");
    let uuid = created[0]["uuid"].as_str().unwrap();
    assert_eq!(server(&api, uuid).await["status"], "delivered");
    assert_eq!(release(&api, uuid).await["status"], "releasing");
    assert_eq!(server(&api, uuid).await["status"], "released");
}

#[tokio::test]
async fn a_server_named_fail_fails_and_cannot_be_released() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let used = on_demand_usage(&api).await;
    let uuid = ordered(&api, order("fail-disk")).await;
    assert_eq!(on_demand_usage(&api).await, used + 1);
    api.advance(10).await;
    let failed = server(&api, &uuid).await;
    assert_eq!(failed["status"], "failed");
    assert_eq!(failed["statusMessage"], "The server failed its hardware check");
    assert_eq!(failed["deliveredAt"], json!(null));
    assert_eq!(on_demand_usage(&api).await, used);
    assert_eq!(release(&api, &uuid).await, failed);
    api.advance(60).await;
    assert_eq!(server(&api, &uuid).await, failed);
}

#[tokio::test]
async fn a_release_may_come_early_and_may_be_repeated() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let uuid = ordered(&api, order("web")).await;
    api.advance(4).await;
    assert_eq!(release(&api, &uuid).await["status"], "releasing");
    assert_eq!(release(&api, &uuid).await["status"], "releasing");
    api.advance(6).await;
    let released = server(&api, &uuid).await;
    assert_eq!((&released["status"], &released["deliveredAt"]), (&json!("released"), &json!(null)));
    assert_eq!(release(&api, &uuid).await, released);
}

#[tokio::test]
async fn the_demo_world_has_a_server_in_each_kind_of_state() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for (uuid, state) in [
        (WINDOWS, "delivered"),
        (INSTALLING, "provisioning"),
        (FAILED, "failed"),
        (RELEASED, "released"),
    ] {
        assert_eq!(server(&api, uuid).await["status"], state);
    }
}

#[tokio::test]
async fn servers_are_found_by_all_of_their_tags() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let both =
        api.call("getFlexMetalServers").with("tag", "production").with("tag", "game-servers");
    assert_eq!(uuids(&both.ok().await), [RELEASED, WINDOWS]);
    let delivered =
        api.call("getFlexMetalServers").with("tag", "game-servers").with("status", "delivered");
    assert_eq!(uuids(&delivered.ok().await), [WINDOWS]);
    let twice = api.call("getFlexMetalServers").with("tag", "batch").with("tag", "batch");
    assert_eq!(uuids(&twice.ok().await), [FAILED]);
    let none = api.call("getFlexMetalServers").with("tag", "batch").with("tag", "production");
    assert_eq!(none.ok().await, json!([]));
    api.call("getFlexMetalServers").with("status", "created").refused(400, 10008).await;
}

#[tokio::test]
async fn filters_apply_before_the_range() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let page =
        |range: &str| api.call("getFlexMetalServers").with("tag", "game-servers").range(range);
    assert_eq!(uuids(&page("start=0,results=2").ok().await), [RELEASED, WINDOWS]);
    assert_eq!(uuids(&page("start=2,results=2").ok().await), [INSTALLING]);
    assert_eq!(page("start=3,results=2").ok().await, json!([]));
}

#[tokio::test]
async fn a_tag_is_put_on_a_server_and_taken_off() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let tagged =
        |operation: &str, tag: &str| api.call(operation).with("uuid", WINDOWS).with("tag", tag);
    let put = tagged("createFlexMetalServerTag", "blue").ok().await;
    assert_eq!(put[0]["tags"], json!(["game-servers", "production", "blue"]));
    assert_eq!(tagged("createFlexMetalServerTag", "blue").ok().await, put);
    assert_eq!(tag_count(&api, "blue").await, 1);

    let taken = tagged("deleteFlexMetalServerTag", "production").ok().await;
    assert_eq!(taken[0]["tags"], json!(["game-servers", "blue"]));
    tagged("deleteFlexMetalServerTag", "production").refused(404, 10001).await;
    assert_eq!(tag_count(&api, "production").await, 0);
    tagged("createFlexMetalServerTag", "not a tag").refused(404, 10012).await;
}

#[tokio::test]
async fn a_server_carries_sixty_tags_at_most() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let tags: Vec<String> = (0..60).map(|number| format!("tag-{number}")).collect();
    let uuid = ordered(&api, order_with("/tags", json!(tags))).await;
    assert_eq!(server(&api, &uuid).await["tags"], json!(tags));
    let one_more = || api.call("createFlexMetalServerTag").with("uuid", &uuid);
    one_more().with("tag", "tag-60").refused(422, 11001).await;
    one_more().with("tag", "tag-59").ok().await;
    api.call("getFlexMetalTag").with("tag", "tag-60").refused(404, 10001).await;
}

#[tokio::test]
async fn a_root_password_can_be_read_for_a_day_and_on_windows_only() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let password = |uuid: &str| api.call("getFlexMetalServerRootPasswords").with("uuid", uuid);
    let mut windows = order("win");
    windows["os"]["slug"] = "windows-server-2022".into();
    let (windows, linux) = (ordered(&api, windows).await, ordered(&api, order("web")).await);
    password(&windows).refused(404, 10001).await;

    api.advance(10).await;
    let first = password(&windows).ok().await;
    assert_eq!(first[0]["rootPassword"].as_str().unwrap().len(), 16);
    password(&linux).refused(404, 10001).await;

    api.advance(86_399).await;
    assert_eq!(password(&windows).ok().await, first);
    api.advance(1).await;
    password(&windows).refused(404, 10001).await;
}

#[tokio::test]
async fn a_tag_of_another_customer_finds_no_server() {
    let emulator = Emulator::start();
    let with_tag =
        async |api: &Api| api.call("getFlexMetalServers").with("tag", "ingest").ok().await;
    assert_eq!(with_tag(&emulator.api()).await, json!([]));
    assert_ne!(with_tag(&emulator.other_customer()).await, json!([]));
}
