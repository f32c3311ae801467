//! Replicas of disks, and what is made of them.

use contract_tests::Emulator;
use serde_json::json;

use super::{NOTHING, customer};

const MACHINE: &str = "018d0c5e-7c00-7000-8000-00000000d001";
const STOPPED: &str = "018d0c5e-7c00-7000-8000-00000000d002";
const STOPPED_DISK: &str = "018d0c5e-7c00-7000-8000-00000000e003";

#[tokio::test]
async fn a_replica_is_named_after_its_disk_and_the_time() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let of = |uuid: &str| json!({ "uuid": uuid });
    assert_eq!(api.call("listReplicas").with("uuid", STOPPED).ok().await, json!([]));
    let disk = api.call("createReplica").body(of(STOPPED)).ok().await;
    let replica = &disk["replica"][0];
    let name = format!("{STOPPED_DISK}2026-01-01-00-00-00");
    assert_eq!((&disk["uuid"], &replica["uuid"]), (&json!(STOPPED_DISK), &json!(name)));
    let shown = (&replica["master_uuid"], &replica["size"], &replica["type"], &replica["pool"]);
    assert_eq!(shown, (&json!(STOPPED_DISK), &json!(20), &json!("snapshot"), &json!("")));
    assert_eq!(api.call("listReplicas").with("uuid", STOPPED).ok().await, disk["replica"]);

    // A disk is understood as well as its machine, and a second one in a second has its own name.
    let disk = api.call("createReplica").body(of(STOPPED_DISK)).ok().await;
    assert_eq!(disk["replica"][1]["uuid"], format!("{STOPPED_DISK}2026-01-01-00-00-01"));
    let backup = json!({ "uuid": STOPPED, "r_type": "backup" });
    api.call("createReplica").body(backup).ok().await;
    let backups = api.call("listReplicas").with("uuid", STOPPED).with("r_type", "backup");
    assert_eq!(backups.ok().await.as_array().map(Vec::len), Some(1));

    let by = json!({ "replica_uuid": name });
    assert_eq!(api.call("deleteReplica").body(by.clone()).ok().await, json!({ "success": true }));
    let gone = api.call("deleteReplica").body(by).response().await;
    let words = format!(r#"{{"errors":{{"Error":"No such replica exists: {name}"}}}}"#);
    assert_eq!((gone.status, gone.text()), (400, words));
    let unattached = of("018d0c5e-7c00-7000-8000-00000000e004");
    assert_eq!(api.call("createReplica").body(unattached).response().await.status, 400);
    let unknown = api.call("listReplicas").with("uuid", NOTHING).response().await;
    let words = format!(r#"{{"errors":{{"Error":"No such virtual machine exists: {NOTHING}"}}}}"#);
    assert_eq!((unknown.status, unknown.text()), (400, words));
}

#[tokio::test]
async fn a_machine_is_rebuilt_from_its_own_replica_and_stopped_by_that() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let replicas = api.call("listReplicas").with("uuid", MACHINE).ok().await;
    let replica = &replicas[0]["uuid"];
    let with = |uuid: &str| json!({ "uuid": uuid, "replica_uuid": replica });
    let rebuilt = api.call("rebuildVm").body(with(MACHINE)).ok().await;
    assert_eq!(rebuilt["status"], "stopped");
    assert_eq!(rebuilt["storage"][0]["replica"], replicas);
    assert_eq!(api.call("rebuildVm").body(with(STOPPED)).response().await.status, 400);
    let unknown = json!({ "uuid": MACHINE, "replica_uuid": NOTHING });
    assert_eq!(api.call("rebuildVm").body(unknown).response().await.status, 400);
}

#[tokio::test]
async fn a_new_machine_is_a_copy_of_a_replica() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let replicas = api.call("listReplicas").with("uuid", MACHINE).ok().await;
    let copy = json!({
        "name": "copy", "vcpu": 1, "ram": 1024,
        "source_uuid": MACHINE, "source_replica": replicas[0]["uuid"],
    });
    let made = api.call("createVm").body(copy.clone()).ok().await;
    let shown = (&made["os_name"], &made["os_version"], &made["storage"][0]["size"]);
    assert_eq!(shown, (&json!("ubuntu"), &json!("22.04-lts"), &json!(40)));
    assert_eq!(made["username"], "example");
    let with = |member: &str, value: serde_json::Value| {
        let mut copy = copy.clone();
        copy[member] = value;
        api.call("createVm").body(copy)
    };
    assert_eq!(with("disks", json!(60)).ok().await["storage"][0]["size"], 60);
    assert_eq!(with("disks", json!(30)).response().await.status, 400);
    assert_eq!(with("source_replica", json!(NOTHING)).response().await.status, 400);
    assert_eq!(with("source_uuid", json!(STOPPED)).response().await.status, 404);
    let missing = with("source_replica", json!("")).response().await;
    let words =
        r#"{"errors":{"source_replica":"Required parameter 'source_replica' not supplied"}}"#;
    assert_eq!((missing.status, missing.text()), (400, words.to_owned()));
}
