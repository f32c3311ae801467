//! Replicas: what snapshots of disks are to machines.

use serde::Deserialize;

use super::{
    machine::MACHINES,
    shown::{Replica, Storage, replica, storage},
};
use crate::{
    apis::warren::{
        platform::{
            refusals,
            success::{Success, success},
        },
        storage::{
            disk::{self, Disk},
            snapshots::{self, Kind},
        },
    },
    engine::{Body, Context, Object, Operation, Params, Problem, ProblemKind, Result, read, write},
};

pub(super) fn operations() -> [Operation; 3] {
    [read("listReplicas", list), write("createReplica", create), write("deleteReplica", delete)]
}

#[derive(Deserialize)]
struct Which {
    uuid: String,
    #[serde(default = "snapshot")]
    r_type: Kind,
}

fn snapshot() -> Kind {
    Kind::Snapshot
}

#[derive(Deserialize)]
struct ByReplica {
    replica_uuid: String,
}

/// Those of all disks of the machine.
fn list(cx: &Context, Params(which): Params<Which>) -> Result<Vec<Replica>> {
    let mut replicas = Vec::new();
    for disk in of_either(cx, &which.uuid)? {
        let snapshots = snapshots::of_disk(cx, &disk)?.into_iter();
        let wanted = snapshots.filter(|snapshot| snapshot.kind == which.r_type);
        replicas.extend(wanted.map(|snapshot| replica(snapshot, &disk)));
    }
    Ok(replicas)
}

/// Of the disk that the machine boots from.
fn create(cx: &Context, Body(which): Body<Which>) -> Result<Object<Storage>> {
    let disk = of_either(cx, &which.uuid)?.into_iter().next();
    let disk = disk.ok_or_else(|| Problem::internal("a machine boots from a disk"))?;
    snapshots::take(cx, &disk, which.r_type)?;
    storage(cx, disk).map(Object)
}

fn delete(cx: &Context, Body(by): Body<ByReplica>) -> Result<Object<Success>> {
    let snapshot = snapshots::find(cx, &by.replica_uuid)?;
    snapshots::remove(cx, &snapshot)?;
    Ok(success())
}

/// The disks of a machine, or the one attached disk that the UUID means: the first disk of an old
/// machine has the UUID of its machine, so that clients send either.
fn of_either(cx: &Context, uuid: &str) -> Result<Vec<Disk>> {
    let unknown = match MACHINES.require(cx, uuid) {
        Ok(()) => return disk::of_machine(cx, uuid),
        Err(unknown) => unknown,
    };
    match disk::find(cx, uuid) {
        Ok(disk) if disk.machine.is_some() => Ok(vec![disk]),
        Ok(_) => Err(refusals::error("Disk is not attached to a virtual machine")),
        Err(problem) if problem.kind == ProblemKind::NotFound => Err(unknown),
        Err(problem) => Err(problem),
    }
}
