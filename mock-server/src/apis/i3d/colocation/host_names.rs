//! The host names that the addresses of colocation services resolve to.

use std::net::IpAddr;

use serde::Deserialize;

use super::{
    networks::{RDns, put},
    services::COLOCATIONS,
};
use crate::engine::{Body, Context, Operation, Params, Problem, Result, write};

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
        // The dot at the end says that a name is complete, as all are here.
        let hostname = new.hostname.strip_suffix('.').unwrap_or(&new.hostname);
        if !is_host_name(hostname) {
            return Err(Problem::invalid("hostname", "is not a full host name"));
        }
        let mut networks = colocation.service.network.iter_mut();
        let r_dns = networks.find_map(|network| network.range_of(ip));
        let r_dns = r_dns
            .ok_or_else(|| Problem::invalid("ipAddress", "is in no network of the service"))?;
        put(r_dns, RDns { hostname: hostname.to_owned(), ip })
    });
    changed.map(drop)
}

/// Whether `text` is a host name with a domain, by RFC 1123; an address is none.
fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(is_label)
        && !last.bytes().all(|it| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_keeps_the_rules_of_rfc_1123() {
        let label = "a".repeat(63);
        let longest = format!("{label}.{label}.{label}.{}.nl", &label[..58]);
        assert_eq!(longest.len(), 253);
        for good in
            ["core.example", "3com.example", "a-b.x1.example", "xn--bcher-kva.example", &longest]
        {
            assert!(is_host_name(good), "{good}");
        }
        let (long_label, long_name) = (format!("a{label}.nl"), format!("a{longest}"));
        for bad in [
            "",
            ".",
            "core",
            ".example",
            "core..example",
            "-core.example",
            "core-.example",
            "co_re.example",
            "core example.nl",
            "bücher.example",
            "203.0.113.150",
            &long_label,
            &long_name,
        ] {
            assert!(!is_host_name(bad), "{bad}");
        }
    }
}
