//! The disks of a machine.

use serde::Deserialize;

use super::{
    machine::{self, MACHINES, Machine},
    shown::{Storage, storage},
};
use crate::{
    apis::warren::{
        catalogue::pools,
        platform::{
            refusals,
            success::{Success, success},
        },
        storage::{
            disk::{self, Disk, NewDisk, Source},
            together,
        },
    },
    engine::{Body, Context, Object, Operation, Problem, Result, write},
};

pub(super) fn operations() -> [Operation; 5] {
    [
        write("addVmDisk", add),
        write("modifyVmDisk", grow),
        write("deleteVmDisk", delete),
        write("attachDisk", attach),
        write("detachDisk", detach),
    ]
}

#[derive(Deserialize)]
struct NewOne {
    uuid: String,
    size_gb: u32,
}

/// The reference says `disk_uuid` here, and `storage_uuid` elsewhere: either is understood.
#[derive(Deserialize)]
struct Growth {
    uuid: String,
    disk_uuid: Option<String>,
    storage_uuid: Option<String>,
    size_gb: u32,
}

#[derive(Deserialize)]
struct Both {
    uuid: String,
    storage_uuid: String,
}

fn add(cx: &Context, Body(new): Body<NewOne>) -> Result<Object<Storage>> {
    let machine = MACHINES.find(cx, &new.uuid)?;
    let pool = pools::find(cx, &machine.designated_pool_uuid.to_string())?;
    let disk = disk::add(
        cx,
        NewDisk {
            billing_account_id: machine.billing_account,
            size_gb: new.size_gb,
            source: Source::EMPTY,
            display_name: None,
            storage_pool_uuid: pool.storage_pool_uuid,
        },
    )?;
    put(cx, disk, &machine)
}

fn grow(cx: &Context, Body(new): Body<Growth>) -> Result<Object<Storage>> {
    MACHINES.require(cx, &new.uuid)?;
    let named = new.disk_uuid.or(new.storage_uuid);
    let named = named.ok_or_else(|| refusals::required("disk_uuid"))?;
    let disk = disk::find_of(cx, &new.uuid, &named)?;
    if new.size_gb < disk.size_gb {
        let text = "New disk size cannot be smaller than current size";
        return Err(Problem::invalid("size_gb", text));
    }
    let disk = disk::update(cx, Disk { size_gb: new.size_gb, ..disk })?;
    storage(cx, disk).map(Object)
}

fn delete(cx: &Context, Body(by): Body<Both>) -> Result<Object<Success>> {
    let disk = secondary(cx, &by, "deleted")?;
    together::erase(cx, disk)?;
    touch(cx, &by.uuid)?;
    Ok(success())
}

fn attach(cx: &Context, Body(by): Body<Both>) -> Result<Object<Storage>> {
    let machine = MACHINES.find(cx, &by.uuid)?;
    let disk = disk::find(cx, &by.storage_uuid)?;
    if disk.machine.is_some() {
        return Err(refusals::error("Disk is already attached to a virtual machine"));
    }
    put(cx, disk, &machine)
}

fn detach(cx: &Context, Body(by): Body<Both>) -> Result<Object<Success>> {
    let disk = secondary(cx, &by, "detached")?;
    disk::detach(cx, disk)?;
    touch(cx, &by.uuid)?;
    Ok(success())
}

fn put(cx: &Context, disk: Disk, machine: &Machine) -> Result<Object<Storage>> {
    let uuid = machine.uuid.to_string();
    let disk = disk::attach(cx, disk, &uuid)?;
    touch(cx, &uuid)?;
    storage(cx, disk).map(Object)
}

/// The machine has changed by what its disks did.
fn touch(cx: &Context, uuid: &str) -> Result<()> {
    machine::change(cx, uuid, |_| Ok(())).map(drop)
}

/// The disk of the machine, which must not boot from it.
fn secondary(cx: &Context, by: &Both, done: &str) -> Result<Disk> {
    MACHINES.require(cx, &by.uuid)?;
    let disk = disk::find_of(cx, &by.uuid, &by.storage_uuid)?;
    match disk.primary {
        true => Err(refusals::error(format!("Primary/boot disks cannot be {done}."))),
        false => Ok(disk),
    }
}
