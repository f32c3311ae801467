//! Other content for the disk that a machine boots from: an image, or what a replica kept.

use serde::Deserialize;

use super::{
    machine::{self, MACHINES, Status},
    shown::{ShownMachine, object},
};
use crate::{
    apis::warren::{
        catalogue::images,
        platform::refusals,
        storage::{
            disk::{self, Source},
            snapshots,
        },
    },
    engine::{Body, Context, Object, Operation, Result, write},
};

pub(super) fn operations() -> [Operation; 2] {
    [write("reinstallVm", reinstall), write("rebuildVm", rebuild)]
}

#[derive(Deserialize)]
struct Reinstall {
    uuid: String,
    os_name: Option<String>,
    os_version: Option<String>,
}

#[derive(Deserialize)]
struct Rebuild {
    uuid: String,
    replica_uuid: String,
}

/// The machine runs afterwards, and its replicas stay.
fn reinstall(cx: &Context, Body(new): Body<Reinstall>) -> Result<Object<ShownMachine>> {
    let machine = MACHINES.find(cx, &new.uuid)?;
    let os_name = new.os_name.filter(|it| !it.is_empty()).unwrap_or(machine.os_name);
    let os_version = new.os_version.filter(|it| !it.is_empty()).unwrap_or(machine.os_version);
    images::find(cx, &os_name, &os_version)?;
    for primary in disk::of_machine(cx, &new.uuid)?.into_iter().filter(|disk| disk.primary) {
        let source = Source::of_image(&os_name, &os_version);
        disk::update(cx, disk::Disk { source, ..primary })?;
    }
    let machine = machine::change(cx, &new.uuid, |machine| {
        machine.os_name = os_name;
        machine.os_version = os_version;
        machine.status = Status::Running;
        Ok(())
    })?;
    object(cx, machine)
}

/// The machine is stopped afterwards.
fn rebuild(cx: &Context, Body(new): Body<Rebuild>) -> Result<Object<ShownMachine>> {
    MACHINES.require(cx, &new.uuid)?;
    let snapshot = snapshots::find(cx, &new.replica_uuid)?;
    let Ok(disk) = disk::find_of(cx, &new.uuid, &snapshot.disk_uuid.to_string()) else {
        return Err(refusals::error(format!("No such replica exists: {}", new.replica_uuid)));
    };
    disk::update(cx, disk)?;
    let machine = machine::change(cx, &new.uuid, |machine| {
        machine.status = Status::Stopped;
        Ok(())
    })?;
    object(cx, machine)
}
