//! Pools of hosts, by location: `mock-server/world/warren/host_pools.yaml`.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::limits::{DISKS, RAM, Range, VCPU};
use crate::{
    apis::warren::platform::{data::data, located::location, refusals},
    engine::{Context, Operation, Problem, Result, read},
};

pub(super) fn operations() -> [Operation; 1] {
    [read("listHostPools", list)]
}

/// A pool of hosts.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::apis::warren) struct Pool {
    created_at: String,
    description: String,
    pub(in crate::apis::warren) name: String,
    pub(in crate::apis::warren) storage_pool_uuid: Uuid,
    updated_at: String,
    pub(in crate::apis::warren) uuid: Uuid,
}

static POOLS: LazyLock<BTreeMap<String, Vec<Pool>>> =
    LazyLock::new(|| serde_json::from_str(data!("host_pools")).expect("host pools by location"));

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    pool: Pool,
    is_default_designated: bool,
    is_visible: bool,
    ui_position: usize,
    guest_limits: GuestLimits,
}

/// How large a machine in the pool can be.
#[derive(Serialize)]
struct GuestLimits {
    cpu: Limit,
    ram_mb: Limit,
    disk_gb: Limit,
}

#[derive(Serialize)]
struct Limit {
    min: u32,
    max: u32,
}

fn list(cx: &Context) -> Result<Vec<Shown>> {
    let pools = of_location(cx)?.iter().enumerate();
    Ok(pools.map(|(index, pool)| shown(index, pool)).collect())
}

fn shown(index: usize, pool: &Pool) -> Shown {
    let limit = |range: &Range| Limit { min: range.min, max: range.max };
    Shown {
        pool: pool.clone(),
        is_default_designated: index == 0,
        is_visible: true,
        ui_position: index + 1,
        guest_limits: GuestLimits {
            cpu: limit(&VCPU),
            ram_mb: limit(&RAM),
            disk_gb: limit(&DISKS),
        },
    }
}

/// The pool of this UUID at the location.
pub(in crate::apis::warren) fn find(cx: &Context, uuid: &str) -> Result<Pool> {
    let wanted = uuid.parse::<Uuid>().ok();
    let pool = of_location(cx)?.iter().find(|pool| Some(pool.uuid) == wanted);
    pool.cloned().ok_or_else(|| refusals::error(format!("No such host pool exists: {uuid}")))
}

/// The storage pool of this UUID at the location, which several pools of hosts can share.
pub(in crate::apis::warren) fn find_storage(cx: &Context, uuid: &str) -> Result<Uuid> {
    let wanted = uuid.parse::<Uuid>().ok();
    let storage = of_location(cx)?.iter().map(|pool| pool.storage_pool_uuid);
    let unknown = || refusals::error(format!("No such storage pool exists: {uuid}"));
    storage.into_iter().find(|it| Some(*it) == wanted).ok_or_else(unknown)
}

/// The pool of the location where a machine stands that asks for none.
pub(in crate::apis::warren) fn default(cx: &Context) -> Result<Pool> {
    let first = of_location(cx)?.first().cloned();
    first.ok_or_else(|| Problem::internal("a location has a host pool"))
}

fn of_location(cx: &Context) -> Result<&'static [Pool]> {
    Ok(POOLS.get(location(cx)?).map_or(&[], Vec::as_slice))
}
