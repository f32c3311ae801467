//! What a package is, as it is kept and as answers show it.

use rusqlite::ToSql;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    apis::warren::platform::{metering::Charge, time::Time, token},
    engine::{Context, Page, Problem, Result, RowType, Table},
};

/// A package with what its answers do not show.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) package: Package,
    /// The password of the database.
    pub(super) sql_pass: String,
    /// Who may connect; everybody where it is empty.
    pub(super) whitelist: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Package {
    pub(super) billing_account_id: i64,
    pub(super) created_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deleted_at: Option<Time>,
    pub(super) display_name: String,
    pub(super) is_deleted: bool,
    pub(super) is_multi_node: bool,
    pub(super) properties: Properties,
    pub(super) resources: Vec<Resource>,
    pub(super) service: String,
    pub(super) status: String,
    pub(super) updated_at: Time,
    pub(super) user_id: i64,
    pub(super) uuid: Uuid,
    pub(super) version: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Properties {
    pub(super) service_ip: String,
    pub(super) location: String,
    pub(super) sql_user: String,
    pub(super) port: u16,
}

/// Something that the package is made of.
#[derive(Serialize, Deserialize)]
pub(super) struct Resource {
    pub(super) resource_allocation: Allocation,
    pub(super) resource_id: Uuid,
    pub(super) resource_location: String,
    pub(super) resource_type: String,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Allocation {
    Machine {
        memory: u32,
        vcpu: u32,
        status: String,
        storage: [Storage; 1],
    },
    Address {
        address: String,
    },
    /// It is gone.
    Nothing {},
}

#[derive(Serialize, Deserialize)]
pub(super) struct Storage {
    pub(super) primary: bool,
    pub(super) size: u32,
    pub(super) uuid: Uuid,
    /// There never is any.
    pub(super) replica: [(); 0],
}

/// A package as answers show it.
#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    package: Package,
    prices: &'static [Price],
}

/// How much more something costs as a part of a managed service.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Price {
    price_multiplier: f64,
    resource_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_name_in_uptime: Option<&'static str>,
}

static PRICES: [Price; 9] = [
    price(3.0, "CPU", None),
    price(3.0, "RAM", None),
    price(3.0, "STORAGE", Some("main")),
    price(3.0, "STORAGE", Some("block")),
    price(0.0, "STORAGE", Some("snapshot")),
    price(0.0, "STORAGE", Some("backup")),
    price(0.0, "OBJECT_STORAGE", None),
    price(0.0, "LICENSE", Some("windows")),
    price(0.0, "UNASSIGNED_FLOATING_IP", None),
];

const fn price(
    price_multiplier: f64,
    resource_type: &'static str,
    service_name_in_uptime: Option<&'static str>,
) -> Price {
    Price { price_multiplier, resource_type, service_name_in_uptime }
}

pub(super) const PACKAGES: Table<Kept> = Table::new("warren_service_package", "uuid");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[PACKAGES.row_type()];

/// The package of this UUID, wherever it stands.
pub(super) fn find(cx: &Context, uuid: &str) -> Result<Kept> {
    find_where(cx, "uuid = ?", &[&uuid])
}

/// The package that satisfies `condition`, whose `?` are `values`; the token must open it.
pub(super) fn find_where(cx: &Context, condition: &str, values: &[&dyn ToSql]) -> Result<Kept> {
    let found = PACKAGES.rows_where(cx, Page::ALL, condition, values)?.pop();
    let unknown = || Problem::not_found().because("Service package not found");
    let kept = found.ok_or_else(unknown)?;
    token::permit(cx, kept.package.billing_account_id)?;
    Ok(kept)
}

impl Package {
    pub(super) fn shown(self) -> Shown {
        Shown { package: self, prices: &PRICES }
    }

    /// Gives it this address.
    pub(super) fn move_to(&mut self, new: &str) {
        new.clone_into(&mut self.properties.service_ip);
        for resource in &mut self.resources {
            if let Allocation::Address { address } = &mut resource.resource_allocation {
                new.clone_into(address);
            }
        }
    }

    /// What it is charged as: its machines are alike.
    pub(super) fn charge(&self) -> Charge {
        let machines = self.resources.iter().filter_map(|it| match &it.resource_allocation {
            Allocation::Machine { memory, vcpu, storage: [disk], .. } => {
                Some((*vcpu, *memory, disk.size))
            }
            _ => None,
        });
        let machines: Vec<_> = machines.collect();
        let (vcpu, ram_mb, disk_gb) = machines.first().copied().unwrap_or_default();
        let nodes = u32::try_from(machines.len()).unwrap_or(u32::MAX);
        Charge::Service { name: self.display_name.clone(), nodes, vcpu, ram_mb, disk_gb }
    }
}
