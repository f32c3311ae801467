//! A copy of a machine, with copies of all its disks, a network address and a public one of its
//! own.

use serde::Deserialize;

use super::{
    machine::{self, MACHINES, NewMachine},
    shown::{ShownMachine, object},
};
use crate::{
    apis::warren::{
        catalogue::pools,
        network::{floating_ips, members},
        storage::disk::{self, NewDisk, Source, SourceType},
    },
    engine::{Body, Context, Object, Operation, Result, write},
};

pub(super) fn operations() -> [Operation; 1] {
    [write("cloneVm", clone)]
}

#[derive(Deserialize)]
struct Wanted {
    uuid: String,
    name: String,
}

fn clone(cx: &Context, Body(new): Body<Wanted>) -> Result<Object<ShownMachine>> {
    let original = MACHINES.find(cx, &new.uuid)?;
    let payer = original.billing_account;
    let copy = machine::add(
        cx,
        NewMachine {
            backup: false,
            billing_account: payer,
            description: original.description,
            pool: pools::find(cx, &original.designated_pool_uuid.to_string())?,
            memory: original.memory,
            name: new.name,
            os_name: original.os_name,
            os_version: original.os_version,
            username: original.username,
            vcpu: original.vcpu,
            network: members::find(cx, &new.uuid)?.map(|member| member.network),
        },
    )?;
    let uuid = copy.uuid.to_string();
    for of_original in disk::of_machine(cx, &new.uuid)? {
        let image = Some(of_original.uuid.to_string());
        let disk = NewDisk {
            billing_account_id: payer,
            size_gb: of_original.size_gb,
            source: Source { kind: SourceType::Disk, image },
            display_name: of_original.display_name,
            storage_pool_uuid: of_original.storage_pool_uuid,
        };
        disk::attach(cx, disk::add(cx, disk)?, &uuid)?;
    }
    if floating_ips::of_member(cx, &new.uuid)?.is_some() {
        floating_ips::reserve_for(cx, &uuid, payer)?;
    }
    object(cx, copy)
}
