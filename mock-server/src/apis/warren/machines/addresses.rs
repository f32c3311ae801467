//! The public address of a machine, in the older way: floating IPs replace it.

use super::{
    machine::MACHINES,
    request::ByUuid,
    shown::{ShownMachine, object},
};
use crate::{
    apis::warren::{network::floating_ips, platform::refusals},
    engine::{Body, Context, Object, Operation, Result, write},
};

pub(super) fn operations() -> [Operation; 2] {
    [write("releasePublicIp", release), write("reservePublicIp", reserve)]
}

/// The address stays reserved for the user.
fn release(cx: &Context, Body(by): Body<ByUuid>) -> Result<Object<ShownMachine>> {
    let machine = MACHINES.find(cx, &by.uuid)?;
    if floating_ips::of_member(cx, &by.uuid)?.is_none() {
        return Err(refusals::error("Virtual machine has no public IP"));
    }
    floating_ips::release(cx, &by.uuid)?;
    object(cx, machine)
}

fn reserve(cx: &Context, Body(by): Body<ByUuid>) -> Result<Object<ShownMachine>> {
    let machine = MACHINES.find(cx, &by.uuid)?;
    floating_ips::reserve_for(cx, &by.uuid, machine.billing_account)?;
    object(cx, machine)
}
