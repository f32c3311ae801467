//! How a resource comes into a network, and what goes with it when it is gone.
//!
//! The rooms of such resources say it here, so that this room needs to know no other.

use super::{
    firewalls, floating_ips, load_balancer,
    members::{self, Member, MemberKind},
    networks::{self, Network},
};
use crate::engine::{Context, Problem, Result};

/// Puts a resource into the network of this UUID, or into the default one.
pub(in crate::apis::warren) fn join(
    cx: &Context,
    network: Option<&str>,
    uuid: &str,
    kind: MemberKind,
) -> Result<Member> {
    let network = match network {
        Some(uuid) => networks::find(cx, uuid)?,
        None => networks::default(cx)?,
    };
    let private_ip = free_address(cx, &network, kind)?;
    let member =
        Member { uuid: uuid.to_owned(), kind, network: network.uuid.to_string(), private_ip };
    members::add(cx, &member)?;
    Ok(member)
}

/// The same, unless it is in a network.
pub(in crate::apis::warren) fn join_once(
    cx: &Context,
    network: Option<&str>,
    uuid: &str,
    kind: MemberKind,
) -> Result<Member> {
    members::find(cx, uuid)?.map_or_else(|| join(cx, network, uuid, kind), Ok)
}

/// Takes a resource out of its network, because it is gone. Its floating IPs stay reserved; no
/// firewall and no load balancer has it any more.
pub(in crate::apis::warren) fn leave(cx: &Context, uuid: &str) -> Result<()> {
    floating_ips::release(cx, uuid)?;
    firewalls::forget(cx, uuid)?;
    load_balancer::forget(cx, uuid)?;
    members::remove(cx, uuid)
}

/// The lowest address of a network that nothing has; for a load balancer the highest. The first is
/// the router's.
fn free_address(cx: &Context, network: &Network, kind: MemberKind) -> Result<String> {
    let taken = members::of_network(cx, &network.uuid.to_string())?;
    let prefix = network.subnet.trim_end_matches("0/24");
    let address = |number: u8| format!("{prefix}{number}");
    let is_free = |address: &String| taken.iter().all(|member| member.private_ip != *address);
    let free = match kind {
        MemberKind::LoadBalancer => (2..=254).rev().map(address).find(is_free),
        _ => (2..=254).map(address).find(is_free),
    };
    free.ok_or_else(|| Problem::malformed("Network has no free address."))
}
