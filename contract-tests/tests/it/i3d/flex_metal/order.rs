use contract_tests::{Api, Emulator};
use mock_server::{Config, engine::WorldKind};
use serde_json::{Value, json};

use super::servers::{KEY, order, order_with, ordered, release, server};

const PUBLIC_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRsVRPOs00Qg5sjvRqahzUU94NMk/pqQuUy5orE75Ox me";

/// The properties at fault.
async fn faults(api: &Api, order: Value) -> Vec<String> {
    let errors = api.call("createFlexMetalServer").body(order).refused(422, 11001).await;
    errors.into_iter().map(|(property, _)| property).collect()
}

fn with_os(slug: &str, others: Value) -> Value {
    let mut order = order("web");
    order["os"]["slug"] = slug.into();
    for (name, value) in others.as_object().unwrap() {
        order[name] = value.clone();
    }
    order
}

#[tokio::test]
async fn names_of_places_and_types_are_read_generously() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut generous = order_with("/location", json!(" eu: rotterdam "));
    generous["instanceType"] = "BM7.std.8".into();
    let uuid = ordered(&api, generous).await;
    assert_eq!(server(&api, &uuid).await["location"]["name"], "EU: Rotterdam");
    assert_eq!(server(&api, &uuid).await["instanceType"]["name"], "bm7.std.8");
}

#[tokio::test]
async fn everything_at_fault_is_named_at_once() {
    let emulator = Emulator::start();
    let wrong = json!({
        "name": " ",
        "location": "EU: Atlantis",
        "instanceType": "bm7.std.8",
        "os": {
            "slug": "debian-12",
            "ipxeScriptUrl": "https://example.org/boot",
            "kernelParams": [{ "key": "a b", "value": "c" }],
            "partitions": [{ "target": "home", "filesystem": "ext4", "size": 0 }],
        },
        "sshKey": [KEY, "0d9e5bb1-7a54-4f7c-9d0c-64bb0f6a9b7e", "no key"],
        "contractId": "MY-CONTRACT-123",
    });
    let expected = [
        "location",
        "name",
        "os.ipxeScriptUrl",
        "sshKey[1]",
        "sshKey[2]",
        "os.kernelParams[0].key",
        "os.partitions[0].target",
        "os.partitions[0].size",
        "contractId",
    ];
    assert_eq!(faults(&emulator.api(), wrong).await, expected);
}

#[tokio::test]
async fn each_fault_has_its_property() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let layout = |parts: Value| order_with("/os/partitions", parts);
    let part =
        |target: &str, size: i64| json!({ "target": target, "filesystem": "ext4", "size": size });
    let cases = [
        (order_with("/instanceType", json!("bm7.std.9")), "instanceType"),
        (order_with("/location", json!("EU: Montreuil 1")), "instanceType"),
        (order_with("/os/slug", json!("plan9")), "os.slug"),
        (order_with("/os/slug", json!("centos-7")), "os.slug"),
        (order_with("/os/slug", json!("freebsd-14")), "os.slug"),
        (order_with("/sshKey", json!([])), "sshKey"),
        (order_with("/sshKey", json!(null)), "sshKey"),
        (order_with("/os/ipxeScriptUrl", json!("https://example.org/boot")), "os.ipxeScriptUrl"),
        (layout(json!([part("/", -1), part("/home", -1)])), "os.partitions[1].size"),
        (layout(json!([part("/", 4096), part("/", 4096)])), "os.partitions[1].target"),
        (layout(json!([part("/", 960_001)])), "os.partitions"),
        (with_os("custom-ipxe", json!({ "sshKey": [] })), "os.ipxeScriptUrl"),
        (with_os("talos-omni-190", json!({ "name": "my server" })), "name"),
        (
            with_os("talos-omni-190", json!({ "postInstallScript": "#!/bin/sh" })),
            "postInstallScript",
        ),
        (
            with_os("windows-server-2022", json!({ "postInstallScript": "#!/bin/sh" })),
            "postInstallScript",
        ),
        (order_with("/contractId", json!("MY-CONTRACT-123")), "contractId"),
        (order_with("/contractId", json!("JD-NB2UU6VX732")), "contractId"),
        (order_with("/contractId", json!("HARBOUR-2024-1")), "contractId"),
    ];
    for (order, property) in cases {
        assert_eq!(faults(&api, order.clone()).await, [property], "{order}");
    }
}

#[tokio::test]
async fn what_the_system_does_not_need_may_be_left_out() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let unset = json!({ "sshKey": null, "tags": null, "postInstallScript": "", "contractId": "" });
    for slug in ["talos-omni-190", "windows-server-2025"] {
        ordered(&api, with_os(slug, unset.clone())).await;
    }
    let mut ipxe = with_os("custom-ipxe", unset);
    ipxe["os"]["ipxeScriptUrl"] = "https://example.org/custom-ipxe.cfg".into();
    ordered(&api, ipxe).await;
    let mut plain = order_with("/os/ipxeScriptUrl", json!(""));
    plain["os"]["kernelParams"] = json!(null);
    plain["os"]["partitions"] = json!(null);
    ordered(&api, plain).await;
}

#[tokio::test]
async fn keys_may_be_stored_or_given_side_by_side() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut wanted = order_with("/sshKey", json!([KEY, PUBLIC_KEY]));
    wanted["postInstallScript"] = "#!/bin/bash\ntrue".into();
    wanted["os"]["partitions"] = json!([
        { "target": "/boot", "filesystem": "ext2", "size": 4096 },
        { "target": "/", "filesystem": "ext4", "size": -1 },
        { "target": "swap", "filesystem": "ext4", "size": 8192 },
    ]);
    let uuid = ordered(&api, wanted).await;
    let shown = server(&api, &uuid).await;
    assert_eq!(shown["os"], json!({ "slug": "ubuntu-2404-lts" }));
}

#[tokio::test]
async fn a_refused_order_leaves_nothing_behind() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = api.call("getFlexMetalServers").ok().await;
    let mut wrong = order_with("/tags", json!(["leftover"]));
    wrong["sshKey"] = json!([]);
    faults(&api, wrong).await;
    assert_eq!(api.call("getFlexMetalServers").ok().await, before);
    api.call("getFlexMetalTag").with("tag", "leftover").refused(404, 10001).await;
    api.call("createFlexMetalServer").text("{").refused(400, 10008).await;
}

#[tokio::test]
async fn a_full_commit_pool_overflows_only_if_asked() {
    let emulator = Emulator::start();
    let api = emulator.api();
    // The demo world uses one of the two servers of this contract.
    let mut wanted = order_with("/contractId", json!("PO12345"));
    let second = ordered(&api, wanted.clone()).await;
    assert_eq!(server(&api, &second).await["contractId"], "PO12345");
    assert_eq!(faults(&api, wanted.clone()).await, ["contractId"]);

    wanted["overflow"] = true.into();
    let overflown = ordered(&api, wanted.clone()).await;
    assert_eq!(server(&api, &overflown).await["contractId"], "");

    release(&api, &second).await;
    let third = ordered(&api, wanted).await;
    assert_eq!(server(&api, &third).await["contractId"], "PO12345");
}

#[tokio::test]
async fn an_exhausted_quota_refuses_until_a_server_is_given_back() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let wanted = order_with("/instanceType", json!("bm9.hmm.gpu.4rtx4000.64"));
    let only = ordered(&api, wanted.clone()).await;
    let refused =
        async |order| api.call("createFlexMetalServer").body(order).refused(422, 11001).await;
    let fault = |message: &str| [("instanceType".to_owned(), message.to_owned())];
    let exhausted = fault("has an on-demand quota of 1 at this location, which is in use");
    assert_eq!(refused(wanted.clone()).await, exhausted);
    release(&api, &only).await;
    ordered(&api, wanted).await;
    // This customer has no quota at all for this type at this place.
    let mut none = order_with("/location", json!("BR: Sao Paulo"));
    none["instanceType"] = "bm8.std.32".into();
    assert_eq!(refused(none).await, fault("has no on-demand quota at this location"));
}

#[tokio::test]
async fn a_customer_without_flex_metal_orders_nothing() {
    let emulator = Emulator::start();
    let api = emulator.api().with_key("i3dVisserKey11223344");
    assert!(
        api.call("createFlexMetalServer").body(order("web")).refused(403, 10003).await.is_empty()
    );
    assert_eq!(api.call("getFlexMetalServers").ok().await, json!([]));
}

#[tokio::test]
async fn an_empty_world_takes_orders_too() {
    let emulator =
        Emulator::with(Config { seed: Some(1), world: WorldKind::Empty, ..Config::default() });
    let api = emulator.api();
    assert_eq!(api.call("getFlexMetalServers").ok().await, json!([]));
    let uuid = ordered(&api, order_with("/sshKey", json!([PUBLIC_KEY]))).await;
    assert_eq!(server(&api, &uuid).await["status"], "created");
}
