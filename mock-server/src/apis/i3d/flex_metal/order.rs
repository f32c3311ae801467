//! What an order of a FlexMetal server must satisfy beyond the contract. All violations are
//! answered at once.

use std::collections::HashSet;

use openapi::Violation;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    catalogue::{self, InstanceType, Partial, Place},
    quota::Quotas,
    ssh_keys,
};
use crate::{
    apis::i3d::{
        address_formats::{host_names::is_host_name, web_addresses::is_web_address},
        reference::{self, operating_systems::Family},
    },
    engine::{Context, Problem, Result},
};

/// An order.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewServer {
    pub name: String,
    location: String,
    instance_type: String,
    pub os: NewOs,
    #[serde(default)]
    ssh_key: Vec<String>,
    #[serde(default)]
    post_install_script: String,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    contract_id: String,
    #[serde(default)]
    overflow: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewOs {
    pub slug: String,
    #[serde(default)]
    kernel_params: Vec<KernelParam>,
    #[serde(default)]
    partitions: Vec<Partition>,
    #[serde(default)]
    ipxe_script_url: String,
}

#[derive(Deserialize)]
struct KernelParam {
    key: String,
}

#[derive(Deserialize)]
struct Partition {
    target: String,
    /// In MB; [`REST_OF_DISK`] takes what the others leave.
    size: i64,
}

const REST_OF_DISK: i64 = -1;
const MB_PER_GB: i64 = 1000;

/// What an order without violations asks for.
pub(super) struct Order {
    pub location: Partial,
    pub instance_type: Partial,
    /// The contract that the server counts against; empty where it is on demand.
    pub contract_id: String,
}

pub(super) fn check(cx: &Context, new: &NewServer) -> Result<Order> {
    let mut errors = Vec::new();
    let offer = offer(new, &mut errors);
    check_system(new, &mut errors);
    check_ssh_keys(cx, &new.ssh_key, &mut errors)?;
    check_kernel_params(&new.os.kernel_params, &mut errors);
    check_partitions(&new.os.partitions, offer.map(|(_, it)| it.storage * MB_PER_GB), &mut errors);
    let contract_id = contract(cx, new, offer, &mut errors)?;
    Problem::refuse(errors)?;
    let (place, instance_type) = offer.expect("what is not offered is an error");
    Ok(Order {
        location: place.location.partial(),
        instance_type: instance_type.partial(),
        contract_id: contract_id.expect("a contract without room is an error"),
    })
}

/// An instance type at a location.
type Offer = (&'static Place, &'static InstanceType);

fn offer(new: &NewServer, errors: &mut Vec<Violation>) -> Option<Offer> {
    let Some(place) = catalogue::place(&new.location) else {
        errors.push(Violation::new("location", "is not the name of a location"));
        return None;
    };
    let instance_type = place.instance_type(&new.instance_type);
    if instance_type.is_none() {
        errors.push(Violation::new("instanceType", "is not available at this location"));
    }
    instance_type.map(|instance_type| (place, instance_type))
}

fn contract(
    cx: &Context,
    new: &NewServer,
    offer: Option<Offer>,
    errors: &mut Vec<Violation>,
) -> Result<Option<String>> {
    let contract_id = &new.contract_id;
    let quotas = Quotas::of(cx)?;
    if !contract_id.is_empty() && !quotas.have_contract(contract_id) {
        errors.push(Violation::new("contractId", "is not a contract of this account"));
        return Ok(None);
    }
    let Some((place, instance_type)) = offer else { return Ok(None) };
    let room = quotas.room(cx, place, instance_type, contract_id, new.overflow)?;
    Ok(room.map_err(|violation| errors.push(violation)).ok())
}

/// Checks what the operating system of an order allows and demands.
fn check_system(new: &NewServer, errors: &mut Vec<Violation>) {
    let mut refuse = |property: &str, message: &str| errors.push(Violation::new(property, message));
    if new.name.trim().is_empty() {
        refuse("name", "must not be empty");
    }
    let system =
        reference::operating_systems::of_slug(&new.os.slug).filter(|system| system.is_offered());
    let Some(family) = system.map(|system| system.family()) else {
        return refuse("os.slug", "is not an operating system for FlexMetal");
    };
    if family == Family::Talos && !is_host_name(&new.name) {
        refuse("name", "must be a host name for Talos");
    }
    match (family == Family::CustomIpxe, new.os.ipxe_script_url.as_str()) {
        (true, "") => refuse("os.ipxeScriptUrl", "is required for custom-ipxe"),
        (true, url) if !is_web_address(url) => {
            refuse("os.ipxeScriptUrl", "must be an http or https URL")
        }
        (false, url) if !url.is_empty() => refuse("os.ipxeScriptUrl", "is for custom-ipxe only"),
        _ => {}
    }
    if family == Family::Linux && new.ssh_key.is_empty() {
        refuse("sshKey", "is required for this operating system");
    }
    if family != Family::Linux && !new.post_install_script.is_empty() {
        refuse("postInstallScript", "is for Linux only");
    }
}

fn check_ssh_keys(cx: &Context, keys: &[String], errors: &mut Vec<Violation>) -> Result<()> {
    for (index, key) in keys.iter().enumerate() {
        let message = match Uuid::try_parse(key) {
            Ok(uuid) if !ssh_keys::exists(cx, uuid)? => "is not an SSH key of this account",
            Err(_) if !ssh_keys::is_public_key(key) => {
                "is neither the UUID of an SSH key nor a public key"
            }
            _ => continue,
        };
        errors.push(Violation::new(format!("sshKey[{index}]"), message));
    }
    Ok(())
}

fn check_kernel_params(params: &[KernelParam], errors: &mut Vec<Violation>) {
    for (index, param) in params.iter().enumerate() {
        if param.key.is_empty() || param.key.contains(|it: char| it.is_whitespace() || it == '=') {
            let property = format!("os.kernelParams[{index}].key");
            errors.push(Violation::new(property, "must be a word without an equals sign"));
        }
    }
}

/// `storage` is the room on the disks in MB, where it is known.
fn check_partitions(partitions: &[Partition], storage: Option<i64>, errors: &mut Vec<Violation>) {
    let (mut targets, mut rests, mut total) = (HashSet::new(), 0, 0_i64);
    for (index, partition) in partitions.iter().enumerate() {
        let mut refuse = |name: &str, message: &str| {
            errors.push(Violation::new(format!("os.partitions[{index}].{name}"), message));
        };
        if !is_mount_point(&partition.target) {
            refuse("target", "must be an absolute path or swap");
        } else if !targets.insert(&partition.target) {
            refuse("target", "is given more than once");
        }
        match partition.size {
            REST_OF_DISK if rests > 0 => {
                refuse("size", "only one partition can take the rest of the disk")
            }
            REST_OF_DISK => rests += 1,
            ..=0 => refuse("size", "must be at least 1, or -1 for the rest of the disk"),
            size => total = total.saturating_add(size),
        }
    }
    if storage.is_some_and(|storage| total > storage) {
        errors
            .push(Violation::new("os.partitions", "do not fit on the disks of this instance type"));
    }
}

fn is_mount_point(target: &str) -> bool {
    let segment =
        |it: &str| !it.is_empty() && it != "." && it != ".." && !it.contains(char::is_whitespace);
    match target.strip_prefix('/') {
        Some("") => true,
        Some(path) => path.split('/').all(segment),
        None => target == "swap",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(partitions: &[(&str, i64)], storage: Option<i64>) -> Vec<String> {
        let partition =
            |(target, size): &(&str, i64)| Partition { target: (*target).to_owned(), size: *size };
        let mut errors = Vec::new();
        check_partitions(
            &partitions.iter().map(partition).collect::<Vec<_>>(),
            storage,
            &mut errors,
        );
        errors.into_iter().map(|it| it.property).collect()
    }

    #[test]
    fn the_documented_layout_of_disks_fits() {
        let layout = [("/boot", 4096), ("/", -1), ("/custom", 10_240), ("swap", 8192)];
        assert!(refused(&layout, Some(960_000)).is_empty());
        assert!(refused(&layout, None).is_empty());
        assert!(refused(&[("/", 960_000)], Some(960_000)).is_empty());
    }

    #[test]
    fn a_layout_that_cannot_be_made_is_refused_where_it_is_wrong() {
        assert_eq!(refused(&[("/", 1), ("/", 1)], None), ["os.partitions[1].target"]);
        assert_eq!(refused(&[("home", 1), ("/a//b", 1), ("/../etc", 1)], None).len(), 3);
        assert_eq!(refused(&[("/", -1), ("/home", -1)], None), ["os.partitions[1].size"]);
        assert_eq!(refused(&[("/", 0)], None), ["os.partitions[0].size"]);
        assert_eq!(refused(&[("/", 900_000), ("/home", 60_001)], Some(960_000)), ["os.partitions"]);
        assert_eq!(
            refused(&[("/", i64::MAX), ("/home", i64::MAX)], Some(960_000)),
            ["os.partitions"]
        );
    }
}
