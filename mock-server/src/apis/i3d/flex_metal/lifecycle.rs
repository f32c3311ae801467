//! The lifecycle of a FlexMetal server: its status at any time, as a function of what was stored
//! and of the clock.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    ops::Range,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::catalogue::Partial;

/// The steps of a delivery; each takes the same time.
const STEPS: [Status; 9] = [
    Status::Created,
    Status::Discovering,
    Status::Discovered,
    Status::Allocating,
    Status::Allocated,
    Status::ConfiguringNetwork,
    Status::NetworkConfigured,
    Status::Provisioning,
    Status::Provisioned,
];
/// How long a release takes; less if servers are delivered faster than that.
const RELEASE_SECONDS: i64 = 5;
/// How long the root password can be read after the delivery.
const PASSWORD_SECONDS: i64 = 24 * 60 * 60;

/// What is stored of a server: what was ordered, and the times of its lifecycle.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Server {
    pub uuid: Uuid,
    /// The number of the server in the world, from which its addresses follow.
    pub id: u32,
    pub name: String,
    pub location: Partial,
    pub instance_type: Partial,
    pub os: Os,
    pub tags: Vec<String>,
    /// Empty for an on-demand server.
    pub contract_id: String,
    pub created_at: i64,
    pub delivery_seconds: i64,
    /// Why it fails at the end of its delivery; `None` for a server that is delivered.
    pub failure: Option<String>,
    pub releasing_at: Option<i64>,
    pub released_at: Option<i64>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(in crate::apis::i3d) struct Os {
    pub slug: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Created,
    Discovering,
    Discovered,
    Allocating,
    Allocated,
    ConfiguringNetwork,
    NetworkConfigured,
    Provisioning,
    Provisioned,
    Delivered,
    Failed,
    Releasing,
    Released,
}

/// A server as the API shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FlexMetalServer {
    uuid: Uuid,
    name: String,
    status: Status,
    status_message: String,
    location: Partial,
    instance_type: Partial,
    os: Os,
    ip_addresses: Vec<FlexMetalServerIpAddress>,
    tags: Vec<String>,
    created_at: i64,
    delivered_at: Option<i64>,
    released_at: Option<i64>,
    contract_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FlexMetalServerIpAddress {
    ip_address: IpAddr,
}

impl Server {
    pub(super) fn status(&self, now: i64) -> Status {
        let elapsed = (now - self.created_at).max(0);
        match self.released_at {
            Some(released_at) if released_at <= now => Status::Released,
            Some(_) => Status::Releasing,
            None if elapsed < self.delivery_seconds => {
                STEPS[(elapsed * STEPS.len() as i64 / self.delivery_seconds) as usize]
            }
            None if self.failure.is_some() => Status::Failed,
            None => Status::Delivered,
        }
    }

    /// What the API shows now.
    pub(super) fn shown(self, now: i64) -> FlexMetalServer {
        let status = self.status(now);
        self.shown_as(status)
    }

    /// What the API shows of a server in this state.
    pub(super) fn shown_as(self, status: Status) -> FlexMetalServer {
        let delivered_at = self.delivered_at().filter(|_| status.follows_delivery());
        let reachable = delivered_at.is_some() && status != Status::Released;
        let ip_addresses = self.addresses().into_iter().filter(|_| reachable);
        let failure = self.failure.filter(|_| status == Status::Failed);
        FlexMetalServer {
            uuid: self.uuid,
            name: self.name,
            status,
            status_message: failure.unwrap_or_else(|| "OK".to_owned()),
            location: self.location,
            instance_type: self.instance_type,
            os: self.os,
            ip_addresses: ip_addresses
                .map(|ip_address| FlexMetalServerIpAddress { ip_address })
                .collect(),
            tags: self.tags,
            created_at: self.created_at,
            delivered_at,
            released_at: self.released_at.filter(|_| status == Status::Released),
            contract_id: self.contract_id,
        }
    }

    /// Releases the server, also before its delivery is over. A failed one stays failed; a second
    /// release changes nothing.
    pub(super) fn release(&mut self, now: i64) -> Status {
        match self.status(now) {
            status @ (Status::Failed | Status::Releasing | Status::Released) => status,
            _ => {
                self.releasing_at = Some(now);
                self.released_at = Some(now + RELEASE_SECONDS.min(self.delivery_seconds));
                Status::Releasing
            }
        }
    }

    /// From when until when the customer could use the server, up to now; `None` for a server that
    /// was never delivered.
    pub(in crate::apis::i3d) fn in_service(&self, now: i64) -> Option<Range<i64>> {
        let end = self.releasing_at.map_or(now, |at| at.min(now));
        self.delivered_at().map(|start| start..end).filter(|it| it.start <= it.end)
    }

    /// The password of a delivered server, as long as it can be read, whether or not its operating
    /// system has one.
    pub(super) fn root_password(&self, now: i64) -> Option<String> {
        let readable =
            self.status(now) == Status::Delivered && now < self.ready_at() + PASSWORD_SECONDS;
        readable.then(|| self.password())
    }

    /// Letters of both cases, digits and signs in turn, because Windows demands some of each.
    fn password(&self) -> String {
        const ALPHABETS: [&[u8]; 4] =
            [b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"abcdefghijkmnopqrstuvwxyz", b"23456789", b"!#%+-=?@"];
        let hash =
            Sha256::new().chain_update(b"root password of ").chain_update(self.uuid.as_bytes());
        let sign = |(byte, alphabet): (u8, &[u8])| {
            char::from(alphabet[usize::from(byte) % alphabet.len()])
        };
        hash.finalize().into_iter().take(16).zip(ALPHABETS.into_iter().cycle()).map(sign).collect()
    }

    /// When the delivery ends, well or badly.
    fn ready_at(&self) -> i64 {
        self.created_at + self.delivery_seconds
    }

    fn delivered_at(&self) -> Option<i64> {
        let in_time = self.releasing_at.is_none_or(|at| self.ready_at() <= at);
        (self.failure.is_none() && in_time).then(|| self.ready_at())
    }

    /// One address of each kind. The documentation networks of IPv4 have room for 762 servers, too
    /// few for a long run; the benchmark network 198.18.0.0/15 has room for 130,048 and leads
    /// nowhere either.
    fn addresses(&self) -> [IpAddr; 2] {
        const HOSTS: u32 = 254;
        const NETWORKS: u32 = 512;
        let (network, host) = (self.id / HOSTS % NETWORKS, self.id % HOSTS + 1);
        let v4 = Ipv4Addr::from_bits(Ipv4Addr::new(198, 18, 0, 0).to_bits() | network << 8 | host);
        let v6 = Ipv6Addr::new(0x2001, 0xdb8, (self.id >> 16) as u16, self.id as u16, 0, 0, 0, 1);
        [v4.into(), v6.into()]
    }
}

impl Status {
    fn follows_delivery(self) -> bool {
        matches!(self, Status::Delivered | Status::Releasing | Status::Released)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::{Value, json};

    use super::*;

    const ORDERED: i64 = 1_700_000_000;

    fn server(delivery_seconds: i64) -> Server {
        let partial = || Partial { id: 1, name: "one".to_owned() };
        Server {
            uuid: Uuid::nil(),
            id: 1,
            name: "web".to_owned(),
            location: partial(),
            instance_type: partial(),
            os: Os { slug: "debian-12".to_owned() },
            tags: Vec::new(),
            contract_id: String::new(),
            created_at: ORDERED,
            delivery_seconds,
            failure: None,
            releasing_at: None,
            released_at: None,
        }
    }

    fn shown(server: &Server, after: i64) -> Value {
        serde_json::to_value(server.clone().shown(ORDERED + after)).unwrap()
    }

    #[test]
    fn a_delivery_goes_through_all_steps_in_even_time() {
        let server = server(90);
        let every_ten_seconds: Vec<Status> =
            (0..10).map(|step| server.status(ORDERED + 10 * step + 9)).collect();
        assert_eq!(every_ten_seconds[..9], STEPS);
        assert_eq!(every_ten_seconds[9], Status::Delivered);
        assert_eq!(server.status(ORDERED + 89), Status::Provisioned);
        assert_eq!(server.status(ORDERED + 90), Status::Delivered);
        assert_eq!(server.status(ORDERED - 5), Status::Created);
    }

    #[test]
    fn a_delivery_without_time_is_over_at_once() {
        assert_eq!(server(0).status(ORDERED), Status::Delivered);
        assert_eq!(shown(&server(0), 0)["deliveredAt"], ORDERED);
    }

    #[test]
    fn addresses_come_with_delivery_and_go_with_release() {
        let mut server = server(10);
        let count =
            |server: &Server, after| shown(server, after)["ipAddresses"].as_array().unwrap().len();
        assert_eq!((count(&server, 9), count(&server, 10)), (0, 2));
        assert_eq!(server.release(ORDERED + 20), Status::Releasing);
        assert_eq!((count(&server, 24), count(&server, 25)), (2, 0));
        assert_eq!(shown(&server, 24)["releasedAt"], json!(null));
        assert_eq!(shown(&server, 25)["releasedAt"], ORDERED + 25);
        assert_eq!(shown(&server, 25)["deliveredAt"], ORDERED + 10);
    }

    #[test]
    fn every_server_has_addresses_of_its_own() {
        let server = |id| Server { id, ..server(0) };
        let all: HashSet<IpAddr> = (0..130_048).flat_map(|it| server(it).addresses()).collect();
        assert_eq!(all.len(), 2 * 130_048);
        assert_eq!(
            server(1).addresses().map(|it| it.to_string()),
            ["198.18.0.2", "2001:db8:0:1::1"]
        );
        assert_eq!(server(130_047).addresses()[0].to_string(), "198.19.255.254");
    }

    #[test]
    fn a_failed_server_stays_failed() {
        let mut server = Server { failure: Some("No disk".to_owned()), ..server(10) };
        assert_eq!(shown(&server, 9)["statusMessage"], "OK");
        assert_eq!(server.release(ORDERED + 10), Status::Failed);
        assert_eq!(shown(&server, 60)["status"], "failed");
        assert_eq!(shown(&server, 60)["statusMessage"], "No disk");
        assert_eq!(server.in_service(ORDERED + 60), None);
    }

    #[test]
    fn a_release_ends_a_delivery_and_happens_once() {
        let mut server = server(10);
        assert_eq!(server.release(ORDERED + 3), Status::Releasing);
        assert_eq!(server.release(ORDERED + 6), Status::Releasing);
        assert_eq!(server.release(ORDERED + 8), Status::Released);
        assert_eq!(shown(&server, 8)["releasedAt"], ORDERED + 8);
        assert_eq!(shown(&server, 60)["deliveredAt"], json!(null));
        assert_eq!(server.in_service(ORDERED + 60), None);
    }

    #[test]
    fn a_server_is_in_service_from_delivery_to_release() {
        let mut server = server(10);
        assert_eq!(server.in_service(ORDERED + 9), None);
        assert_eq!(server.in_service(ORDERED + 30), Some(ORDERED + 10..ORDERED + 30));
        server.release(ORDERED + 20);
        assert_eq!(server.in_service(ORDERED + 30), Some(ORDERED + 10..ORDERED + 20));
    }

    #[test]
    fn a_password_can_be_read_for_a_day() {
        let server = server(10);
        assert_eq!(server.root_password(ORDERED + 9), None);
        let password = server.root_password(ORDERED + 10).unwrap();
        assert_eq!(password.len(), 16);
        assert!(password.contains(|it: char| it.is_ascii_digit()));
        assert!(password.contains(|it: char| it.is_ascii_punctuation()));
        assert_eq!(server.root_password(ORDERED + 9 + 86_400), Some(password));
        assert_eq!(server.root_password(ORDERED + 10 + 86_400), None);
    }
}
