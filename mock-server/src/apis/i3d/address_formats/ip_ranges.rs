//! The range of addresses that an entry of a whitelist allows: from a first to a last address, or
//! in CIDR notation.

use std::{net::IpAddr, ops::RangeInclusive};

use ipnet::IpNet;
use openapi::Violation;
use serde::{Deserialize, Serialize};

use crate::engine::{Context, Problem, Result};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct IpRange {
    ip_start: Option<String>,
    ip_end: Option<String>,
    ip_range: Option<String>,
}

impl IpRange {
    /// Refuses what is no range, and names every property at fault.
    pub(in crate::apis::i3d) fn check(&self) -> Result<()> {
        self.addresses().map(drop).map_err(Problem::form)
    }

    fn addresses(&self) -> Result<RangeInclusive<IpAddr>, Vec<Violation>> {
        let refused =
            |names: &[&str], message| names.iter().map(|it| Violation::new(*it, message)).collect();
        match (&self.ip_start, &self.ip_end, &self.ip_range) {
            (Some(start), Some(end), None) => between(start, end),
            (None, None, Some(range)) => match range.parse::<IpNet>() {
                Ok(net) => Ok(net.network()..=net.broadcast()),
                Err(_) => Err(refused(&["ipRange"], "is not a range in CIDR notation")),
            },
            (Some(_), None, None) => Err(refused(&["ipEnd"], "is required beside ipStart")),
            (None, Some(_), None) => Err(refused(&["ipStart"], "is required beside ipEnd")),
            _ => {
                let message = "must be given as ipStart with ipEnd, or as ipRange";
                Err(refused(&["ipStart", "ipEnd", "ipRange"], message))
            }
        }
    }
}

fn between(start: &str, end: &str) -> Result<RangeInclusive<IpAddr>, Vec<Violation>> {
    let address = |text: &str| text.parse::<IpAddr>().map(|it| it.to_canonical()).ok();
    let (first, last) = (address(start), address(end));
    let both = |message| vec![Violation::new("ipStart", message), Violation::new("ipEnd", message)];
    match (first, last) {
        (Some(first), Some(last)) if first.is_ipv4() != last.is_ipv4() => {
            Err(both("must be of the same family as the other end"))
        }
        (Some(first), Some(last)) if first > last => Err(both("must not be past the other end")),
        (Some(first), Some(last)) => Ok(first..=last),
        _ => {
            let wrong =
                [("ipStart", first), ("ipEnd", last)].into_iter().filter(|(_, it)| it.is_none());
            Err(wrong.map(|(name, _)| Violation::new(name, "is not an IP address")).collect())
        }
    }
}

/// Whether the address of the caller is in a range that `sql` finds for `owner`. Without ranges all
/// addresses are allowed.
pub(in crate::apis::i3d) fn allow(cx: &Context, sql: &str, owner: i64) -> Result<bool> {
    let address = cx.caller.address.to_canonical();
    let mut statement = cx.db.prepare_cached(sql)?;
    let mut rows = statement.query([owner])?;
    let mut empty = true;
    while let Some(row) = rows.next()? {
        let range: IpRange = serde_json::from_str(&row.get::<_, String>(0)?)?;
        if range.addresses().is_ok_and(|it| it.contains(&address)) {
            return Ok(true);
        }
        empty = false;
    }
    Ok(empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: &str, end: &str, cidr: &str) -> IpRange {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        IpRange { ip_start: given(start), ip_end: given(end), ip_range: given(cidr) }
    }

    #[test]
    fn a_range_holds_its_ends_and_nothing_beyond() {
        let holds = |range: &IpRange, address: &str| {
            range.addresses().is_ok_and(|it| it.contains(&address.parse::<IpAddr>().unwrap()))
        };
        let some = range("192.0.2.9", "192.0.2.20", "");
        assert!(holds(&some, "192.0.2.9") && holds(&some, "192.0.2.20"));
        assert!(
            !holds(&some, "192.0.2.8")
                && !holds(&some, "192.0.2.21")
                && !holds(&some, "2001:db8::1")
        );
        let net = range("", "", "198.51.100.77/24");
        assert!(holds(&net, "198.51.100.0") && holds(&net, "198.51.100.255"));
        assert!(!holds(&net, "198.51.101.0") && !holds(&net, "198.51.99.255"));
        let six = range("", "", "2001:db8::/32");
        assert!(
            holds(&six, "2001:db8:ffff::1")
                && !holds(&six, "2001:db9::")
                && !holds(&six, "192.0.2.1")
        );
    }

    #[test]
    fn what_is_no_range_names_every_property_at_fault() {
        let faults = |start, end, cidr| -> Vec<String> {
            let violations = range(start, end, cidr).addresses().unwrap_err();
            violations.into_iter().map(|it| it.property).collect()
        };
        assert_eq!(faults("", "", ""), ["ipStart", "ipEnd", "ipRange"]);
        assert_eq!(
            faults("192.0.2.1", "192.0.2.2", "192.0.2.0/24"),
            ["ipStart", "ipEnd", "ipRange"]
        );
        assert_eq!(faults("192.0.2.1", "", ""), ["ipEnd"]);
        assert_eq!(faults("", "192.0.2.1", ""), ["ipStart"]);
        assert_eq!(faults("192.0.2.1", "192.0.2.256", ""), ["ipEnd"]);
        assert_eq!(faults("here", "there", ""), ["ipStart", "ipEnd"]);
        assert_eq!(faults("192.0.2.1", "2001:db8::1", ""), ["ipStart", "ipEnd"]);
        assert_eq!(faults("192.0.2.2", "192.0.2.1", ""), ["ipStart", "ipEnd"]);
        assert_eq!(faults("", "", "10.0.0.0/33"), ["ipRange"]);
        assert_eq!(faults("", "", "10.0.0.0"), ["ipRange"]);
    }
}
