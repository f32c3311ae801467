use contract_tests::Emulator;
use serde_json::{Value, json};

use super::{MACHINE, OTHER_MACHINE, machine, uuid};
use crate::warren::{NOTHING, customer, empty};

#[tokio::test]
async fn a_load_balancer_stands_over_two_machines() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let (one, two) = (machine(&api, "web-1").await, machine(&api, "web-2").await);
    let target = |vm: &Value| json!({ "target_uuid": vm["uuid"], "target_type": "vm" });
    let new = json!({
        "display_name": "my LB", "billing_account_id": 6, "reserve_public_ip": "true",
        "rules": [{ "source_port": 8080, "target_port": 80 }],
        "targets": [target(&one), target(&two)],
    });
    let lb = api.call("createLoadBalancer").body(new).ok().await;
    assert!(lb["private_address"].as_str().unwrap().ends_with(".254"), "{lb}");
    let rule = &lb["forwarding_rules"][0];
    assert_eq!((&rule["source_port"], &rule["target_port"]), (&json!(8080), &json!(80)));
    let settings = json!({ "connection_limit": 10000, "session_persistence": "SOURCE_IP" });
    assert_eq!((&rule["protocol"], &rule["settings"]), (&json!("TCP"), &settings));
    assert_eq!(lb["targets"][1]["target_ip_address"], two["private_ipv4"]);
    let network = api.call("getNetwork").with("network_uuid", lb["network_uuid"].as_str().unwrap());
    let network = network.ok().await;
    assert_eq!(
        (&network["resources_count"], &network["vm_uuids"]),
        (&json!(3), &json!([one["uuid"], two["uuid"]]))
    );
    let ips = api.call("listFloatingIps").ok().await;
    assert_eq!(
        (&ips[0]["assigned_to"], &ips[0]["assigned_to_resource_type"]),
        (&lb["uuid"], &json!("load_balancer"))
    );

    // A machine that is gone is no target, the address of a load balancer that is gone is free.
    api.call("deleteVm").body(json!({ "uuid": one["uuid"] })).ok().await;
    let of = |operation: &'static str| api.call(operation).with("load_balancer_uuid", uuid(&lb));
    assert_eq!(of("getLoadBalancer").ok().await["targets"].as_array().map(Vec::len), Some(1));
    let gone = of("deleteLoadBalancer").response().await;
    assert_eq!((gone.status, gone.body.len()), (200, 0));
    assert!(api.call("listFloatingIps").ok().await[0].get("assigned_to").is_none());
    assert_eq!(api.call("listLoadBalancers").ok().await, json!([]));
    let all = api.call("listLoadBalancers").with("all", true).ok().await;
    assert_eq!((&all[0]["is_deleted"], all[0]["deleted_at"].is_string()), (&json!(true), true));
    assert_eq!(of("getLoadBalancer").ok().await["is_deleted"], true);
    assert_eq!(of("deleteLoadBalancer").response().await.status, 404);
}

#[tokio::test]
async fn targets_and_rules_come_and_go() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let lb = api.call("listLoadBalancers").ok().await[0].clone();
    let of = |operation: &'static str| api.call(operation).with("load_balancer_uuid", uuid(&lb));
    let target = json!({ "target_uuid": MACHINE, "target_type": "vm" });
    let added = of("addTarget").body(target.clone()).ok().await;
    assert_eq!(
        (&added["target_uuid"], &added["target_ip_address"]),
        (&json!(MACHINE), &Value::Null)
    );
    assert_eq!(of("addTarget").body(target).response().await.status, 409);
    let unknown = json!({ "target_uuid": NOTHING, "target_type": "vm" });
    assert_eq!(of("addTarget").body(unknown).response().await.status, 400);
    of("removeTarget").with("target_uuid", OTHER_MACHINE).expect(204).await;
    let rule = of("addForwardingRule").body(json!({ "source_port": "443", "target_port": "8443" }));
    let rule = rule.ok().await;
    assert_eq!((&rule["source_port"], rule["uuid"].is_string()), (&json!(443), true));
    let taken = of("addForwardingRule").body(json!({ "source_port": 443, "target_port": 1 }));
    assert_eq!(taken.response().await.status, 409);
    of("removeForwardingRule").with("rule_uuid", uuid(&rule)).expect(204).await;
    let again = of("removeForwardingRule").with("rule_uuid", uuid(&rule)).response().await;
    assert_eq!(again.status, 404);
    let now = of("getLoadBalancer").ok().await;
    assert_eq!(now["forwarding_rules"], lb["forwarding_rules"]);
    assert_eq!(now["targets"][0]["target_uuid"], MACHINE);
}

#[tokio::test]
async fn a_target_is_in_the_network_of_its_load_balancer() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let vm = machine(&api, "web-1").await;
    let elsewhere = api.call("createNetwork").with("name", "elsewhere").ok().await;
    let target = json!({ "target_uuid": vm["uuid"], "target_type": "vm" });
    let new = json!({ "network_uuid": elsewhere["uuid"], "reserve_public_ip": false });
    let lb = api.call("createLoadBalancer").body(new.clone()).ok().await;
    let mut with_target = new;
    with_target["targets"] = json!([target]);
    let words = format!(r#"{{"errors":{{"Error":"Target {} is in another network"}}}}"#, uuid(&vm));
    for refused in [
        api.call("addTarget").with("load_balancer_uuid", uuid(&lb)).body(target),
        api.call("createLoadBalancer").body(with_target),
    ] {
        let refused = refused.response().await;
        assert_eq!((refused.status, refused.text()), (400, words.clone()));
    }
    // What was refused left nothing behind.
    let network = api.call("getNetwork").with("network_uuid", uuid(&elsewhere)).ok().await;
    assert_eq!(network["resources_count"], 1);
}

#[tokio::test]
async fn who_pays_is_changed_in_three_ways_and_a_name_in_one() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let lb = api.call("listLoadBalancers").ok().await[0].clone();
    let of = |operation: &'static str| api.call(operation).with("load_balancer_uuid", uuid(&lb));
    let payer = |answer: Value| answer["billing_account_id"].clone();
    assert_eq!(
        payer(of("setLoadBalancerPayer").body(json!({ "set_id": 129_188 })).ok().await),
        129_188
    );
    let path = format!("/v1/network/load_balancers/{}/billing_account?set_id=129072", uuid(&lb));
    assert_eq!(payer(api.raw("PUT", &path, None).await.json()), 129_072);
    let change = of("changeLoadBalancerPayer").body(json!({ "billing_account_id": 129_188 }));
    assert_eq!(payer(change.ok().await), 129_188);
    let wrong = of("setLoadBalancerPayer").body(json!({ "set_id": 6 })).response().await;
    let words = r#"{"errors":{"Error":"Provided billing account is incorrect."}}"#;
    assert_eq!((wrong.status, wrong.text()), (400, words.to_owned()));
    let renamed = of("renameLoadBalancer").body(json!({ "display_name": "my new LB Name" }));
    assert_eq!(renamed.ok().await["display_name"], "my new LB Name");
}

#[tokio::test]
async fn one_without_targets_and_rules_has_empty_lists_of_both() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let lb = api.call("createLoadBalancer").body(json!({ "reserve_public_ip": false })).ok().await;
    let network = &api.call("listNetworks").ok().await[0];
    let subnet = network["subnet"].as_str().unwrap().trim_end_matches("0/24");
    let expected = json!({
        "uuid": lb["uuid"],
        "display_name": null,
        "network_uuid": network["uuid"],
        "user_id": 22,
        "billing_account_id": 6,
        "created_at": "2026-01-01 00:00:00",
        "updated_at": "2026-01-01 00:00:00",
        "is_deleted": false,
        "deleted_at": null,
        "private_address": format!("{subnet}254"),
        "forwarding_rules": [],
        "targets": [],
    });
    assert_eq!(lb, expected);
    assert_eq!(api.call("listFloatingIps").ok().await, json!([]));
    let of = |operation: &'static str| api.call(operation).with("load_balancer_uuid", uuid(&lb));
    let ports = json!({ "source_port": 80, "target_port": 8080 });
    let rule = of("addForwardingRule").body(ports).ok().await;
    let expected = json!({
        "uuid": rule["uuid"],
        "protocol": "TCP",
        "created_at": "2026-01-01 00:00:00",
        "source_port": 80,
        "target_port": 8080,
        "settings": { "connection_limit": 10000, "session_persistence": "SOURCE_IP" },
    });
    assert_eq!(rule, expected);
    let vm = machine(&api, "web-1").await;
    let target = json!({ "target_uuid": vm["uuid"], "target_type": "vm" });
    let target = of("addTarget").body(target).ok().await;
    let expected = json!({
        "created_at": "2026-01-01 00:00:00",
        "target_uuid": vm["uuid"],
        "target_type": "vm",
        "target_ip_address": null,
    });
    assert_eq!(target, expected);
}
