//! Who may connect to a service: a list of addresses and blocks of addresses. It is asked for at
//! the location of the package.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;

use super::package::{Kept, PACKAGES, find_where};
use crate::{
    apis::warren::platform::located::location,
    engine::{Body, Context, Operation, Params, Problem, Result, read, write},
};

pub(super) fn operations() -> [Operation; 3] {
    [
        read("listWhitelist", list),
        write("addWhitelistEntry", add),
        write("deleteWhitelistEntry", delete),
    ]
}

#[derive(Deserialize)]
struct ByUuid {
    service_package_uuid: String,
}

#[derive(Deserialize)]
struct Entry {
    ip_address: Option<String>,
}

fn list(cx: &Context, Params(by): Params<ByUuid>) -> Result<Vec<String>> {
    Ok(find(cx, &by.service_package_uuid)?.whitelist)
}

fn add(cx: &Context, Params(by): Params<ByUuid>, Body(entry): Body<Entry>) -> Result<Vec<String>> {
    let mut kept = find(cx, &by.service_package_uuid)?;
    let address = entry.address()?;
    if address.parse::<IpAddr>().is_err() && address.parse::<IpNet>().is_err() {
        return Err(Problem::malformed(format!("IP address '{address}' is invalid")));
    }
    if !kept.whitelist.contains(&address) {
        kept.whitelist.push(address);
    }
    keep(cx, kept)
}

fn delete(
    cx: &Context,
    Params(by): Params<ByUuid>,
    Body(entry): Body<Entry>,
) -> Result<Vec<String>> {
    let mut kept = find(cx, &by.service_package_uuid)?;
    let address = entry.address()?;
    if !kept.whitelist.contains(&address) {
        let text = format!("IP address '{address}' is not in the whitelist");
        return Err(Problem::malformed(text));
    }
    kept.whitelist.retain(|it| *it != address);
    keep(cx, kept)
}

fn keep(cx: &Context, kept: Kept) -> Result<Vec<String>> {
    PACKAGES.replace(cx, kept.package.uuid.to_string(), &kept)?;
    Ok(kept.whitelist)
}

/// The package at the location that has this UUID, or a part of which has it: sources disagree on
/// which one stands in the path.
fn find(cx: &Context, uuid: &str) -> Result<Kept> {
    let condition = "body ->> '$.package.properties.location' = ? AND (uuid = ? OR EXISTS (
        SELECT 1 FROM json_each(body, '$.package.resources') WHERE value ->> 'resource_id' = ?))";
    find_where(cx, condition, &[&location(cx)?, &uuid, &uuid])
}

impl Entry {
    fn address(self) -> Result<String> {
        let given = self.ip_address.filter(|address| !address.is_empty());
        given.ok_or_else(|| Problem::malformed("IP address must be specified"))
    }
}
