//! The API of disks, attached ones and others.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    disk::{self, DISKS, Disk, NewDisk, Source, Status},
    image,
    snapshots::{self, Snapshot},
    together,
};
use crate::{
    apis::warren::{
        billing::payer,
        catalogue::pools,
        platform::{brand, time::Millis},
    },
    engine::{Body, Context, Object, Operation, Params, Problem, Result, read, write},
};

pub(super) fn operations() -> [Operation; 7] {
    [
        read("listDisks", list),
        write("createDisk", create),
        read("getDisk", get),
        write("modifyDisk", modify),
        write("deleteDisk", delete),
        read("getDiskSingular", get),
        write("deleteDiskSingular", delete),
    ]
}

#[derive(Serialize)]
struct ShownDisk {
    uuid: Uuid,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    snapshots: Vec<Map<String, Value>>,
    user_id: i64,
    billing_account_id: i64,
    size_gb: u32,
    #[serde(flatten)]
    source: Source,
    created_at: Millis,
    updated_at: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Millis>,
    storage_pool_uuid: Uuid,
    read_only_bootable: bool,
}

#[derive(Deserialize)]
struct Which {
    #[serde(default)]
    read_only_bootable: bool,
}

#[derive(Deserialize)]
struct Wanted {
    size_gb: Option<u32>,
    billing_account_id: Option<i64>,
    display_name: Option<String>,
    storage_pool_uuid: Option<String>,
    source_image_type: Option<String>,
    source_image: Option<String>,
}

#[derive(Deserialize)]
struct Changes {
    billing_account_id: Option<i64>,
    display_name: Option<String>,
    read_only_bootable: Option<bool>,
}

#[derive(Deserialize)]
struct ByUuid {
    disk_uuid: String,
}

fn list(cx: &Context, Params(which): Params<Which>) -> Result<Vec<ShownDisk>> {
    let condition = "status = 'Active' AND bootable >= ?";
    let disks = DISKS.listed(cx, condition, &[&which.read_only_bootable])?.into_iter();
    disks.map(|disk| shown(cx, disk)).collect()
}

fn create(cx: &Context, Body(new): Body<Wanted>) -> Result<Object<ShownDisk>> {
    let payer = payer::named_payer(cx, new.billing_account_id)?;
    let storage_pool_uuid = match new.storage_pool_uuid.filter(|uuid| !uuid.is_empty()) {
        Some(uuid) => pools::find_storage(cx, &uuid)?,
        None => pools::default(cx)?.storage_pool_uuid,
    };
    let kind = new.source_image_type.as_deref();
    let image = image::named(cx, kind, new.source_image.as_deref())?;
    let size_gb = new.size_gb.or(image.least_gb).ok_or_else(|| {
        Problem::malformed("'size_gb' is required if it is not apparent from the source image")
    })?;
    if image.least_gb.is_some_and(|least| size_gb < least) {
        return Err(Problem::malformed("Disk size cannot be smaller than its source image"));
    }
    let disk = disk::add(
        cx,
        NewDisk {
            billing_account_id: payer,
            size_gb,
            source: image.source,
            display_name: new.display_name,
            storage_pool_uuid,
        },
    )?;
    shown(cx, disk).map(Object)
}

/// One that is gone can still be read.
fn get(cx: &Context, Params(by): Params<ByUuid>) -> Result<Object<ShownDisk>> {
    shown(cx, DISKS.find(cx, &by.disk_uuid)?).map(Object)
}

fn modify(
    cx: &Context,
    Params(by): Params<ByUuid>,
    Body(new): Body<Changes>,
) -> Result<Object<ShownDisk>> {
    let mut disk = disk::find(cx, &by.disk_uuid)?;
    if let Some(named) = new.billing_account_id {
        let payer = payer::named_payer(cx, Some(named))?;
        disk = together::charge_to(cx, disk, payer)?;
    }
    disk.display_name = new.display_name.or(disk.display_name);
    disk.read_only_bootable = new.read_only_bootable.unwrap_or(disk.read_only_bootable);
    shown(cx, disk::update(cx, disk)?).map(Object)
}

/// One that is gone already is no error: who deletes the disk of a machine there and then here is
/// right.
fn delete(cx: &Context, Params(by): Params<ByUuid>) -> Result<()> {
    let disk = DISKS.find(cx, &by.disk_uuid)?;
    match (disk.status, &disk.machine) {
        (Status::Deleted, _) => Ok(()),
        (Status::Active, None) => together::erase(cx, disk),
        (Status::Active, Some(_)) => {
            Err(Problem::conflict("Disk is attached to a virtual machine"))
        }
    }
}

fn shown(cx: &Context, disk: Disk) -> Result<ShownDisk> {
    let size = brand::of_caller(cx)?.snapshot_size.as_str();
    let snapshots = snapshots::of_disk(cx, &disk)?;
    let snapshots = snapshots.into_iter().map(|it| shown_snapshot(it, size));
    Ok(ShownDisk {
        snapshots: snapshots.collect::<Result<_>>()?,
        uuid: disk.uuid,
        status: disk.status,
        display_name: disk.display_name,
        user_id: disk.user_id,
        billing_account_id: disk.billing_account_id,
        size_gb: disk.size_gb,
        source: disk.source,
        created_at: disk.created_at,
        updated_at: disk.updated_at,
        deleted_at: disk.deleted_at,
        storage_pool_uuid: disk.storage_pool_uuid,
        read_only_bootable: disk.read_only_bootable,
    })
}

/// The name of its size differs by brand.
fn shown_snapshot(snapshot: Snapshot, size: &str) -> Result<Map<String, Value>> {
    let mut shown = Map::new();
    shown.insert("uuid".to_owned(), json!(snapshot.uuid));
    shown.insert(size.to_owned(), json!(snapshot.size_gb));
    if let Some(name) = snapshot.display_name {
        shown.insert("display_name".to_owned(), name.into());
    }
    shown.insert("created_at".to_owned(), serde_json::to_value(snapshot.created_at)?);
    shown.insert("disk_uuid".to_owned(), json!(snapshot.disk_uuid));
    Ok(shown)
}
