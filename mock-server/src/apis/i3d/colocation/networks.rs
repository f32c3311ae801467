//! The networks of a colocation service, as they are stored with it.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::engine::{Problem, Result};

/// How many addresses of one range may have a host name, because an IPv6 range has too many to
/// list.
const HOST_NAMES_MAX: usize = 256;

/// A network that the equipment is connected to.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Network {
    vlan_id: i64,
    ip_range: Vec<IpRangeCidr>,
    ip_range_custom: Vec<IpRangeCustom>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IpRangeCidr {
    network: IpAddr,
    netmask: String,
    prefix: String,
    gateway: String,
    vrrp1: Option<String>,
    vrrp2: Option<String>,
    r_dns: Vec<RDns>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IpRangeCustom {
    network_start: IpAddr,
    network_end: IpAddr,
    gateway: String,
    vrrp1: Option<String>,
    vrrp2: Option<String>,
    r_dns: Vec<RDns>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct RDns {
    pub(super) hostname: String,
    pub(super) ip: IpAddr,
}

impl Network {
    /// The host names of the range that the address is in.
    pub(super) fn host_names_of(&mut self, ip: IpAddr) -> Option<&mut Vec<RDns>> {
        let nets = self.ip_range.iter_mut().filter(|range| range.contains(ip));
        let customs = self.ip_range_custom.iter_mut().filter(|range| range.contains(ip));
        nets.map(|range| &mut range.r_dns).chain(customs.map(|range| &mut range.r_dns)).next()
    }
}

impl IpRangeCidr {
    fn contains(&self, ip: IpAddr) -> bool {
        let net = self.prefix.parse().ok().and_then(|prefix| IpNet::new(self.network, prefix).ok());
        net.is_some_and(|net| net.contains(&ip))
    }
}

impl IpRangeCustom {
    fn contains(&self, ip: IpAddr) -> bool {
        let same_family = self.network_start.is_ipv4() == ip.is_ipv4();
        same_family && (self.network_start..=self.network_end).contains(&ip)
    }
}

/// Sets the name of an address in a list that is sorted by address.
pub(super) fn put(all: &mut Vec<RDns>, new: RDns) -> Result<()> {
    match all.binary_search_by_key(&new.ip, |it| it.ip) {
        Ok(position) => all[position] = new,
        Err(_) if all.len() >= HOST_NAMES_MAX => {
            let message = format!(
                "is in a range that has {HOST_NAMES_MAX} host names, which is as many as it may"
            );
            return Err(Problem::invalid("ipAddress", message));
        }
        Err(position) => all.insert(position, new),
    }
    Ok(())
}
