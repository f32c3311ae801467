//! What a billing account pays for, by resource and hour.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{amount::Amount, month::Month, payer, pricing};
use crate::{
    apis::warren::platform::metering::{self, Charge, Metered},
    engine::{Context, Operation, Params, Result, read},
};

pub(super) fn operations() -> [Operation; 1] {
    [read("getUsage", list)]
}

const HOUR: i64 = 3600;

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

/// What a resource cost while its price was the same.
pub(super) struct Line {
    /// What it was last.
    pub(super) metered: Metered,
    seconds: i64,
    /// Each hour that began, of all its time together.
    pub(super) hours: i64,
    /// Of an hour.
    pub(super) price: Amount,
    pub(super) cost: Amount,
}

impl Line {
    fn new(metered: Metered, seconds: i64, price: Amount) -> Line {
        let hours = (seconds + HOUR - 1) / HOUR;
        Line { metered, seconds, hours, price, cost: price.times(hours) }
    }
}

fn list(cx: &Context, Params(by): Params<ByBillingAccount>) -> Result<Vec<Usage>> {
    payer::require(cx, by.billing_account_id)?;
    let user_id = cx.account()?;
    let lines = of_month(cx, by.billing_account_id, cx.now)?.into_iter();
    let usage = lines.map(|line| Usage {
        billing_account_id: by.billing_account_id,
        configurations: [configuration(&line.metered.charge)],
        cost: line.cost,
        description: description(&line.metered.charge),
        hours: line.hours,
        owner_uuid: line.metered.resource,
        price: line.price,
        price_unit: "h",
        uptime_types: uptime_types(&line.metered.charge),
        user_id,
    });
    Ok(usage.collect())
}

/// The lines of the month of a time, up to that time.
pub(super) fn of_month(cx: &Context, billing_account: i64, now: i64) -> Result<Vec<Line>> {
    lines(cx, billing_account, Month::of(now)?.start()?..now)
}

/// What there was in a span of time and what it cost, by when it began.
pub(super) fn lines(cx: &Context, billing_account: i64, within: Range<i64>) -> Result<Vec<Line>> {
    let metered = metering::between(cx, billing_account, within.start, within.end)?;
    let mut lines: Vec<Line> = Vec::new();
    for metered in metered {
        let from = metered.started_at.max(within.start);
        let to = metered.ended_at.unwrap_or(within.end).min(within.end);
        let price = pricing::hourly(&metered.charge);
        let same =
            |line: &&mut Line| line.metered.resource == metered.resource && line.price == price;
        match lines.iter_mut().find(same) {
            Some(line) => *line = Line::new(metered, line.seconds + to - from, price),
            None => lines.push(Line::new(metered, to - from, price)),
        }
    }
    lines.retain(|line| line.hours > 0);
    Ok(lines)
}

/// What an invoice calls it.
pub(super) fn description(charge: &Charge) -> String {
    match charge {
        Charge::Machine { name, vcpu, ram_mb, running, .. } => {
            let state = if *running { "" } else { ", stopped" };
            format!("{name}, {vcpu} CPUs, {} GB RAM{state}", f64::from(*ram_mb) / 1024.0)
        }
        Charge::Disk { name, size_gb } if name.is_empty() => format!("{size_gb} GB disk"),
        Charge::Disk { name, size_gb } => format!("{name}, {size_gb} GB disk"),
        Charge::Replica { name, backup, .. } => {
            format!("{name}, {}", if *backup { "backups" } else { "snapshots" })
        }
        Charge::FloatingIp { address, assigned } => {
            format!("Floating IP {address}{}", if *assigned { "" } else { ", unassigned" })
        }
        Charge::LoadBalancer { name } => format!("Load balancer {name}"),
        Charge::Bucket { name, .. } => format!("Object storage {name}"),
        Charge::Service { name, nodes, .. } => format!("Managed service {name}, {nodes} nodes"),
    }
}

fn configuration(charge: &Charge) -> Configuration {
    match charge {
        Charge::Machine { name, vcpu, ram_mb, os_name, .. } => Configuration {
            cpus: Some(*vcpu),
            os_name: Some(os_name.clone()),
            ram_mb: Some(*ram_mb),
            vm_name: Some(name.clone()),
            ..Configuration::default()
        },
        Charge::Disk { size_gb, .. } | Charge::Replica { size_gb, .. } => {
            Configuration { disk_size_gb: Some(*size_gb), ..Configuration::default() }
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

fn uptime_types(charge: &Charge) -> Vec<&'static str> {
    match charge {
        Charge::Machine { running: true, .. } => vec!["VM_COMPUTE", "VM_RUNNING"],
        Charge::Machine { .. } => vec!["VM_COMPUTE"],
        Charge::Disk { .. } => vec!["MAIN_STORAGE"],
        Charge::Replica { backup: true, .. } => vec!["BACKUP_STORAGE"],
        Charge::Replica { .. } => vec!["SNAPSHOT_STORAGE"],
        Charge::FloatingIp { .. } => vec!["UNASSIGNED_FLOATING_IP"],
        Charge::LoadBalancer { .. } => vec!["LOAD_BALANCER"],
        Charge::Bucket { .. } => vec!["OBJECT_STORAGE"],
        Charge::Service { .. } => vec!["SERVICE"],
    }
}
