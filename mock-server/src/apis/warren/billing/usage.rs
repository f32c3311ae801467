//! What a billing account pays for in the current month.

use serde::{Deserialize, Serialize};

use super::{
    amount::Amount,
    lines::{self, Line},
    month::Month,
    payer,
};
use crate::{
    apis::warren::platform::metering::Charge,
    engine::{Context, Operation, Params, Result, read},
};

pub(super) fn operations() -> [Operation; 1] {
    [read("getUsage", list)]
}

#[derive(Deserialize)]
struct ByBillingAccount {
    billing_account_id: i64,
}

#[derive(Serialize)]
struct Usage {
    billing_account_id: i64,
    configurations: [Configuration; 1],
    cost: Amount,
    description: String,
    hours: i64,
    owner_uuid: String,
    price: Amount,
    price_unit: &'static str,
    uptime_types: Vec<&'static str>,
    user_id: i64,
}

#[derive(Serialize, Default)]
struct Configuration {
    cpus: Option<u32>,
    #[serde(rename = "disk_size_GB")]
    disk_size_gb: Option<u32>,
    os_name: Option<String>,
    #[serde(rename = "ram_MB")]
    ram_mb: Option<u32>,
    vm_name: Option<String>,
}

fn list(cx: &Context, Params(by): Params<ByBillingAccount>) -> Result<Vec<Usage>> {
    payer::require(cx, by.billing_account_id)?;
    let user_id = cx.account()?;
    let lines = of_month(cx, by.billing_account_id, cx.now)?.into_iter();
    let usage = lines.map(|line| Usage {
        billing_account_id: by.billing_account_id,
        configurations: [configuration(&line)],
        cost: line.cost,
        description: description(&line),
        hours: line.hours,
        price: line.price,
        price_unit: "h",
        uptime_types: uptime_types(&line),
        owner_uuid: line.metered.resource,
        user_id,
    });
    Ok(usage.collect())
}

/// The lines of the month of a time, up to that time.
pub(super) fn of_month(cx: &Context, billing_account: i64, now: i64) -> Result<Vec<Line>> {
    lines::of(cx, billing_account, Month::of(now)?.start()?..now)
}

/// What an invoice calls it.
pub(super) fn description(line: &Line) -> String {
    match &line.metered.charge {
        Charge::Machine { name, vcpu, ram_mb, running, .. } => {
            let ram_gb = f64::from(*ram_mb) / 1024.0;
            let disks = line.disk_gb.map(|size| format!(", {size} GB disk")).unwrap_or_default();
            let state = if *running { "" } else { ", stopped" };
            format!("{name}, {vcpu} CPUs, {ram_gb} GB RAM{disks}{state}")
        }
        Charge::Disk { name, size_gb, .. } if name.is_empty() => format!("{size_gb} GB disk"),
        Charge::Disk { name, size_gb, .. } => format!("{name}, {size_gb} GB disk"),
        Charge::Replica { disk, backup, .. } => {
            let owner = line.owner.as_ref().unwrap_or(disk);
            format!("{owner}, {}", if *backup { "backups" } else { "snapshots" })
        }
        Charge::FloatingIp { address, assigned } => {
            format!("Floating IP {address}{}", if *assigned { "" } else { ", unassigned" })
        }
        Charge::LoadBalancer { name } => format!("Load balancer {name}"),
        Charge::Bucket { name, .. } => format!("Object storage {name}"),
        Charge::Service { name, nodes, .. } => format!("Managed service {name}, {nodes} nodes"),
    }
}

fn configuration(line: &Line) -> Configuration {
    match &line.metered.charge {
        Charge::Machine { name, vcpu, ram_mb, os_name, .. } => Configuration {
            cpus: Some(*vcpu),
            disk_size_gb: line.disk_gb,
            os_name: Some(os_name.clone()),
            ram_mb: Some(*ram_mb),
            vm_name: Some(name.clone()),
        },
        Charge::Disk { .. } | Charge::Replica { .. } => {
            Configuration { disk_size_gb: line.disk_gb, ..Configuration::default() }
        }
        Charge::Service { vcpu, ram_mb, disk_gb, .. } => Configuration {
            cpus: Some(*vcpu),
            disk_size_gb: Some(*disk_gb),
            ram_mb: Some(*ram_mb),
            ..Configuration::default()
        },
        _ => Configuration::default(),
    }
}

fn uptime_types(line: &Line) -> Vec<&'static str> {
    match &line.metered.charge {
        Charge::Machine { running, .. } => {
            let mut types = vec!["VM_COMPUTE"];
            types.extend(running.then_some("VM_RUNNING"));
            types.extend(line.disk_gb.map(|_| "MAIN_STORAGE"));
            types
        }
        Charge::Disk { .. } => vec!["MAIN_STORAGE"],
        Charge::Replica { backup: true, .. } => vec!["BACKUP_STORAGE"],
        Charge::Replica { .. } => vec!["SNAPSHOT_STORAGE"],
        Charge::FloatingIp { .. } => vec!["UNASSIGNED_FLOATING_IP"],
        Charge::LoadBalancer { .. } => vec!["LOAD_BALANCER"],
        Charge::Bucket { .. } => vec!["OBJECT_STORAGE"],
        Charge::Service { .. } => vec!["SERVICE"],
    }
}
