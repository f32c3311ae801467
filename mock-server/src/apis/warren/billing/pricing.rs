//! Prices of an hour, as data: `mock-server/world/warren/pricing.yaml`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::amount::Amount;
use crate::{
    apis::warren::platform::{data::data, metering::Charge},
    engine::{Context, Object, Operation, Result, read},
};

pub(super) fn operations() -> [Operation; 1] {
    [read("getPricingPolicy", policy)]
}

#[derive(Serialize, Deserialize)]
struct Policy {
    policy: Vec<Price>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Price {
    policy_id: i64,
    price: Amount,
    resource_type: String,
    service_name_user_friendly: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_name_in_uptime: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_cpus: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    megs_ram: Option<u32>,
}

static POLICY: LazyLock<Policy> =
    LazyLock::new(|| serde_json::from_str(data!("pricing")).expect("prices"));

const GIGABYTE: u64 = 1_000_000_000;
const MEGABYTES: u32 = 1024;

fn policy(_cx: &Context) -> Result<Object<&'static Policy>> {
    Ok(Object(&POLICY))
}

/// What an hour of it costs. A stopped machine costs what its disks do.
pub(super) fn hourly(charge: &Charge) -> Amount {
    match charge {
        Charge::Machine { running: false, .. } => Amount::ZERO,
        Charge::Machine { vcpu, ram_mb, os_name, .. } => {
            let license =
                if os_name == "windows" { of("LICENSE", "windows") } else { Amount::ZERO };
            compute(*vcpu, *ram_mb) + license.times((*vcpu).into())
        }
        Charge::Disk { size_gb, .. } => of("STORAGE", "main").times((*size_gb).into()),
        Charge::Replica { size_gb, backup, .. } => {
            let kind = if *backup { "backup" } else { "snapshot" };
            of("STORAGE", kind).times((*size_gb).into())
        }
        Charge::FloatingIp { assigned: true, .. } => Amount::ZERO,
        Charge::FloatingIp { .. } => of("UNASSIGNED_FLOATING_IP", "unassigned_floating_ip"),
        Charge::LoadBalancer { .. } => of("LOAD_BALANCER", "load_balancer"),
        Charge::Bucket { size_bytes, .. } => {
            let gigabytes = i64::try_from(size_bytes.div_ceil(GIGABYTE)).unwrap_or(i64::MAX);
            of("OBJECT_STORAGE", "object_storage").times(gigabytes)
        }
        Charge::Service { nodes, vcpu, ram_mb, disk_gb, .. } => {
            let storage = of("STORAGE", "main").times((*disk_gb).into());
            (compute(*vcpu, *ram_mb) + storage).times(SERVICE_FACTOR * i64::from(*nodes))
        }
    }
}

/// How much more a node of a managed service costs than a machine of its size.
const SERVICE_FACTOR: i64 = 3;

fn compute(vcpu: u32, ram_mb: u32) -> Amount {
    let processor = POLICY.policy.iter().find(|it| it.num_cpus == Some(1));
    let memory = POLICY.policy.iter().find(|it| it.megs_ram == Some(MEGABYTES / 2));
    let price = |price: Option<&Price>| price.map_or(Amount::ZERO, |it| it.price);
    let halves = ram_mb.div_ceil(MEGABYTES / 2);
    price(processor).times(vcpu.into()) + price(memory).times(halves.into())
}

fn of(resource: &str, name: &str) -> Amount {
    let found = POLICY.policy.iter().find(|it| {
        it.resource_type == resource && it.service_name_in_uptime.as_deref() == Some(name)
    });
    found.map_or(Amount::ZERO, |it| it.price)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_costs_what_the_policy_says() {
        let machine = |running, os: &str| Charge::Machine {
            name: "web".to_owned(),
            vcpu: 2,
            ram_mb: 2048,
            os_name: os.to_owned(),
            running,
        };
        assert_eq!(hourly(&machine(true, "ubuntu")), Amount::of(0.017));
        assert_eq!(hourly(&machine(true, "windows")), Amount::of(0.02796));
        assert_eq!(hourly(&machine(false, "windows")), Amount::ZERO);
        let disk = Charge::Disk { name: "vda".to_owned(), size_gb: 20, machine: None };
        assert_eq!(hourly(&disk), Amount::of(0.002));
        let ip = |assigned| Charge::FloatingIp { address: "198.18.0.1".to_owned(), assigned };
        assert_eq!((hourly(&ip(true)), hourly(&ip(false))), (Amount::ZERO, Amount::of(0.002)));
    }
}
