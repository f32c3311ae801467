//! Machines that are there: sizes, power, content, who pays, and their end.

use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::{NOTHING, customer, empty};

const MACHINE: &str = "018d0c5e-7c00-7000-8000-00000000d001";
const STOPPED: &str = "018d0c5e-7c00-7000-8000-00000000d002";

/// Everything that a form with the UUID of a machine can do.
const OF_A_MACHINE: &[&str] = &[
    "modifyVm",
    "deleteVm",
    "changePassword",
    "reinstallVm",
    "toggleBackup",
    "cloneVm",
    "releasePublicIp",
    "reservePublicIp",
    "rebuildVm",
    "createReplica",
    "startVm",
    "stopVm",
    "bootIsoMedia",
    "rescueStart",
    "addVmDisk",
    "modifyVmDisk",
    "deleteVmDisk",
    "attachDisk",
    "detachDisk",
    "setResourceBilling",
];

fn of(uuid: &str) -> Value {
    json!({ "uuid": uuid })
}

async fn refused(api: &Api, operation: &str, body: Value) -> String {
    let answer = api.call(operation).body(body).response().await;
    assert_eq!(answer.status, 400, "{operation}");
    answer.text()
}

#[tokio::test]
async fn an_unknown_machine_is_told_in_the_same_words_everywhere() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let words = format!(r#"{{"errors":{{"Error":"No such virtual machine exists: {NOTHING}"}}}}"#);
    let unknown = api.call("getVm").with("uuid", NOTHING).response().await;
    assert_eq!((unknown.status, unknown.text()), (400, words.clone()));
    let rest = json!({
        "uuid": NOTHING, "name": "x", "username": "me", "password": "Password1234", "size_gb": 1,
        "storage_uuid": NOTHING, "disk_uuid": NOTHING, "replica_uuid": NOTHING,
        "boot_image_uuid": NOTHING, "billing_account_id": 0,
    });
    for operation in OF_A_MACHINE {
        assert_eq!(refused(&api, operation, rest.clone()).await, words, "{operation}");
    }
    let missing = api.raw("GET", "/v1/user-resource/vm", None).await;
    let words = r#"{"errors":{"uuid":"Required parameter 'uuid' not supplied"}}"#;
    assert_eq!((missing.status, missing.text()), (400, words.to_owned()));
    // The machine of another location is unknown here.
    let there = format!("/v1/jkt02/user-resource/vm?uuid={MACHINE}");
    assert_eq!(api.raw("GET", &there, None).await.status, 400);
    assert_eq!(api.raw("GET", "/v1/jkt02/user-resource/vm/list", None).await.json(), json!([]));
}

#[tokio::test]
async fn what_another_customer_has_is_as_unknown_as_what_nobody_has() {
    const THEIRS: &str = "018d0c5e-7c00-7000-8000-00000000d003";
    const THEIR_DISK: &str = "018d0c5e-7c00-7000-8000-00000000e006";
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let replica = format!("{THEIR_DISK}2024-02-20-02-31-51");
    let theirs = json!({
        "uuid": THEIRS, "name": "x", "username": "me", "password": "Password1234", "size_gb": 99,
        "storage_uuid": THEIR_DISK, "disk_uuid": THEIR_DISK, "replica_uuid": replica,
        "boot_image_uuid": THEIR_DISK, "billing_account_id": 129_072,
    });
    for operation in OF_A_MACHINE {
        let words = refused(&api, operation, theirs.clone()).await;
        assert!(words.contains("No such virtual machine exists"), "{operation}: {words}");
    }
    // The same with a machine of one's own and a disk or a replica of theirs.
    let mut mine = theirs;
    mine["uuid"] = json!(MACHINE);
    mine["boot_image_repository"] = json!("private");
    for (operation, status) in [
        ("modifyVmDisk", 404),
        ("deleteVmDisk", 404),
        ("attachDisk", 404),
        ("detachDisk", 404),
        ("rebuildVm", 400),
        ("deleteReplica", 400),
        ("bootIsoMedia", 400),
    ] {
        let answer = api.call(operation).body(mine.clone()).response().await;
        assert_eq!(answer.status, status, "{operation}");
    }
    let disk = json!({ "name": "x", "vcpu": 1, "ram": 512, "disk_uuid": THEIR_DISK });
    assert_eq!(api.call("createVm").body(disk).response().await.status, 404);
    for operation in ["getDisk", "modifyDisk", "deleteDisk"] {
        let call = api.call(operation).with("disk_uuid", THEIR_DISK);
        assert_eq!(call.response().await.status, 404, "{operation}");
    }
}

#[tokio::test]
async fn only_a_stopped_machine_changes_its_size() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let with = |changes: Value| {
        let mut body = changes;
        body["uuid"] = json!(MACHINE);
        body
    };
    let named = api.call("modifyVm").body(with(json!({ "name": "web_1", "backup": false })));
    let named = named.ok().await;
    let shown = (&named["name"], &named["hostname"], &named["backup"]);
    assert_eq!(shown, (&json!("web_1"), &json!("web-1"), &json!(true)));
    let unchanged = refused(&api, "modifyVm", with(json!({ "ram": 2048, "vcpu": 2 }))).await;
    assert!(unchanged.contains("cannot be set if none is changed"), "{unchanged}");
    let running = refused(&api, "modifyVm", with(json!({ "name": "x", "ram": 4096 }))).await;
    assert!(running.contains("stopped"), "{running}");
    assert_eq!(api.call("getVm").with("uuid", MACHINE).ok().await, named);

    api.call("stopVm").body(of(MACHINE)).ok().await;
    let resized = api.call("modifyVm").body(with(json!({ "ram": "4096", "vcpu": "4" })));
    let resized = resized.ok().await;
    let shown = (&resized["memory"], &resized["vcpu"], &resized["status"]);
    assert_eq!(shown, (&json!(4096), &json!(4), &json!("stopped")));
    assert_eq!(api.call("startVm").body(of(MACHINE)).ok().await["status"], "running");
}

#[tokio::test]
async fn starting_and_stopping_twice_is_no_error() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    for (operation, status) in [
        ("startVm", "running"),
        ("startVm", "running"),
        ("stopVm", "stopped"),
        ("stopVm", "stopped"),
    ] {
        let machine = api.call(operation).body(of(STOPPED)).ok().await;
        assert_eq!((&machine["uuid"], &machine["status"]), (&json!(STOPPED), &json!(status)));
    }
    // A client sends all in the query and calls nothing a form.
    let path = format!("/v1/user-resource/vm/stop?uuid={MACHINE}&force=true");
    let stopped = api.raw("POST", &path, None).await;
    assert_eq!((stopped.status, &stopped.json()["status"]), (200, &json!("stopped")));
    let odd = api.call("startVm").text(&format!("uuid={MACHINE}"));
    let odd = odd.header("content-type", "application/x-www-form-urlencoded").ok().await;
    assert_eq!(odd["status"], "running");
}

#[tokio::test]
async fn a_machine_boots_from_a_medium_of_the_platform_or_of_the_user() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let with = |image: &str, repository: &str| {
        json!({
            "uuid": STOPPED, "boot_image_uuid": image, "boot_image_repository": repository,
        })
    };
    let platform = "e3a5f2d6-7d15-11f0-85ba-047bcbc1cb26";
    let private = "018d0c5e-7c00-7000-8000-00000000e005";
    let plain = "018d0c5e-7c00-7000-8000-00000000e004";
    for (image, repository) in [(platform, "platform"), (private, "private")] {
        let booted = api.call("bootIsoMedia").body(with(image, repository)).ok().await;
        assert_eq!(booted["status"], "running");
        api.call("stopVm").body(of(STOPPED)).ok().await;
    }
    for (image, repository) in
        [(platform, "private"), (private, "platform"), (plain, "private"), (NOTHING, "platform")]
    {
        refused(&api, "bootIsoMedia", with(image, repository)).await;
    }
    assert_eq!(api.call("rescueStart").body(of(STOPPED)).ok().await["status"], "running");
}

#[tokio::test]
async fn a_public_address_is_released_and_reserved_in_the_older_way() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let released = api.call("releasePublicIp").body(of(MACHINE)).ok().await;
    assert!(released.get("public_ipv6").is_none() && released.get("public_ipv4").is_none());
    refused(&api, "releasePublicIp", of(MACHINE)).await;
    // The address is still there, and another one is reserved.
    let before = api.call("listFloatingIps").ok().await.as_array().map_or(0, Vec::len);
    let reserved = api.call("reservePublicIp").body(of(MACHINE)).ok().await;
    let v6 = reserved["public_ipv6"].as_str().expect("an address");
    assert!(v6.starts_with("2001:db8:"), "{v6} could be somebody's");
    let after = api.call("listFloatingIps").ok().await.as_array().map_or(0, Vec::len);
    assert_eq!(after, before + 1);
    let second = api.call("reservePublicIp").body(of(MACHINE)).response().await;
    assert_eq!(second.status, 409);
}

#[tokio::test]
async fn a_password_is_changed_while_the_machine_runs() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let with = |uuid: &str, password: &str| {
        let username = "example";
        json!({ "uuid": uuid, "username": username, "password": password })
    };
    let changed = api.call("changePassword").body(with(MACHINE, "Password1234")).ok().await;
    assert_eq!(changed, json!({ "success": true }));
    refused(&api, "changePassword", with(STOPPED, "Password1234")).await;
    let weak = refused(&api, "changePassword", with(MACHINE, "password")).await;
    assert!(weak.starts_with(r#"{"errors":{"password":""#), "{weak}");
}

#[tokio::test]
async fn a_machine_gets_another_system_and_keeps_its_replicas() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let before = api.call("getVm").with("uuid", STOPPED).ok().await;
    let again = api.call("reinstallVm").body(of(STOPPED)).ok().await;
    assert_eq!((&again["os_version"], &again["status"]), (&json!("12"), &json!("running")));
    assert_eq!(again["storage"][0]["uuid"], before["storage"][0]["uuid"]);
    let other = json!({ "uuid": MACHINE, "os_name": "debian", "os_version": "12" });
    let other = api.call("reinstallVm").body(other).ok().await;
    let replicas = other["storage"][0]["replica"].as_array().map(Vec::len);
    assert_eq!((&other["os_name"], replicas), (&json!("debian"), Some(1)));
    let disk = other["storage"][0]["uuid"].as_str().unwrap();
    let disk = api.call("getDisk").with("disk_uuid", disk).ok().await;
    assert_eq!(disk["source_image"], "debian_12");
    let unknown = json!({ "uuid": MACHINE, "os_version": "95" });
    let unknown = refused(&api, "reinstallVm", unknown).await;
    assert!(unknown.contains("if 'os_name=debian' then"), "{unknown}");
}

#[tokio::test]
async fn backups_are_turned_on_and_off_by_the_same_request() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    for backup in [false, true] {
        let machine = api.call("toggleBackup").body(of(MACHINE)).ok().await;
        assert_eq!(machine["backup"], backup);
    }
}

#[tokio::test]
async fn a_clone_has_disks_and_addresses_of_its_own() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let original = api.call("getVm").with("uuid", MACHINE).ok().await;
    let name = "Name of the Clone";
    let clone = api.call("cloneVm").body(json!({ "uuid": MACHINE, "name": name })).ok().await;
    assert_eq!((&clone["name"], &clone["status"]), (&json!(name), &json!("running")));
    for member in ["uuid", "mac", "private_ipv4"] {
        assert_ne!(clone[member], original[member], "{member}");
    }
    for member in ["memory", "vcpu", "os_name", "username", "designated_pool_uuid"] {
        assert_eq!(clone[member], original[member], "{member}");
    }
    let (disks, copies) = (&original["storage"], &clone["storage"]);
    for (disk, copy) in disks.as_array().unwrap().iter().zip(copies.as_array().unwrap()) {
        assert_eq!((&copy["name"], &copy["size"]), (&disk["name"], &disk["size"]));
        assert_ne!(copy["uuid"], disk["uuid"]);
    }
}

#[tokio::test]
async fn a_machine_takes_its_disks_along_when_it_goes() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let machine = api.call("getVm").with("uuid", MACHINE).ok().await;
    let gone = api.call("deleteVm").body(of(MACHINE)).ok().await;
    assert_eq!(gone, json!({ "success": true }));
    refused(&api, "deleteVm", of(MACHINE)).await;
    assert_eq!(api.call("listVms").ok().await.as_array().map(Vec::len), Some(1));
    for disk in machine["storage"].as_array().unwrap() {
        let disk = api.call("getDisk").with("disk_uuid", disk["uuid"].as_str().unwrap());
        let disk = disk.ok().await;
        assert_eq!((&disk["status"], &disk["snapshots"]), (&json!("Deleted"), &json!([])));
    }
    let network = api.call("listNetworks").ok().await;
    assert_eq!(network[0]["vm_uuids"], json!([STOPPED]));
    // A client puts the UUID into the query and sends no body.
    let path = format!("/v1/user-resource/vm?uuid={STOPPED}");
    assert_eq!(api.raw("DELETE", &path, None).await.json(), json!({ "success": true }));
}

#[tokio::test]
async fn who_pays_for_a_machine_pays_for_its_disks() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let paid_by = async |id: &str| {
        let machines = api.call("listBillingResources").with("id", id).ok().await;
        machines.as_array().cloned().unwrap_or_default()
    };
    let before = paid_by("129072").await;
    assert_eq!((before.len(), &before[0]["uuid"]), (1, &json!(MACHINE)));
    assert_eq!(before[0]["hypervisor_id"], Value::Null);
    let other = api.call("listBillingResources").with("id", "129072");
    assert_eq!(other.with("resource_type", "load_balancer").ok().await, json!([]));

    let with =
        |id: i64| json!({ "uuid": MACHINE, "billing_account_id": id, "resource_type": "vm" });
    let moved = api.call("setResourceBilling").body(with(129_188)).ok().await;
    assert_eq!(moved["billing_account"], 129_188);
    assert_eq!((paid_by("129072").await.len(), paid_by("129188").await.len()), (0, 2));
    for disk in moved["storage"].as_array().unwrap() {
        let disk = api.call("getDisk").with("disk_uuid", disk["uuid"].as_str().unwrap());
        assert_eq!(disk.ok().await["billing_account_id"], 129_188);
    }
    let words = r#"{"errors":{"Error":"Provided billing account is incorrect."}}"#;
    assert_eq!(refused(&api, "setResourceBilling", with(6)).await, words);
    let unknown = api.call("listBillingResources").with("id", "6").response().await;
    assert_eq!((unknown.status, unknown.text()), (400, words.to_owned()));
    // A client asks with a form in the body of a GET.
    let nothing = empty(&emulator).call("listBillingResources").with("id", "6").ok().await;
    assert_eq!(nothing, json!([]));
}
