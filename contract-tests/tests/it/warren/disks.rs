//! Disks that are attached to nothing, and what becomes of those that are.

use contract_tests::{Api, Emulator};
use serde_json::{Value, json};

use super::{BOUND, NOTHING, customer, empty, of_3nv};

const FORM: &str = "application/x-www-form-urlencoded";
const UNKNOWN: &str = r#"{"message":"Disk not found"}"#;

async fn made(api: &Api, form: &str) -> Value {
    api.call("createDisk").text(form).header("content-type", FORM).expect(201).await
}

async fn refused(api: &Api, form: &str) -> (u16, String) {
    let call = api.call("createDisk").text(form).header("content-type", FORM);
    let answer = call.response().await;
    (answer.status, answer.text())
}

#[tokio::test]
async fn a_disk_is_made_changed_and_deleted_and_can_still_be_read() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    assert_eq!(api.call("listDisks").ok().await, json!([]));
    let disk = made(&api, "billing_account_id=6&size_gb=50&display_name=DB+data").await;
    let shown = (&disk["status"], &disk["display_name"], &disk["source_image_type"]);
    assert_eq!(shown, (&json!("Active"), &json!("DB data"), &json!("EMPTY")));
    assert_eq!(disk["created_at"], "2026-01-01T00:00:00.000+0000");
    assert!(disk.get("source_image").is_none() && disk.get("deleted_at").is_none());

    let uuid = disk["uuid"].as_str().unwrap();
    let changed = api.call("modifyDisk").with("disk_uuid", uuid);
    let changed = changed.body(json!({ "display_name": "x", "read_only_bootable": "true" }));
    let changed = changed.ok().await;
    let shown = (&changed["display_name"], &changed["read_only_bootable"]);
    assert_eq!(shown, (&json!("x"), &json!(true)));
    assert_eq!(api.call("listDisks").ok().await, json!([changed]));
    let bootable = api.call("listDisks").with("read_only_bootable", "True").ok().await;
    assert_eq!(bootable, json!([changed]));

    for operation in ["deleteDisk", "deleteDiskSingular", "deleteDisk"] {
        let gone = api.call(operation).with("disk_uuid", uuid).response().await;
        assert_eq!((gone.status, gone.text()), (204, String::new()));
    }
    assert_eq!(api.call("listDisks").ok().await, json!([]));
    let gone = api.call("getDisk").with("disk_uuid", uuid).ok().await;
    assert_eq!(gone["status"], "Deleted");
    assert_eq!(gone["deleted_at"], "2026-01-01T00:00:00.000+0000");
    assert_eq!(api.call("getDiskSingular").with("disk_uuid", uuid).ok().await, gone);
    let changed = api.call("modifyDisk").with("disk_uuid", uuid).body(json!({}));
    assert_eq!(changed.response().await.text(), UNKNOWN);
}

#[tokio::test]
async fn an_unknown_disk_is_not_found_and_neither_is_one_elsewhere() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    for operation in ["getDisk", "deleteDisk", "getDiskSingular", "deleteDiskSingular"] {
        let answer = api.call(operation).with("disk_uuid", NOTHING).response().await;
        assert_eq!((answer.status, answer.text()), (404, UNKNOWN.to_owned()));
    }
    let path = "/v1/jkt02/storage/disks/018d0c5e-7c00-7000-8000-00000000e004";
    assert_eq!(api.raw("GET", path, None).await.status, 404);
    assert_eq!(api.raw("GET", &path.replace("jkt02/", ""), None).await.status, 200);
    assert_eq!(api.raw("GET", "/v1/jkt02/storage/disks", None).await.json(), json!([]));
}

#[tokio::test]
async fn a_global_token_must_say_who_pays_and_json_says_nothing() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let words = r#"{"message":"'billing_account_id' is required if using a global API token"}"#;
    assert_eq!(refused(&api, "size_gb=10").await, (400, words.to_owned()));
    let json = json!({ "size_gb": 10, "billing_account_id": 129_072 });
    let json = api.raw("POST", "/v1/storage/disks", Some(json)).await;
    assert_eq!((json.status, json.text()), (400, words.to_owned()));
    let words = r#"{"errors":{"billing_account_id":"Invalid whole number provided"}}"#;
    let not_a_number = refused(&api, "size_gb=10&billing_account_id=mine").await;
    assert_eq!(not_a_number, (400, words.to_owned()));

    // A token of one billing account says it, and opens no other.
    let bound = api.with_key(BOUND);
    assert_eq!(made(&bound, "size_gb=10").await["billing_account_id"], 129_072);
    assert_eq!(refused(&bound, "size_gb=10&billing_account_id=129188").await.0, 403);
}

#[tokio::test]
async fn a_kind_of_image_that_is_none_is_refused_with_those_that_are() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let words = "value must be one from the list ['EMPTY', 'OS_BASE', 'DISK', 'SNAPSHOT']";
    let words = json!({ "errors": { "source_image_type": words } }).to_string();
    let form = "size_gb=10&billing_account_id=6&source_image_type=X";
    assert_eq!(refused(&api, form).await, (400, words));
}

#[tokio::test]
async fn a_disk_is_a_copy_of_an_image_a_disk_or_a_snapshot() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let form = |rest: &str| format!("billing_account_id=129072&{rest}");
    // Empty texts are not there.
    let empty = form("size_gb=50&source_image=&source_image_type=");
    assert_eq!(made(&api, &empty).await["source_image_type"], "EMPTY");
    let base = made(&api, &form("source_image_type=OS_BASE&source_image=ubuntu_20.04-lts")).await;
    assert_eq!((&base["size_gb"], &base["source_image"]), (&json!(20), &json!("ubuntu_20.04-lts")));
    let disk = "source_image_type=DISK&source_image=018d0c5e-7c00-7000-8000-00000000e004";
    assert_eq!(made(&api, &form(disk)).await["size_gb"], 50);
    assert_eq!(made(&api, &form(&format!("{disk}&size_gb=60"))).await["size_gb"], 60);
    assert_eq!(refused(&api, &form(&format!("{disk}&size_gb=40"))).await.0, 400);
    let snapshot = "source_image_type=SNAPSHOT&source_image=018d0c5e-7c00-7000-8000-00000000f001";
    assert_eq!(made(&api, &form(snapshot)).await["size_gb"], 40);
    for bad in [
        "size_gb=20&source_image_type=DISK",
        "size_gb=20&source_image_type=DISK&source_image=nothing",
        "size_gb=20&source_image_type=OS_BASE&source_image=beos_5",
        "source_image_type=EMPTY",
        "size_gb=20&source_image_type=TAPE",
    ] {
        assert_eq!(refused(&api, &form(bad)).await.0, 400, "{bad}");
    }
}

#[tokio::test]
async fn the_size_of_a_snapshot_has_another_name_at_each_brand() {
    let emulator = Emulator::start();
    let size_of = async |api: &Api, disk: &str, name: &str| {
        let disk = format!("018d0c5e-7c00-7000-8000-00000000{disk}");
        let disk = api.call("getDisk").with("disk_uuid", &disk).ok().await;
        disk["snapshots"][0][name].clone()
    };
    assert_eq!(size_of(&customer(&emulator), "e001", "sizeGb").await, 40);
    assert_eq!(size_of(&of_3nv(&emulator), "e008", "size_gb").await, 20);
}

#[tokio::test]
async fn an_attached_disk_is_deleted_at_its_machine_first() {
    let emulator = Emulator::start();
    let api = customer(&emulator);
    let disk = "018d0c5e-7c00-7000-8000-00000000e002";
    let kept = api.call("deleteDisk").with("disk_uuid", disk).response().await;
    assert_eq!(kept.status, 409);
    let both = json!({ "uuid": "018d0c5e-7c00-7000-8000-00000000d001", "storage_uuid": disk });
    assert_eq!(api.call("deleteVmDisk").body(both).ok().await, json!({ "success": true }));
    let again = api.call("deleteDisk").with("disk_uuid", disk).response().await;
    assert_eq!((again.status, again.text()), (204, String::new()));
}

#[tokio::test]
async fn a_disk_stands_in_a_storage_pool_that_there_is() {
    let emulator = Emulator::start();
    let api = empty(&emulator);
    let form = |pool: &str| format!("size_gb=10&billing_account_id=6&storage_pool_uuid={pool}");
    let words = format!(r#"{{"errors":{{"Error":"No such storage pool exists: {NOTHING}"}}}}"#);
    assert_eq!(refused(&api, &form(NOTHING)).await, (400, words));
    let pools = api.call("listHostPools").ok().await;
    let fast = pools[1]["storage_pool_uuid"].as_str().unwrap();
    assert_eq!(made(&api, &form(fast)).await["storage_pool_uuid"], fast);
    let default = made(&api, &form("")).await;
    assert_eq!(default["storage_pool_uuid"], pools[0]["storage_pool_uuid"]);
}
