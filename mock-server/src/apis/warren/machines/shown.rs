//! A machine as answers show it: with its disks, their replicas and its addresses.

use serde::Serialize;
use uuid::Uuid;

use super::machine::Machine;
use crate::{
    apis::warren::{
        network::{floating_ips, members},
        platform::time::{Millis, Time},
        storage::{
            disk::{self, Disk},
            snapshots::{self, Kind, Snapshot},
        },
    },
    engine::{Context, Object, Result},
};

/// What licenses of a machine are called that runs Windows.
const WINDOWS_LICENSE: &str = "WINDOWS";

/// A machine as answers show it.
#[derive(Serialize)]
pub(super) struct ShownMachine {
    #[serde(flatten)]
    machine: Machine,
    private_ipv4: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_ipv6: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license_type: Option<&'static str>,
    storage: Vec<Storage>,
}

/// A disk as its machine has it.
#[derive(Serialize)]
pub(super) struct Storage {
    created_at: Time,
    name: String,
    pool: &'static str,
    primary: bool,
    replica: Vec<Replica>,
    shared: bool,
    size: u32,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<Time>,
    user_id: i64,
    uuid: Uuid,
}

/// A snapshot or a backup of a disk.
#[derive(Serialize)]
pub(super) struct Replica {
    created_at: Time,
    id: i64,
    master_id: i64,
    master_uuid: Uuid,
    pool: &'static str,
    size: u32,
    r#type: Kind,
    /// Nothing ever changes one.
    updated_at: (),
    uuid: String,
}

/// A machine as answers show it.
pub(super) fn shown(cx: &Context, machine: Machine) -> Result<ShownMachine> {
    let uuid = machine.uuid.to_string();
    let public_ipv4 = floating_ips::of_member(cx, &uuid)?;
    let disks = disk::of_machine(cx, &uuid)?.into_iter();
    Ok(ShownMachine {
        private_ipv4: members::find(cx, &uuid)?.map(|it| it.private_ip).unwrap_or_default(),
        public_ipv6: public_ipv4.map(|_| public_ipv6(&machine)),
        license_type: (machine.os_name == "windows").then_some(WINDOWS_LICENSE),
        storage: disks.map(|disk| storage(cx, disk)).collect::<Result<_>>()?,
        machine,
    })
}

/// The answer of most operations.
pub(super) fn object(cx: &Context, machine: Machine) -> Result<Object<ShownMachine>> {
    shown(cx, machine).map(Object)
}

/// A disk as its machine has it.
pub(super) fn storage(cx: &Context, disk: Disk) -> Result<Storage> {
    let snapshots = snapshots::of_disk(cx, &disk)?.into_iter();
    let changed = Some(disk.updated_at).filter(|at| *at != disk.created_at);
    Ok(Storage {
        created_at: time(disk.created_at),
        pool: "n/a",
        primary: disk.primary,
        replica: snapshots.map(|snapshot| replica(snapshot, &disk)).collect(),
        shared: false,
        size: disk.size_gb,
        r#type: "n/a",
        updated_at: changed.map(time),
        user_id: disk.user_id,
        uuid: disk.uuid,
        name: disk.device,
    })
}

/// A snapshot of a disk.
pub(super) fn replica(snapshot: Snapshot, disk: &Disk) -> Replica {
    Replica {
        created_at: time(snapshot.created_at),
        id: snapshot.id,
        master_id: disk.id,
        master_uuid: disk.uuid,
        pool: "",
        size: snapshot.size_gb,
        r#type: snapshot.kind,
        updated_at: (),
        uuid: snapshot.replica_uuid,
    }
}

fn time(at: Millis) -> Time {
    Time(at.0)
}

/// The address of version 6 that a machine with a public address has, too: it follows from its MAC,
/// and lies where nobody is.
fn public_ipv6(machine: &Machine) -> String {
    let tail: String = machine.mac.split(':').skip(2).collect();
    let number = u32::from_str_radix(&tail, 16).unwrap_or_default();
    format!("2001:db8:10:30::{:x}:{:x}", number >> 16 | 0x80, number & 0xffff | 1)
}
