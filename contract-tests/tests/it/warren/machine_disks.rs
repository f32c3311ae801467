//! The disks of machines.

use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::{NOTHING, customer};

const MACHINE: &str = "018d0c5e-7c00-7000-8000-00000000d001";
const STOPPED: &str = "018d0c5e-7c00-7000-8000-00000000d002";
const PRIMARY: &str = "018d0c5e-7c00-7000-8000-00000000e001";
const FREE: &str = "018d0c5e-7c00-7000-8000-00000000e004";

async fn devices(api: &Api) -> Vec<(String, u64)> {
    let machine = api.call("getVm").with("uuid", MACHINE).ok().await;
    let disks = machine["storage"].as_array().cloned().unwrap_or_default();
    let each = |disk: &Value| {
        (disk["name"].as_str().unwrap_or_default().to_owned(), disk["size"].as_u64().unwrap_or(0))
    };
    disks.iter().map(each).collect()
}

fn named(devices: &[(&str, u64)]) -> Vec<(String, u64)> {
    devices.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect()
}

#[tokio::test]
async fn a_disk_is_added_grows_and_is_deleted() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let disk = api.call("addVmDisk").body(json!({ "uuid": MACHINE, "size_gb": "50" })).ok().await;
    let shown = (&disk["name"], &disk["pool"], &disk["type"], &disk["primary"], &disk["replica"]);
    let wanted = (&json!("vdc"), &json!("n/a"), &json!("n/a"), &json!(false), &json!([]));
    assert_eq!(shown, wanted);
    assert!(disk.get("id").is_none() && disk.get("updated_at").is_none());
    assert_eq!(devices(&api).await, named(&[("vda", 40), ("vdb", 50), ("vdc", 50)]));

    api.advance(60).await;
    let uuid = &disk["uuid"];
    let grow = async |member: &str, size: u32| {
        let body = json!({ "uuid": MACHINE, member: uuid, "size_gb": size });
        api.call("modifyVmDisk").body(body).response().await
    };
    let grown = grow("disk_uuid", 60).await.json();
    let shown = (&grown["size"], &grown["updated_at"]);
    assert_eq!(shown, (&json!(60), &json!("2026-01-01 00:01:00")));
    assert_eq!(grow("storage_uuid", 60).await.status, 200);
    let smaller = grow("disk_uuid", 59).await;
    let words = r#"{"errors":{"size_gb":"New disk size cannot be smaller than current size"}}"#;
    assert_eq!((smaller.status, smaller.text()), (400, words.to_owned()));
    let nameless = grow("size", 61).await;
    let words = r#"{"errors":{"disk_uuid":"Required parameter 'disk_uuid' not supplied"}}"#;
    assert_eq!((nameless.status, nameless.text()), (400, words.to_owned()));

    let listed = api.call("listDisks").ok().await;
    let sizes = |disk: &Value| (disk["uuid"] == *uuid).then(|| disk["size_gb"].clone());
    let mut listed = listed.as_array().unwrap().iter().filter_map(sizes);
    assert_eq!(listed.next(), Some(json!(60)));

    let gone = json!({ "uuid": MACHINE, "storage_uuid": uuid });
    assert_eq!(api.call("deleteVmDisk").body(gone.clone()).ok().await, json!({ "success": true }));
    assert_eq!(api.call("deleteVmDisk").body(gone).response().await.status, 404);
    let gone = api.call("getDisk").with("disk_uuid", uuid.as_str().unwrap()).ok().await;
    assert_eq!(gone["status"], "Deleted");
}

#[tokio::test]
async fn the_disk_that_a_machine_boots_from_stays() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let body = json!({ "uuid": MACHINE, "storage_uuid": PRIMARY });
    let kept = api.call("deleteVmDisk").body(body.clone()).response().await;
    let words = r#"{"errors":{"Error":"Primary/boot disks cannot be deleted."}}"#;
    assert_eq!((kept.status, kept.text()), (400, words.to_owned()));
    assert_eq!(api.call("detachDisk").body(body).response().await.status, 400);
    assert_eq!(devices(&api).await.len(), 2);
    // It grows as any other.
    let grown = json!({ "uuid": MACHINE, "disk_uuid": PRIMARY, "size_gb": 45 });
    assert_eq!(api.call("modifyVmDisk").body(grown).ok().await["size"], 45);
}

#[tokio::test]
async fn a_disk_moves_from_one_machine_to_another() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let with = |machine: &str| json!({ "uuid": machine, "storage_uuid": FREE });
    let disk = api.call("attachDisk").body(with(MACHINE)).ok().await;
    assert_eq!((&disk["name"], &disk["size"]), (&json!("vdc"), &json!(50)));
    let taken = api.call("attachDisk").body(with(STOPPED)).response().await;
    assert_eq!(taken.status, 400);
    // Who has it not cannot give it away.
    assert_eq!(api.call("detachDisk").body(with(STOPPED)).response().await.status, 404);
    let detached = api.call("detachDisk").body(with(MACHINE)).ok().await;
    assert_eq!(detached, json!({ "success": true }));
    let disk = api.call("attachDisk").body(with(STOPPED)).ok().await;
    assert_eq!(disk["name"], "vdb");
    let unknown = json!({ "uuid": MACHINE, "storage_uuid": NOTHING });
    let unknown = api.call("attachDisk").body(unknown).response().await;
    let words = r#"{"message":"Disk not found"}"#;
    assert_eq!((unknown.status, unknown.text()), (404, words.to_owned()));
    let unknown = api.call("attachDisk").body(with(NOTHING)).response().await;
    assert_eq!(unknown.status, 400);
}
