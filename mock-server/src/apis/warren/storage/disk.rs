//! A disk: how it comes, grows, is attached to a machine and goes.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    apis::warren::platform::{
        located::Located,
        metering::{self, Charge},
        time::Millis,
    },
    engine::{Context, Problem, Result, RowType},
};

pub(super) const DISKS: Located<Disk> =
    Located::new("warren_disk", |_| Problem::not_found().because("Disk not found"))
        .paid_by("body ->> 'billing_account_id'");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[DISKS.row_type()];

/// Whether a disk is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::apis::warren) enum Status {
    Active,
    /// It is gone and can still be read.
    Deleted,
}

/// What a disk was a copy of when it was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(in crate::apis::warren) enum SourceType {
    Empty,
    OsBase,
    Disk,
    Snapshot,
}

/// Where the content of a new disk comes from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::apis::warren) struct Source {
    #[serde(rename = "source_image_type")]
    pub(in crate::apis::warren) kind: SourceType,
    #[serde(rename = "source_image", skip_serializing_if = "Option::is_none")]
    pub(in crate::apis::warren) image: Option<String>,
}

impl Source {
    /// From nowhere.
    pub(in crate::apis::warren) const EMPTY: Source =
        Source { kind: SourceType::Empty, image: None };

    /// From an image of an operating system; there is none for an empty disk.
    pub(in crate::apis::warren) fn of_image(os_name: &str, os_version: &str) -> Source {
        match os_name {
            "" | "_custom" => Source::EMPTY,
            _ => {
                Source { kind: SourceType::OsBase, image: Some(format!("{os_name}_{os_version}")) }
            }
        }
    }
}

/// A disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::apis::warren) struct Disk {
    pub(in crate::apis::warren) uuid: Uuid,
    pub(in crate::apis::warren) status: Status,
    pub(in crate::apis::warren) display_name: Option<String>,
    pub(in crate::apis::warren) user_id: i64,
    pub(in crate::apis::warren) billing_account_id: i64,
    pub(in crate::apis::warren) size_gb: u32,
    #[serde(flatten)]
    pub(in crate::apis::warren) source: Source,
    pub(in crate::apis::warren) created_at: Millis,
    pub(in crate::apis::warren) updated_at: Millis,
    pub(in crate::apis::warren) deleted_at: Option<Millis>,
    pub(in crate::apis::warren) storage_pool_uuid: Uuid,
    /// Whether machines can boot from it as from a medium.
    pub(in crate::apis::warren) read_only_bootable: bool,
    /// Its number, which only its replicas show.
    pub(in crate::apis::warren) id: i64,
    /// The machine that it is attached to.
    pub(in crate::apis::warren) machine: Option<String>,
    /// What that machine calls it: `vda`, `vdb` and so on.
    pub(in crate::apis::warren) device: String,
    /// Whether that machine boots from it.
    pub(in crate::apis::warren) primary: bool,
}

/// What a new disk is to be like.
pub(in crate::apis::warren) struct NewDisk {
    pub(in crate::apis::warren) billing_account_id: i64,
    pub(in crate::apis::warren) size_gb: u32,
    pub(in crate::apis::warren) source: Source,
    pub(in crate::apis::warren) display_name: Option<String>,
    pub(in crate::apis::warren) storage_pool_uuid: Uuid,
}

/// Makes a disk that is attached to nothing.
pub(in crate::apis::warren) fn add(cx: &Context, new: NewDisk) -> Result<Disk> {
    let disk = Disk {
        uuid: cx.new_uuid()?,
        status: Status::Active,
        display_name: new.display_name,
        user_id: cx.account()?,
        billing_account_id: new.billing_account_id,
        size_gb: new.size_gb,
        source: new.source,
        created_at: Millis(cx.now),
        updated_at: Millis(cx.now),
        deleted_at: None,
        storage_pool_uuid: new.storage_pool_uuid,
        read_only_bootable: false,
        id: cx.next_id("warren_disk")?,
        machine: None,
        device: String::new(),
        primary: false,
    };
    DISKS.insert(cx, &disk)?;
    begin(cx, &disk)?;
    Ok(disk)
}

/// A disk that is there.
pub(in crate::apis::warren) fn find(cx: &Context, uuid: &str) -> Result<Disk> {
    let disk = DISKS.find(cx, uuid)?;
    match disk.status {
        Status::Active => Ok(disk),
        Status::Deleted => Err(Problem::not_found().because("Disk not found")),
    }
}

/// The disks of a machine, the one that it boots from first.
pub(in crate::apis::warren) fn of_machine(cx: &Context, machine: &str) -> Result<Vec<Disk>> {
    let mut disks = DISKS.rows_where(cx, "machine = ?", &[&machine])?;
    disks.sort_by_key(|disk| (!disk.primary, disk.device.len(), disk.device.clone()));
    Ok(disks)
}

/// The disk of this UUID, which must be attached to this machine.
pub(in crate::apis::warren) fn find_of(cx: &Context, machine: &str, uuid: &str) -> Result<Disk> {
    let disk = find(cx, uuid)?;
    match disk.machine.as_deref() == Some(machine) {
        true => Ok(disk),
        false => Err(Problem::not_found().because("Disk not found")),
    }
}

/// Attaches a disk to a machine, which boots from its first one.
pub(in crate::apis::warren) fn attach(cx: &Context, disk: Disk, machine: &str) -> Result<Disk> {
    let others = of_machine(cx, machine)?;
    let device = free_device(&others);
    let disk =
        Disk { machine: Some(machine.to_owned()), device, primary: others.is_empty(), ..disk };
    put(cx, disk)
}

/// Takes a disk from its machine.
pub(in crate::apis::warren) fn detach(cx: &Context, disk: Disk) -> Result<Disk> {
    put(cx, Disk { machine: None, device: String::new(), primary: false, ..disk })
}

/// Gives a disk another size, content or name.
pub(in crate::apis::warren) fn update(cx: &Context, disk: Disk) -> Result<Disk> {
    put(cx, Disk { updated_at: Millis(cx.now), ..disk })
}

/// Keeps a disk that has changed, and from now on charges for what it is then.
fn put(cx: &Context, disk: Disk) -> Result<Disk> {
    replace(cx, &disk)?;
    metering::change(cx, &disk.uuid.to_string(), &charge(&disk))?;
    Ok(disk)
}

/// Charges for disks for which nobody was charged yet.
pub(super) fn complete(cx: &Context) -> Result<()> {
    DISKS.for_each(cx, |cx, disk| match disk.status {
        Status::Active => begin(&cx.at(disk.created_at.0), &disk),
        Status::Deleted => Ok(()),
    })
}

fn begin(cx: &Context, disk: &Disk) -> Result<()> {
    metering::begin_once(cx, &disk.uuid.to_string(), disk.billing_account_id, &charge(disk))
}

pub(super) fn replace(cx: &Context, disk: &Disk) -> Result<()> {
    DISKS.replace(cx, &disk.uuid.to_string(), disk)
}

fn charge(disk: &Disk) -> Charge {
    let name = disk.display_name.clone().unwrap_or_default();
    Charge::Disk { name, size_gb: disk.size_gb, machine: disk.machine.clone() }
}

/// The first name that none of these disks has: `vda` to `vdz`, then `vdaa` and so on.
fn free_device(disks: &[Disk]) -> String {
    let letters = || ('a'..='z').map(String::from);
    let pairs = letters().flat_map(|first| letters().map(move |second| first.clone() + &second));
    let mut names = letters().chain(pairs).map(|letters| format!("vd{letters}"));
    let free = names.find(|name| disks.iter().all(|disk| disk.device != *name));
    free.unwrap_or_else(|| "vdaaa".to_owned())
}
