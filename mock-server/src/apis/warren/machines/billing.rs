//! Who pays for machines.

use serde::{Deserialize, Serialize};

use super::{
    machine::{self, MACHINES},
    shown::{ShownMachine, object, shown},
};
use crate::{
    apis::warren::{
        billing::payer,
        network::floating_ips,
        platform::metering,
        storage::{disk, together},
    },
    engine::{Body, Context, Object, Operation, Params, Result, read, write},
};

pub(super) fn operations() -> [Operation; 2] {
    [read("listBillingResources", list), write("setResourceBilling", set)]
}

/// What machines are called among the types of resources; no other type is known here.
const MACHINE: &str = "vm";

#[derive(Deserialize)]
struct Which {
    id: i64,
    resource_type: Option<String>,
}

#[derive(Deserialize)]
struct Payer {
    uuid: String,
    billing_account_id: i64,
}

/// A machine as only this list shows it.
#[derive(Serialize)]
struct Billed {
    #[serde(flatten)]
    machine: ShownMachine,
    /// Customers never learn it.
    hypervisor_id: (),
    public_ipv4: Option<String>,
}

fn list(cx: &Context, Params(which): Params<Which>) -> Result<Vec<Billed>> {
    payer::require(cx, which.id)?;
    if which.resource_type.is_some_and(|it| !it.is_empty() && it != MACHINE) {
        return Ok(Vec::new());
    }
    let machines = MACHINES.rows_where(cx, "billing_account = ?", &[&which.id])?;
    let billed = machines.into_iter().map(|machine| {
        let public_ipv4 = floating_ips::of_member(cx, &machine.uuid.to_string())?;
        Ok(Billed { machine: shown(cx, machine)?, hypervisor_id: (), public_ipv4 })
    });
    billed.collect()
}

/// Those of its disks go with it that the same billing account paid for.
fn set(cx: &Context, Body(new): Body<Payer>) -> Result<Object<ShownMachine>> {
    let before = MACHINES.find(cx, &new.uuid)?.billing_account;
    let payer = payer::named_payer(cx, Some(new.billing_account_id))?;
    metering::reassign(cx, &new.uuid, payer)?;
    let disks = disk::of_machine(cx, &new.uuid)?.into_iter();
    for disk in disks.filter(|disk| disk.billing_account_id == before) {
        together::charge_to(cx, disk, payer)?;
    }
    let machine = machine::change(cx, &new.uuid, |machine| {
        machine.billing_account = payer;
        Ok(())
    })?;
    object(cx, machine)
}
