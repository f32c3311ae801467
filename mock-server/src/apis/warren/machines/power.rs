//! Starting and stopping. A machine that runs already is started without complaint.

use serde::Deserialize;

use super::{
    machine::{self, MACHINES, Status},
    request::ByUuid,
    shown::object,
};
use crate::{
    apis::warren::{Settings, catalogue::boot_images, platform::refusals, storage::disk},
    engine::{Body, Context, IntoReply, Operation, ProblemKind, Reply, Result, write},
};

pub(super) fn operations() -> [Operation; 4] {
    [
        write("startVm", start),
        write("stopVm", stop),
        write("bootIsoMedia", boot_medium),
        write("rescueStart", start),
    ]
}

/// How long a write takes in reality, in seconds.
#[derive(Clone, Copy)]
pub(super) struct Took(u32);

impl Took {
    pub(super) const CREATE: Took = Took(33);
    pub(super) const DELETE: Took = Took(1);
    const START: Took = Took(4);
    const STOP: Took = Took(22);

    /// The seconds that it takes here: none, unless the settings ask for the real ones.
    pub(super) fn seconds(self, cx: &Context) -> Result<u32> {
        Ok(if cx.settings::<Settings>()?.vm_latency { self.0 } else { 0 })
    }
}

/// The medium counts for this one start, so that nothing remembers it.
#[derive(Deserialize)]
struct Medium {
    uuid: String,
    boot_image_uuid: String,
    #[serde(default)]
    boot_image_repository: Repository,
}

#[derive(Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Repository {
    #[default]
    Platform,
    Private,
}

fn start(cx: &Context, Body(by): Body<ByUuid>) -> Result<Reply> {
    turn(cx, &by.uuid, Status::Running, Took::START)
}

/// Whether by force makes no difference here: every system follows the signal.
fn stop(cx: &Context, Body(by): Body<ByUuid>) -> Result<Reply> {
    turn(cx, &by.uuid, Status::Stopped, Took::STOP)
}

fn boot_medium(cx: &Context, Body(medium): Body<Medium>) -> Result<Reply> {
    MACHINES.require(cx, &medium.uuid)?;
    let uuid = &medium.boot_image_uuid;
    let is_there = match medium.boot_image_repository {
        Repository::Platform => boot_images::has(cx, uuid)?,
        Repository::Private => is_bootable(cx, uuid)?,
    };
    if !is_there {
        return Err(refusals::error(format!("No such boot image exists: {uuid}")));
    }
    turn(cx, &medium.uuid, Status::Running, Took::START)
}

/// Whether the user has this disk, and machines boot from it.
fn is_bootable(cx: &Context, uuid: &str) -> Result<bool> {
    match disk::find(cx, uuid) {
        Ok(disk) => Ok(disk.read_only_bootable),
        Err(problem) if problem.kind == ProblemKind::NotFound => Ok(false),
        Err(problem) => Err(problem),
    }
}

/// A machine that is in this state already stays as it is, and takes no time.
fn turn(cx: &Context, uuid: &str, status: Status, took: Took) -> Result<Reply> {
    let machine = MACHINES.find(cx, uuid)?;
    if machine.status == status {
        return object(cx, machine)?.into_reply();
    }
    let machine = machine::change(cx, uuid, |machine| {
        machine.status = status;
        Ok(())
    })?;
    Ok(object(cx, machine)?.into_reply()?.after(took.seconds(cx)?))
}
