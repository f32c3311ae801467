//! A token that belongs to one billing account opens what that account pays for, and nothing else.

use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::{BOUND, FORBIDDEN, customer};

/// The billing account of the token.
const OWN: i64 = 129_072;
/// Another one of the same customer.
const OTHER: i64 = 129_188;
/// A machine that the billing account of the token pays for, with its first disk.
const OWN_MACHINE: (&str, &str) =
    ("018d0c5e-7c00-7000-8000-00000000d001", "018d0c5e-7c00-7000-8000-00000000e001");
/// A machine that the other one pays for, with its disk.
const MACHINE: (&str, &str) =
    ("018d0c5e-7c00-7000-8000-00000000d002", "018d0c5e-7c00-7000-8000-00000000e003");

async fn refused(api: &Api, operation: &'static str, path: &[(&'static str, &str)], body: Value) {
    let call = path.iter().fold(api.call(operation), |call, (name, value)| call.with(name, *value));
    let call = if body.is_null() { call } else { call.body(body) };
    let answer = call.response().await;
    assert_eq!((answer.status, answer.text()), (403, FORBIDDEN.to_owned()), "{operation}");
}

fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name].as_str().expect("a text")
}

#[tokio::test]
async fn machines_of_others_are_closed_to_it() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let bound = api.with_key(BOUND);
    let (uuid, disk) = MACHINE;
    api.call("createReplica").body(json!({ "uuid": uuid })).ok().await;
    let replicas = api.call("listReplicas").with("uuid", uuid).ok().await;
    let replica = text(&replicas[0], "uuid");
    let by = json!({ "uuid": uuid });
    for (operation, body) in [
        ("modifyVm", json!({ "uuid": uuid, "name": "mine" })),
        ("deleteVm", by.clone()),
        ("changePassword", json!({ "uuid": uuid, "username": "x", "password": "Password1234" })),
        ("reinstallVm", by.clone()),
        ("rebuildVm", json!({ "uuid": uuid, "replica_uuid": replica })),
        ("toggleBackup", by.clone()),
        ("cloneVm", json!({ "uuid": uuid, "name": "copy" })),
        ("reservePublicIp", by.clone()),
        ("releasePublicIp", by.clone()),
        ("startVm", by.clone()),
        ("stopVm", by.clone()),
        ("rescueStart", by.clone()),
        ("createReplica", by.clone()),
        ("createReplica", json!({ "uuid": disk })),
        ("deleteReplica", json!({ "replica_uuid": replica })),
        ("addVmDisk", json!({ "uuid": uuid, "size_gb": 20 })),
        ("modifyVmDisk", json!({ "uuid": uuid, "disk_uuid": disk, "size_gb": 30 })),
        ("setResourceBilling", json!({ "uuid": uuid, "billing_account_id": OWN })),
    ] {
        refused(&bound, operation, &[], body).await;
    }
    refused(&bound, "getVm", &[("uuid", uuid)], Value::Null).await;
    refused(&bound, "listReplicas", &[("uuid", uuid)], Value::Null).await;
    let machines = bound.call("listVms").ok().await;
    assert_eq!(
        (machines.as_array().map(Vec::len), text(&machines[0], "uuid")),
        (Some(1), OWN_MACHINE.0)
    );
    bound.call("toggleBackup").body(json!({ "uuid": OWN_MACHINE.0 })).ok().await;
    // A copy would open what the machine holds, too.
    let copy = json!({ "size_gb": 20, "source_image_type": "SNAPSHOT", "source_image": replica });
    refused(&bound, "createDisk", &[], copy).await;
}

#[tokio::test]
async fn disks_of_others_are_closed_to_it() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let bound = api.with_key(BOUND);
    let new = json!({ "size_gb": 20, "billing_account_id": OTHER });
    let disk = api.call("createDisk").body(new).expect(201).await;
    let uuid = text(&disk, "uuid");
    let path = [("disk_uuid", uuid)];
    for operation in ["getDisk", "getDiskSingular", "deleteDisk", "deleteDiskSingular"] {
        refused(&bound, operation, &path, Value::Null).await;
    }
    refused(&bound, "modifyDisk", &path, json!({ "display_name": "mine" })).await;
    let attach = json!({ "uuid": OWN_MACHINE.0, "storage_uuid": uuid });
    refused(&bound, "attachDisk", &[], attach.clone()).await;
    let medium = json!({
        "uuid": OWN_MACHINE.0, "boot_image_uuid": uuid, "boot_image_repository": "private",
    });
    refused(&bound, "bootIsoMedia", &[], medium).await;
    // On a machine that it opens, the disk is still another's.
    api.call("attachDisk").body(attach.clone()).ok().await;
    refused(&bound, "detachDisk", &[], attach.clone()).await;
    refused(&bound, "deleteVmDisk", &[], attach).await;
    let listed = bound.call("listDisks").ok().await;
    let listed = listed.as_array().cloned().unwrap_or_default();
    assert!(!listed.is_empty());
    assert!(listed.iter().all(|disk| disk["billing_account_id"] == OWN), "{listed:?}");
    // The disks of a machine go with it, whoever pays for them.
    bound.call("deleteVm").body(json!({ "uuid": OWN_MACHINE.0 })).ok().await;
    let gone = api.call("getDisk").with("disk_uuid", uuid).ok().await;
    assert_eq!(gone["status"], "Deleted");
}

#[tokio::test]
async fn addresses_firewalls_and_load_balancers_of_others_are_closed_to_it() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let bound = api.with_key(BOUND);
    let payer = json!({ "billing_account_id": OTHER });
    let ip = api.call("createFloatingIp").body(payer.clone()).ok().await;
    let path = [("address", text(&ip, "address"))];
    for operation in ["getFloatingIp", "deleteFloatingIp", "deleteFloatingIpAtOldPath"] {
        refused(&bound, operation, &path, Value::Null).await;
    }
    refused(&bound, "unassignFloatingIp", &path, Value::Null).await;
    refused(&bound, "updateFloatingIp", &path, json!({ "name": "mine" })).await;
    refused(&bound, "assignFloatingIp", &path, json!({ "vm_uuid": OWN_MACHINE.0 })).await;
    // Neither does its own go to what others pay for.
    let own = [("address", "198.18.0.2")];
    refused(&bound, "assignFloatingIp", &own, json!({ "vm_uuid": MACHINE.0 })).await;
    let other = [("billing_account_id", "129188")];
    refused(&bound, "listFloatingIps", &other, Value::Null).await;
    assert_eq!(bound.call("listFloatingIps").ok().await.as_array().map(Vec::len), Some(2));

    let new = json!({ "display_name": "other", "billing_account_id": OTHER });
    let firewall = api.call("createFirewall").body(new).ok().await;
    let uuid = text(&firewall, "uuid");
    refused(&bound, "updateFirewall", &[("firewall_uuid", uuid)], json!({ "rules": [] })).await;
    refused(&bound, "deleteFirewall", &[("firewall_uuid", uuid)], Value::Null).await;
    for operation in ["assignFirewall", "unassignFirewall"] {
        let other = [("firewall_uuid", uuid), ("vm_uuid", OWN_MACHINE.0)];
        refused(&bound, operation, &other, Value::Null).await;
        let own = [("firewall_uuid", OWN_FIREWALL), ("vm_uuid", MACHINE.0)];
        refused(&bound, operation, &own, Value::Null).await;
    }
    assert_eq!(bound.call("listFirewalls").ok().await.as_array().map(Vec::len), Some(1));

    let lb = api.call("createLoadBalancer").body(payer).ok().await;
    let path = [("load_balancer_uuid", text(&lb, "uuid"))];
    for operation in ["getLoadBalancer", "deleteLoadBalancer"] {
        refused(&bound, operation, &path, Value::Null).await;
    }
    refused(&bound, "renameLoadBalancer", &path, json!({ "display_name": "mine" })).await;
    let target = json!({ "target_uuid": OWN_MACHINE.0, "target_type": "vm" });
    refused(&bound, "addTarget", &path, target).await;
    refused(&bound, "addForwardingRule", &path, json!({ "source_port": 1, "target_port": 1 }))
        .await;
    for operation in ["setLoadBalancerPayer", "changeLoadBalancerPayer"] {
        let body = json!({ "set_id": OWN, "billing_account_id": OWN });
        refused(&bound, operation, &path, body).await;
    }
    let own = bound.call("listLoadBalancers").ok().await;
    assert_eq!(own.as_array().map(Vec::len), Some(1));
    let own = [("load_balancer_uuid", text(&own[0], "uuid"))];
    let target = json!({ "target_uuid": MACHINE.0, "target_type": "vm" });
    refused(&bound, "addTarget", &own, target).await;
}

/// The firewall of the demo world.
const OWN_FIREWALL: &str = "018d0c5e-7c00-7000-8000-00000000a201";

#[tokio::test]
async fn buckets_and_services_of_others_are_closed_to_it() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let bound = api.with_key(BOUND);
    let path = [("name", "cloudia-web")];
    refused(&bound, "getBucket", &path, Value::Null).await;
    refused(&bound, "deleteBucket", &path, Value::Null).await;
    let body = json!({ "name": "cloudia-web", "billing_account_id": OWN });
    refused(&bound, "modifyBucket", &[], body).await;
    refused(&bound, "listBuckets", &[("billing_account_id", "129188")], Value::Null).await;
    let names: Vec<String> = bound
        .call("listBuckets")
        .ok()
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|bucket| text(bucket, "name").to_owned())
        .collect();
    assert_eq!(names, ["cloudia-backups", "cloudia-spare"]);

    let new = json!({
        "billing_account_id": OTHER, "service": "postgresql", "version": "14.0",
        "display_name": "other", "vm_cpu": 1, "vm_ram": 1024, "vm_disk_gb": 20,
    });
    let package = api.call("createPackage").body(new).ok().await;
    let path = [("service_package_uuid", text(&package, "uuid"))];
    for operation in ["getPackage", "getPackageSecrets", "listWhitelist", "deletePackage"] {
        refused(&bound, operation, &path, Value::Null).await;
    }
    refused(&bound, "updatePackage", &path, json!({ "display_name": "mine" })).await;
    for operation in ["addWhitelistEntry", "deleteWhitelistEntry"] {
        refused(&bound, operation, &path, json!({ "ip_address": "10.0.0.1" })).await;
    }
    assert_eq!(bound.call("listPackages").ok().await.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn what_concerns_all_billing_accounts_is_closed_to_it() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let bound = api.with_key(BOUND);
    let applied = api.call("applyForInvoicePayment").body(json!({ "billing_account_id": OTHER }));
    let card = applied.ok().await["id"].clone();
    let path = [("payment_object_id", &*card.to_string())];
    refused(&bound, "getCard", &path, Value::Null).await;
    for operation in ["removeCard", "setPrimaryCard"] {
        refused(&bound, operation, &[], json!({ "payment_object_id": card })).await;
    }
    let own = json!({ "billing_account_id": OWN });
    refused(&bound, "setDefaultBillingAccount", &[], own).await;
    let accounts = bound.call("listBillingAccounts").ok().await;
    assert_eq!((accounts.as_array().map(Vec::len), &accounts[0]["id"]), (Some(1), &json!(OWN)));
    // One that belongs to no billing account opens nothing that somebody pays for.
    let new = json!({ "restricted": true, "billing_account_id": 0 });
    let all = api.call("createToken").body(new).ok().await;
    let none = api.with_key(text(all.as_array().and_then(|it| it.last()).unwrap(), "token"));
    assert_eq!(none.call("listVms").ok().await, json!([]));
    refused(&none, "createFloatingIp", &[], json!({})).await;
}
