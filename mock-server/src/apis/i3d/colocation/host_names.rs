//! The host names that the addresses of colocation services resolve to.

use std::net::IpAddr;

use serde::Deserialize;

use super::{
    networks::{RDns, put},
    services::COLOCATIONS,
};
use crate::{
    apis::i3d::address_formats::host_names::is_full_host_name,
    engine::{Body, Context, Operation, Params, Problem, Result, write},
};

pub(super) fn operations() -> [Operation; 1] {
    [write("updateColocationNetworkRdn", set_host_name)]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByAddress {
    colocation_id: i64,
    ip_address: String,
}

#[derive(Deserialize)]
struct NewRDns {
    hostname: String,
}

fn set_host_name(
    cx: &Context,
    Params(by): Params<ByAddress>,
    Body(new): Body<NewRDns>,
) -> Result<()> {
    let changed = COLOCATIONS.change(cx, by.colocation_id, |colocation| {
        let ip: IpAddr = by.ip_address.parse().map_err(|_| Problem::not_found())?;
        // A dot at the end marks a name as complete, which every name here is.
        let hostname = new.hostname.strip_suffix('.').unwrap_or(&new.hostname);
        if !is_full_host_name(hostname) {
            return Err(Problem::invalid("hostname", "is not a full host name"));
        }
        let mut networks = colocation.service.network.iter_mut();
        let r_dns = networks.find_map(|network| network.host_names_of(ip));
        let r_dns = r_dns
            .ok_or_else(|| Problem::invalid("ipAddress", "is in no network of the service"))?;
        put(r_dns, RDns { hostname: hostname.to_owned(), ip })
    });
    changed.map(drop)
}
