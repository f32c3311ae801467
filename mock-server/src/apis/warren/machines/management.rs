//! The API of machines: what there is, its names and sizes, its users and its end.

use serde::Deserialize;

use super::{
    machine::{self, MACHINES, Machine, Status},
    power::Took,
    request::ByUuid,
    shown::{ShownMachine, object, shown},
};
use crate::{
    apis::warren::{
        catalogue::limits::{PASSWORD, RAM, VCPU},
        platform::{
            refusals,
            success::{Success, success},
        },
    },
    engine::{Body, Context, IntoReply, Object, Operation, Params, Reply, Result, read, write},
};

pub(super) fn operations() -> [Operation; 6] {
    [
        read("listVms", list),
        read("getVm", get),
        write("modifyVm", modify),
        write("deleteVm", delete),
        write("changePassword", change_password),
        write("toggleBackup", toggle_backup),
    ]
}

/// What of a machine can be changed; everything else that is sent is not looked at.
#[derive(Deserialize)]
struct Changes {
    uuid: String,
    name: Option<String>,
    vcpu: Option<u32>,
    ram: Option<u32>,
}

#[derive(Deserialize)]
struct Login {
    uuid: String,
    password: String,
}

fn list(cx: &Context) -> Result<Vec<ShownMachine>> {
    let machines = MACHINES.listed(cx, "TRUE", &[])?.into_iter();
    machines.map(|machine| shown(cx, machine)).collect()
}

fn get(cx: &Context, Params(by): Params<ByUuid>) -> Result<Object<ShownMachine>> {
    object(cx, MACHINES.find(cx, &by.uuid)?)
}

fn modify(cx: &Context, Body(new): Body<Changes>) -> Result<Object<ShownMachine>> {
    let uuid = new.uuid.clone();
    let machine = machine::change(cx, &uuid, |machine| {
        check_size(machine, &new)?;
        machine.name = new.name.unwrap_or_else(|| machine.name.clone());
        machine.vcpu = new.vcpu.unwrap_or(machine.vcpu);
        machine.memory = new.ram.unwrap_or(machine.memory);
        Ok(())
    })?;
    object(cx, machine)
}

/// Only a stopped machine changes its size; a running one refuses even the size that it has.
fn check_size(machine: &Machine, new: &Changes) -> Result<()> {
    if machine.status == Status::Running && (new.vcpu.is_some() || new.ram.is_some()) {
        let unchanged = new.vcpu.is_none_or(|vcpu| vcpu == machine.vcpu)
            && new.ram.is_none_or(|ram| ram == machine.memory);
        return Err(refusals::error(match unchanged {
            true => "vcpu and ram cannot be set if none is changed",
            false => "vcpu and ram can only be changed when the machine is in stopped state",
        }));
    }
    let os_name = &machine.os_name;
    new.vcpu.map_or(Ok(()), |vcpu| VCPU.check(vcpu.into(), os_name))?;
    new.ram.map_or(Ok(()), |ram| RAM.check(ram.into(), os_name))
}

fn delete(cx: &Context, Body(by): Body<ByUuid>) -> Result<Reply> {
    machine::remove(cx, &by.uuid)?;
    Ok(success().into_reply()?.after(Took::DELETE.seconds(cx)?))
}

/// Whom the password is for, is not looked at: only the machine knows its users.
fn change_password(cx: &Context, Body(login): Body<Login>) -> Result<Object<Success>> {
    let machine = MACHINES.find(cx, &login.uuid)?;
    if machine.status != Status::Running {
        return Err(refusals::error("Password can only be changed when the machine is running"));
    }
    PASSWORD.check(&login.password)?;
    Ok(success())
}

fn toggle_backup(cx: &Context, Body(by): Body<ByUuid>) -> Result<Object<ShownMachine>> {
    let machine = machine::change(cx, &by.uuid, |machine| {
        machine.backup = !machine.backup;
        Ok(())
    })?;
    object(cx, machine)
}
