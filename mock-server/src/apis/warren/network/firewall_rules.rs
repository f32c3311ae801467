//! Rules of firewalls: what may come in and go out.

use std::{net::IpAddr, str::FromStr};

use ipnet::IpNet;
use openapi::Violation;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::engine::{Context, Problem, Result};

/// The word for addresses and ranges, as the end of a rule.
const IP_PREFIXES: &str = "ip_prefixes";

/// A rule.
#[derive(Serialize, Deserialize)]
pub(super) struct FirewallRule {
    uuid: Uuid,
    protocol: String,
    direction: String,
    /// The first port; `None` for all ports.
    port_start: Option<u16>,
    port_end: Option<u16>,
    endpoint_spec_type: String,
    /// Addresses and ranges; `None` for any.
    endpoint_spec: Option<Vec<String>>,
}

/// A rule as requests write it.
#[derive(Deserialize)]
pub(super) struct NewFirewallRule {
    uuid: Option<String>,
    protocol: String,
    direction: String,
    port_start: Option<u16>,
    port_end: Option<u16>,
    endpoint_spec_type: String,
    endpoint_spec: Option<Vec<String>>,
}

/// The rules that are wanted. One that names a rule of `known` keeps its UUID.
pub(super) fn of_request(
    cx: &Context,
    wanted: Vec<NewFirewallRule>,
    known: &[FirewallRule],
) -> Result<Vec<FirewallRule>> {
    let numbered = wanted.iter().enumerate();
    Problem::refuse(numbered.flat_map(|(index, rule)| violations(index, rule)).collect())?;
    wanted.into_iter().map(|rule| stored(cx, rule, known)).collect()
}

fn stored(cx: &Context, rule: NewFirewallRule, known: &[FirewallRule]) -> Result<FirewallRule> {
    let given = rule.uuid.and_then(|uuid| Uuid::from_str(&uuid).ok());
    let kept = given.filter(|uuid| known.iter().any(|rule| rule.uuid == *uuid));
    let of_prefixes = rule.endpoint_spec_type == IP_PREFIXES;
    Ok(FirewallRule {
        uuid: kept.map_or_else(|| cx.new_uuid(), Ok)?,
        protocol: rule.protocol,
        direction: rule.direction,
        port_start: rule.port_start,
        port_end: rule.port_end.or(rule.port_start),
        endpoint_spec_type: rule.endpoint_spec_type,
        endpoint_spec: rule.endpoint_spec.filter(|_| of_prefixes),
    })
}

fn violations(index: usize, rule: &NewFirewallRule) -> Vec<Violation> {
    let at = |name: &str| format!("rules[{index}].{name}");
    let mut found = Vec::new();
    if let (Some(start), Some(end)) = (rule.port_start, rule.port_end)
        && start > end
    {
        found.push(Violation::new(at("port_start"), "value cannot be greater than port_end"));
    }
    if rule.port_start.is_none() && rule.port_end.is_some() {
        found.push(Violation::new(at("port_start"), "value must be given where port_end is"));
    }
    if rule.endpoint_spec_type == IP_PREFIXES {
        let prefixes = rule.endpoint_spec.as_deref().unwrap_or_default();
        if prefixes.is_empty() || !prefixes.iter().all(|prefix| is_prefix(prefix)) {
            let message = "value must be a list of IP addresses or ranges in CIDR notation";
            found.push(Violation::new(at("endpoint_spec"), message));
        }
    }
    found
}

fn is_prefix(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok() || text.parse::<IpNet>().is_ok()
}
