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
    if public_ipv4(cx, &by.uuid)?.is_none() {
        return Err(refusals::error("Virtual machine has no public IP"));
    }
    floating_ips::release(cx, &by.uuid)?;
    object(cx, machine)
}

fn reserve(cx: &Context, Body(by): Body<ByUuid>) -> Result<Object<ShownMachine>> {
    let machine = MACHINES.find(cx, &by.uuid)?;
    if public_ipv4(cx, &by.uuid)?.is_some() {
        return Err(refusals::error("Virtual machine already has a public IP"));
    }
    give(cx, &by.uuid, machine.billing_account)?;
    object(cx, machine)
}

/// Reserves an address for a machine.
pub(super) fn give(cx: &Context, uuid: &str, billing_account: i64) -> Result<()> {
    floating_ips::reserve_for(cx, uuid, billing_account)
}

/// The public address of a machine.
pub(super) fn public_ipv4(cx: &Context, uuid: &str) -> Result<Option<String>> {
    floating_ips::of_member(cx, uuid)
}
