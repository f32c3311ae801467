//! The networks of a colocation service, and the host names of their addresses.

use serde::{Deserialize, Serialize};

/// A network that ends at the equipment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Network {
    vlan_id: i64,
    ip_range: Vec<IpRangeCidr>,
    ip_range_custom: Vec<IpRangeCustom>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IpRangeCidr {
    network: String,
    netmask: String,
    prefix: String,
    gateway: String,
    vrrp1: Option<String>,
    vrrp2: Option<String>,
    r_dns: Vec<RDns>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IpRangeCustom {
    network_start: String,
    network_end: String,
    gateway: String,
    vrrp1: Option<String>,
    vrrp2: Option<String>,
    r_dns: Vec<RDns>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct RDns {
    hostname: String,
    ip: String,
}
