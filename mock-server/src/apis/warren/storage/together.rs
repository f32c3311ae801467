//! What happens to a disk together with its snapshots.

use super::{
    disk::{self, Disk, Status},
    snapshots,
};
use crate::{
    apis::warren::platform::{metering, time::Millis},
    engine::{Context, Result},
};

/// Removes a disk with its snapshots. It can still be read.
pub(in crate::apis::warren) fn erase(cx: &Context, disk: Disk) -> Result<()> {
    snapshots::remove_of(cx, &disk)?;
    metering::end(cx, &disk.uuid.to_string())?;
    let disk = disk::detach(cx, disk)?;
    let gone = Some(Millis(cx.now));
    disk::replace(cx, &Disk { status: Status::Deleted, deleted_at: gone, ..disk })
}

/// From now on this billing account pays for the disk and its snapshots.
pub(in crate::apis::warren) fn charge_to(cx: &Context, disk: Disk, payer: i64) -> Result<Disk> {
    metering::reassign(cx, &disk.uuid.to_string(), payer)?;
    for snapshot in snapshots::of_disk(cx, &disk)? {
        metering::reassign(cx, &snapshot.replica_uuid, payer)?;
    }
    let disk = Disk { billing_account_id: payer, updated_at: Millis(cx.now), ..disk };
    disk::replace(cx, &disk)?;
    Ok(disk)
}
