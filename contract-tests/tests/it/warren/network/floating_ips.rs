use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::{MACHINE, OTHER_MACHINE, machine, uuid};
use crate::warren::{NOTHING, customer, empty, of_3nv};

async fn listed(api: &Api) -> Vec<Value> {
    api.call("listFloatingIps").ok().await.as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn an_address_is_reserved_assigned_unassigned_and_deleted() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let vm = machine(&api, "web-1").await;
    let new = json!({ "billing_account_id": 6, "name": "my_ip" });
    let ip = api.call("createFloatingIp").body(new).ok().await;
    assert_eq!((&ip["assigned_to"], &ip["network_id"]), (&Value::Null, &Value::Null));
    assert_eq!((&ip["billing_account_id"], &ip["type"]), (&json!(6), &json!("public")));
    // A list leaves out what an address does not have.
    assert!(listed(&api).await[0].get("assigned_to").is_none());
    let address = ip["address"].as_str().unwrap();
    let of = |operation: &'static str| api.call(operation).with("address", address);

    let assigned = of("assignFloatingIp").body(json!({ "vm_uuid": vm["uuid"] })).ok().await;
    assert_eq!(assigned["assigned_to"], vm["uuid"]);
    assert_eq!(assigned["assigned_to_resource_type"], "virtual_machine");
    assert_eq!(assigned["assigned_to_private_ip"], vm["private_ipv4"]);
    assert_eq!(of("getFloatingIp").ok().await, assigned);
    let found = api.call("listFloatingIps").with("vm_uuid", uuid(&vm)).ok().await;
    assert_eq!(found, json!([assigned]));
    let of_nobody = api.call("listFloatingIps").with("billing_account_id", 7).ok().await;
    assert_eq!(of_nobody, json!([]));

    // Renaming keeps the rest.
    let renamed = of("updateFloatingIp").body(json!({ "name": "dns" })).ok().await;
    assert_eq!((&renamed["name"], &renamed["assigned_to"]), (&json!("dns"), &vm["uuid"]));
    let free = of("unassignFloatingIp").ok().await;
    assert_eq!((&free["assigned_to"], free["unassigned_at"].is_string()), (&Value::Null, true));
    // Clients send a body here, which means nothing.
    of("unassignFloatingIp").body(json!({ "vm_uuid": vm["uuid"] })).ok().await;

    let gone = of("deleteFloatingIp").response().await;
    assert_eq!((gone.status, gone.text()), (200, "true".to_owned()));
    let words = format!(r#"{{"message":"Ip address {address} was not found."}}"#);
    for operation in [
        "getFloatingIp",
        "updateFloatingIp",
        "deleteFloatingIp",
        "deleteFloatingIpAtOldPath",
        "assignFloatingIp",
        "unassignFloatingIp",
    ] {
        let unknown = of(operation).body(json!({ "vm_uuid": vm["uuid"] })).response().await;
        assert_eq!((unknown.status, unknown.text()), (404, words.clone()), "{operation}");
    }
}

#[tokio::test]
async fn a_service_and_a_load_balancer_have_addresses_as_a_machine_has() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let package = api.call("listPackages").ok().await[0].take();
    let lb = api.call("listLoadBalancers").ok().await[0].take();
    let ip = api.call("createFloatingIp").ok().await;
    let of = |operation: &'static str| {
        api.call(operation).with("address", ip["address"].as_str().unwrap())
    };
    for (kind, uuid, private) in [
        ("service", &package["uuid"], &package["properties"]["service_ip"]),
        ("load_balancer", &lb["uuid"], &lb["private_address"]),
    ] {
        let to = json!({ "assigned_to": uuid, "assigned_to_resource_type": kind });
        let assigned = of("assignFloatingIp").body(to).ok().await;
        assert_eq!(
            (&assigned["assigned_to"], &assigned["assigned_to_resource_type"]),
            (uuid, &json!(kind))
        );
        assert_eq!(&assigned["assigned_to_private_ip"], private);
        // What has an address was not deprived of it.
        assert!(assigned.get("unassigned_at").is_none(), "{assigned}");
        of("unassignFloatingIp").ok().await;
    }
}

#[tokio::test]
async fn an_address_goes_to_one_thing_at_a_time_and_only_to_what_there_is() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let (one, two) = (machine(&api, "web-1").await, machine(&api, "web-2").await);
    let ip = api.call("createFloatingIp").ok().await;
    let assign = |to: Value| {
        api.call("assignFloatingIp").with("address", ip["address"].as_str().unwrap()).body(to)
    };
    let unknown = assign(json!({ "vm_uuid": NOTHING })).response().await;
    let words = format!(r#"{{"errors":{{"Error":"No such virtual machine exists: {NOTHING}"}}}}"#);
    assert_eq!((unknown.status, unknown.text()), (400, words));
    let nothing = assign(json!({})).response().await;
    let words = r#"{"errors":{"vm_uuid":"Required parameter 'vm_uuid' not supplied"}}"#;
    assert_eq!((nothing.status, nothing.text()), (400, words.to_owned()));
    let both =
        json!({ "assigned_to": one["uuid"], "assigned_to_resource_type": "virtual_machine" });
    assign(both.clone()).ok().await;
    assert_eq!(assign(both).ok().await["assigned_to"], one["uuid"]);
    let taken = assign(json!({ "vm_uuid": two["uuid"] })).response().await;
    assert_eq!(taken.status, 409);
    // A machine is no load balancer.
    let wrong = json!({ "assigned_to": two["uuid"], "assigned_to_resource_type": "load_balancer" });
    assert_eq!(assign(wrong).response().await.status, 400);
}

#[tokio::test]
async fn a_machine_has_one_address_whichever_way_it_comes() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let words = r#"{"message":"The virtual machine already has the ip address 198.18.0.1."}"#;
    let assign = |to: &str| {
        let call = api.call("assignFloatingIp").with("address", "198.18.0.2");
        call.body(json!({ "vm_uuid": to }))
    };
    let reserve = api.call("reservePublicIp").body(json!({ "uuid": MACHINE }));
    for refused in [assign(MACHINE).response().await, reserve.response().await] {
        assert_eq!((refused.status, refused.text()), (409, words.to_owned()));
    }
    // Released in the older way, it makes room for another.
    api.call("releasePublicIp").body(json!({ "uuid": MACHINE })).ok().await;
    assert_eq!(assign(MACHINE).ok().await["assigned_to"], MACHINE);
    let none = api.call("releasePublicIp").body(json!({ "uuid": OTHER_MACHINE }));
    assert_eq!(none.response().await.status, 400);
    api.call("reservePublicIp").body(json!({ "uuid": OTHER_MACHINE })).ok().await;
    // A load balancer and a service have one, too.
    let lb = api.call("createLoadBalancer").body(json!({})).ok().await;
    let new = api.call("createFloatingIp").ok().await;
    let both = json!({ "assigned_to": lb["uuid"], "assigned_to_resource_type": "load_balancer" });
    let second = api.call("assignFloatingIp").with("address", new["address"].as_str().unwrap());
    assert_eq!(second.body(both).response().await.status, 409);
}

#[tokio::test]
async fn an_address_of_a_machine_that_is_deleted_stays_reserved() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    api.call("deleteVm").body(json!({ "uuid": MACHINE })).ok().await;
    let ip = api.call("getFloatingIp").with("address", "198.18.0.1").ok().await;
    assert!(ip.get("assigned_to").is_none() && ip["unassigned_at"].is_string(), "{ip}");
}

#[tokio::test]
async fn the_example_of_the_references_has_another_path() {
    let emulator = Emulator::start();
    let api = of_3nv(&emulator);
    let address = listed(&api).await[0]["address"].as_str().unwrap().to_owned();
    let gone = api.call("deleteFloatingIpAtOldPath").with("address", &address).response().await;
    assert_eq!((gone.status, gone.text()), (200, "true".to_owned()));
    // The documented path of a new one ends in a slash.
    let new = api.raw("POST", "/v1/network/ip_addresses/", Some(json!({ "name": "a" }))).await;
    assert_eq!((new.status, &new.json()["name"]), (200, &json!("a")));
    // At another location there is none of them.
    let there = api.raw("GET", "/v1/bus02/network/ip_addresses", None).await;
    assert_eq!(there.json(), json!([]));
}
