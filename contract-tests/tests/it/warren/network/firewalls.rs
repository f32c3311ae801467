use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::{machine, uuid};
use crate::warren::{NOTHING, empty};

fn rule(spec: Value) -> Value {
    let mut rule =
        json!({ "protocol": "tcp", "direction": "inbound", "endpoint_spec_type": "any" });
    rule.as_object_mut().unwrap().extend(spec.as_object().cloned().unwrap());
    rule
}

async fn made(api: &Api) -> Value {
    let rules = json!([rule(json!({ "port_start": 443, "endpoint_spec": [] }))]);
    let new = json!({
        "display_name": "web", "description": "in", "billing_account_id": 6, "rules": rules,
    });
    api.call("createFirewall").body(new).ok().await
}

#[tokio::test]
async fn rules_get_a_uuid_and_are_replaced_as_a_whole() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let firewall = made(&api).await;
    let first = &firewall["rules"][0];
    assert_eq!((&first["port_end"], &first["endpoint_spec"]), (&json!(443), &Value::Null));
    assert_eq!((&firewall["name"], firewall.get("description")), (&json!("web"), None));
    let update =
        |body: Value| api.call("updateFirewall").with("firewall_uuid", uuid(&firewall)).body(body);
    let kept = rule(json!({ "uuid": first["uuid"], "port_start": 443 }));
    let new = rule(json!({
        "port_start": 22, "port_end": 23, "endpoint_spec_type": "ip_prefixes",
        "endpoint_spec": ["10.22.33.0/24", "10.12.34.5"],
    }));
    let changed = update(json!({ "name": "ssh", "rules": [kept, new] })).ok().await;
    assert_eq!((&changed["display_name"], &changed["rules"][0]), (&json!("ssh"), first));
    assert_eq!(changed["rules"][1]["endpoint_spec"], json!(["10.22.33.0/24", "10.12.34.5"]));
    let only = update(json!({ "rules": [] })).ok().await;
    assert_eq!((&only["display_name"], &only["rules"]), (&json!("ssh"), &json!([])));
    assert_eq!(api.call("listFirewalls").ok().await, json!([only]));
    // There is no way to read one alone.
    let path = format!("/v1/network/firewalls/{}", uuid(&firewall));
    assert_eq!(api.raw("GET", &path, None).await.status, 405);
    let gone = api.call("deleteFirewall").with("firewall_uuid", uuid(&firewall));
    gone.expect(204).await;
    assert_eq!(update(json!({})).response().await.status, 404);
}

#[tokio::test]
async fn a_rule_that_makes_no_sense_is_refused_by_name() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    for (at, spec) in [
        ("port_start", json!({ "port_start": 90, "port_end": 80 })),
        ("port_start", json!({ "port_end": 80 })),
        ("port_start", json!({ "port_start": 0 })),
        ("port_end", json!({ "port_start": 1, "port_end": 65536 })),
        ("direction", json!({ "direction": "sideways" })),
        ("endpoint_spec_type", json!({ "endpoint_spec_type": "some" })),
        ("endpoint_spec", json!({ "endpoint_spec_type": "ip_prefixes" })),
        (
            "endpoint_spec",
            json!({ "endpoint_spec_type": "ip_prefixes", "endpoint_spec": ["10.0.0.0/33"] }),
        ),
    ] {
        let new = json!({ "display_name": "x", "rules": [rule(spec.clone())] });
        let refused = api.call("createFirewall").body(new).response().await;
        let named = &refused.json()["errors"][format!("rules[0].{at}")];
        assert!(refused.status == 400 && named.is_string(), "{spec}: {}", refused.text());
    }
}

#[tokio::test]
async fn an_object_is_no_list_of_rules() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    for rules in [json!({}), rule(json!({ "port_start": 443 }))] {
        for operation in ["createFirewall", "createLoadBalancer"] {
            let new = json!({ "display_name": "x", "rules": rules });
            let refused = api.call(operation).body(new).response().await;
            let words = r#"{"errors":{"rules":"value must be a list"}}"#;
            assert_eq!((refused.status, refused.text()), (400, words.to_owned()), "{operation}");
        }
    }
}

#[tokio::test]
async fn refusals_of_values_share_their_words() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    for (at, spec, words) in [
        ("port_start", json!({ "port_start": 0 }), "value must be at least 1"),
        ("port_start", json!({ "port_start": 65536 }), "value must be at most 65535"),
        ("port_start", json!({ "port_start": "ssh" }), "Invalid whole number provided"),
        (
            "protocol",
            json!({ "protocol": "sctp" }),
            "value must be one from the list ['tcp', 'udp', 'icmp', 'any']",
        ),
    ] {
        let new = json!({ "display_name": "x", "rules": [rule(spec.clone())] });
        let refused = api.call("createFirewall").body(new).response().await.json();
        assert_eq!(refused["errors"][format!("rules[0].{at}")], words, "{spec}: {refused}");
    }
}

#[tokio::test]
async fn a_machine_has_a_firewall_until_either_is_gone() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let (firewall, vm) = (made(&api).await, machine(&api, "web-1").await);
    let of = |operation: &'static str, vm: &str| {
        api.call(operation).with("firewall_uuid", uuid(&firewall)).with("vm_uuid", vm)
    };
    let assigned = json!([{ "resource_type": "vm", "resource_uuid": vm["uuid"] }]);
    for _ in 0..2 {
        assert_eq!(of("assignFirewall", uuid(&vm)).ok().await, assigned);
    }
    let listed = api.call("listFirewalls").ok().await;
    assert_eq!(listed[0]["resources_assigned"], assigned);
    assert_eq!(of("assignFirewall", NOTHING).response().await.status, 400);
    let free = of("unassignFirewall", uuid(&vm)).response().await;
    assert_eq!((free.status, free.body.len()), (204, 0));
    of("assignFirewall", uuid(&vm)).ok().await;
    api.call("deleteVm").body(json!({ "uuid": vm["uuid"] })).ok().await;
    assert_eq!(api.call("listFirewalls").ok().await[0]["resources_assigned"], json!([]));
}
