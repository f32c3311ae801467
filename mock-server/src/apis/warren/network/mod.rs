//! Networks, and what is in them.

mod firewall_rules;
mod firewalls;
pub(super) mod floating_ips;
mod load_balancer;
mod load_balancer_parts;
mod load_balancers;
pub(super) mod members;
pub(super) mod membership;
pub(super) mod networks;

use super::platform::data::data;
use crate::engine::{Context, Operation, Result, RowType, Seed};

pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] =
    &[firewalls::ROWS, floating_ips::ROWS, load_balancer::ROWS, networks::ROWS];

pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [
        firewalls::operations().into(),
        floating_ips::operations().into(),
        load_balancers::operations().into(),
        networks::operations().into(),
    ];
    files.into_iter().flatten().collect()
}

/// What the demo world holds.
pub(super) fn seed_demo(cx: &Context) -> Result<()> {
    Seed::parse("warren_network", data!("network/networks")).insert(cx)?;
    Seed::parse("warren_load_balancer", data!("network/load_balancers")).insert(cx)?;
    Seed::parse("warren_floating_ip", data!("network/floating_ips")).insert(cx)?;
    Seed::parse("warren_firewall", data!("network/firewalls")).insert(cx)
}

/// What follows from load balancers and floating IPs.
pub(super) fn complete(cx: &Context) -> Result<()> {
    load_balancers::complete(cx)?;
    floating_ips::complete(cx)
}
