//! Snapshots of disks. The API of machines calls them replicas, some of which are backups, and
//! names them by their disk and the time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::disk::{self, DISKS, Disk};
use crate::{
    apis::warren::platform::{
        located::Located,
        metering::{self, Charge},
        refusals,
        time::Millis,
    },
    engine::{Context, Problem, Result, RowType},
};

const SNAPSHOTS: Located<Snapshot> = Located::new("warren_snapshot", unknown);
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[SNAPSHOTS.row_type()];

/// Who wanted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::apis::warren) enum Kind {
    /// The user.
    Snapshot,
    /// The plan of backups.
    Backup,
}

/// The content of a disk at a time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::apis::warren) struct Snapshot {
    pub(in crate::apis::warren) uuid: Uuid,
    /// Its name in the API of machines.
    pub(in crate::apis::warren) replica_uuid: String,
    pub(in crate::apis::warren) id: i64,
    pub(in crate::apis::warren) kind: Kind,
    pub(in crate::apis::warren) disk_uuid: Uuid,
    /// The size of the disk at that time.
    pub(in crate::apis::warren) size_gb: u32,
    pub(in crate::apis::warren) display_name: Option<String>,
    pub(in crate::apis::warren) created_at: Millis,
}

/// Keeps the content of a disk.
pub(in crate::apis::warren) fn take(cx: &Context, disk: &Disk, kind: Kind) -> Result<Snapshot> {
    let snapshot = Snapshot {
        uuid: cx.new_uuid()?,
        replica_uuid: free_name(cx, disk)?,
        id: cx.next_id("warren_snapshot")?,
        kind,
        disk_uuid: disk.uuid,
        size_gb: disk.size_gb,
        display_name: None,
        created_at: Millis(cx.now),
    };
    SNAPSHOTS.insert(cx, &snapshot)?;
    begin(cx, &snapshot, disk)?;
    Ok(snapshot)
}

/// All of a disk, the oldest first.
pub(in crate::apis::warren) fn of_disk(cx: &Context, disk: &Disk) -> Result<Vec<Snapshot>> {
    SNAPSHOTS.rows_where(cx, "disk = ?", &[&disk.uuid.to_string()])
}

/// The snapshot that either of its names means. Who may not have the disk may not have it either.
pub(in crate::apis::warren) fn find(cx: &Context, name: &str) -> Result<Snapshot> {
    let snapshot = match SNAPSHOTS.rows_where(cx, "uuid = ?", &[&name])?.pop() {
        Some(snapshot) => snapshot,
        None => SNAPSHOTS.find(cx, name)?,
    };
    DISKS.require(cx, &snapshot.disk_uuid.to_string())?;
    Ok(snapshot)
}

/// Removes a snapshot.
pub(in crate::apis::warren) fn remove(cx: &Context, snapshot: &Snapshot) -> Result<()> {
    metering::end(cx, &snapshot.replica_uuid)?;
    SNAPSHOTS.remove(cx, &snapshot.replica_uuid)
}

/// Removes all of a disk.
pub(super) fn remove_of(cx: &Context, disk: &Disk) -> Result<()> {
    of_disk(cx, disk)?.iter().try_for_each(|snapshot| remove(cx, snapshot))
}

/// Charges for snapshots for which nobody was charged yet.
pub(super) fn complete(cx: &Context) -> Result<()> {
    SNAPSHOTS.for_each(cx, |cx, snapshot| {
        let disk = disk::find(cx, &snapshot.disk_uuid.to_string())?;
        begin(&cx.at(snapshot.created_at.0), &snapshot, &disk)
    })
}

/// Who pays for the disk pays for its snapshots.
fn begin(cx: &Context, snapshot: &Snapshot, disk: &Disk) -> Result<()> {
    let charge = Charge::Replica {
        disk: snapshot.disk_uuid.to_string(),
        size_gb: snapshot.size_gb,
        backup: snapshot.kind == Kind::Backup,
    };
    metering::begin_once(cx, &snapshot.replica_uuid, disk.billing_account_id, &charge)
}

fn unknown(name: &str) -> Problem {
    refusals::error(format!("No such replica exists: {name}"))
}

/// The UUID of the disk and the time, without anything between them. A second one in a second is
/// named after the next second.
fn free_name(cx: &Context, disk: &Disk) -> Result<String> {
    let mut at = cx.now;
    loop {
        let time = Timestamp::from_second(at).map_err(Problem::internal)?;
        let name = format!("{}{}", disk.uuid, time.strftime("%Y-%m-%d-%H-%M-%S"));
        match SNAPSHOTS.require(cx, &name) {
            Ok(()) => at += 1,
            Err(_) => return Ok(name),
        }
    }
}
