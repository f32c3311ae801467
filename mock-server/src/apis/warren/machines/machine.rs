//! A machine: how it comes, changes and goes.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    apis::warren::{
        catalogue::pools::Pool,
        network::{members::MemberKind, membership},
        platform::{
            located::Located,
            metering::{self, Charge},
            refusals,
            time::Time,
        },
        storage::{disk, together},
    },
    engine::{Context, Result, RowType},
};

pub(super) const MACHINES: Located<Machine> = Located::new("warren_machine", |uuid| {
    refusals::error(format!("No such virtual machine exists: {uuid}"))
})
.paid_by("body ->> 'billing_account'");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[MACHINES.row_type()];

/// Whether it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Running,
    Stopped,
}

/// A machine, without its disks and addresses.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Machine {
    pub(super) backup: bool,
    pub(super) billing_account: i64,
    pub(super) created_at: Time,
    pub(super) description: String,
    pub(super) designated_pool_name: String,
    pub(super) designated_pool_uuid: Uuid,
    pub(super) hostname: String,
    pub(super) mac: String,
    pub(super) memory: u32,
    pub(super) name: String,
    pub(super) os_name: String,
    pub(super) os_version: String,
    pub(super) status: Status,
    pub(super) updated_at: Time,
    pub(super) user_id: i64,
    /// Absent where `cloud_init` says who the users are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) username: Option<String>,
    pub(super) uuid: Uuid,
    pub(super) vcpu: u32,
}

/// What a new machine is to be like.
pub(super) struct NewMachine {
    pub(super) backup: bool,
    pub(super) billing_account: i64,
    pub(super) description: String,
    pub(super) pool: Pool,
    pub(super) memory: u32,
    pub(super) name: String,
    pub(super) os_name: String,
    pub(super) os_version: String,
    pub(super) username: Option<String>,
    pub(super) vcpu: u32,
    /// The network that it comes into; the default one without it.
    pub(super) network: Option<String>,
}

/// Makes a running machine without disks.
pub(super) fn add(cx: &Context, new: NewMachine) -> Result<Machine> {
    let random = cx.random()?;
    let machine = Machine {
        backup: new.backup,
        billing_account: new.billing_account,
        created_at: Time(cx.now),
        description: new.description,
        designated_pool_name: new.pool.name,
        designated_pool_uuid: new.pool.uuid,
        hostname: hostname(&new.name),
        mac: format!("52:54:00:{:02x}:{:02x}:{:02x}", random[0], random[1], random[2]),
        memory: new.memory,
        name: new.name,
        os_name: new.os_name,
        os_version: new.os_version,
        status: Status::Running,
        updated_at: Time(cx.now),
        user_id: cx.account()?,
        username: new.username,
        uuid: cx.new_uuid()?,
        vcpu: new.vcpu,
    };
    MACHINES.insert(cx, &machine)?;
    arrive(cx, &machine, new.network.as_deref())?;
    Ok(machine)
}

/// Changes a machine, and from now on charges for what it is then.
pub(super) fn change(
    cx: &Context,
    uuid: &str,
    change: impl FnOnce(&mut Machine) -> Result<()>,
) -> Result<Machine> {
    let machine = MACHINES.change(cx, uuid, |machine| {
        change(machine)?;
        machine.updated_at = Time(cx.now);
        Ok(())
    })?;
    metering::change(cx, uuid, &charge(&machine))?;
    Ok(machine)
}

/// Removes a machine with all its disks. Its floating IP stays reserved.
pub(super) fn remove(cx: &Context, uuid: &str) -> Result<()> {
    MACHINES.require(cx, uuid)?;
    for disk in disk::of_machine(cx, uuid)? {
        together::erase(cx, disk)?;
    }
    membership::leave(cx, uuid)?;
    metering::end(cx, uuid)?;
    MACHINES.remove(cx, uuid)
}

/// Lets those machines arrive that did not yet.
pub(super) fn complete(cx: &Context) -> Result<()> {
    MACHINES.for_each(cx, |cx, machine| arrive(&cx.at(machine.created_at.0), &machine, None))
}

fn arrive(cx: &Context, machine: &Machine, network: Option<&str>) -> Result<()> {
    let uuid = machine.uuid.to_string();
    membership::join_once(cx, network, &uuid, MemberKind::Machine)?;
    metering::begin_once(cx, &uuid, machine.billing_account, &charge(machine))
}

fn charge(machine: &Machine) -> Charge {
    Charge::Machine {
        name: machine.name.clone(),
        vcpu: machine.vcpu,
        ram_mb: machine.memory,
        os_name: machine.os_name.clone(),
        running: machine.status == Status::Running,
    }
}

/// The name of a machine as a host can have it; it stays when the name changes.
fn hostname(name: &str) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let label: String = name.chars().map(letter).take(63).collect();
    match label.trim_matches('-') {
        "" => "hostname".to_owned(),
        label => label.to_owned(),
    }
}
