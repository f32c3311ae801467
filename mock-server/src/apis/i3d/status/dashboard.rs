//! The dashboard: how many services the account has, and the status of the platform.

use serde::Serialize;

use crate::{
    apis::i3d::{
        colocation::{cross_connects::CROSS_CONNECTS, services::COLOCATIONS},
        dedicated::servers::DEDICATED_SERVERS,
        flex_metal,
        website::ping_sites,
    },
    engine::{Context, Operation, Result, read},
};

pub(super) fn operations() -> [Operation; 2] {
    [read("getDashboardServices", list_services), read("getDashboardStatuses", show_status)]
}

/// The components that every account uses, whatever it rents.
const CORE: [&str; 3] = ["API", "Control panel", "Payments"];

#[derive(Serialize)]
struct Service {
    id: i64,
    service: &'static str,
    amount: i64,
}

#[derive(Serialize)]
struct OnlineStatus {
    status: Status,
    groups: Vec<OnlineStatusGroup>,
}

#[derive(Serialize)]
struct OnlineStatusGroup {
    name: &'static str,
    status: Status,
    components: Vec<OnlineStatusComponent>,
}

#[derive(Serialize)]
struct OnlineStatusComponent {
    name: &'static str,
    status: Status,
}

/// A status, as a number of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "u8")]
enum Status {
    Operational = 1,
    Slow,
    SomeOffline,
    Offline,
}

fn list_services(cx: &Context) -> Result<[Service; 4]> {
    let dedicated_servers = DEDICATED_SERVERS.count(cx, "TRUE", &[])?;
    let flex_metal_servers = flex_metal::fleet::count_existing(cx)?;
    let colocations = COLOCATIONS.count(cx, "TRUE", &[])?;
    let cross_connects = CROSS_CONNECTS.count(cx, "TRUE", &[])?;
    Ok([
        Service { id: 1, service: "Dedicated servers", amount: dedicated_servers },
        Service { id: 2, service: "FlexMetal servers", amount: flex_metal_servers },
        Service { id: 3, service: "Colocation", amount: colocations },
        Service { id: 4, service: "Cross connects", amount: cross_connects },
    ])
}

fn show_status(_: &Context) -> Result<[OnlineStatus; 1]> {
    let core = CORE.map(|name| OnlineStatusComponent { name, status: Status::Operational });
    let sites = ping_sites::losses()
        .map(|(name, losses)| OnlineStatusComponent { name, status: site(&losses) });
    let groups = vec![group("Platform", core.into()), group("Network", sites.collect())];
    Ok([OnlineStatus { status: overall(groups.iter().map(|group| group.status)), groups }])
}

/// A site is as good as its links: slow where one loses packets, offline where all lose everything.
fn site(losses: &[f64]) -> Status {
    if losses.iter().all(|loss| *loss >= 100.0) {
        Status::Offline
    } else if losses.iter().any(|loss| *loss > 0.0) {
        Status::Slow
    } else {
        Status::Operational
    }
}

fn group(name: &'static str, components: Vec<OnlineStatusComponent>) -> OnlineStatusGroup {
    OnlineStatusGroup { name, status: overall(components.iter().map(|it| it.status)), components }
}

/// The worst status of the parts; offline only if all of them are.
fn overall(parts: impl Iterator<Item = Status> + Clone) -> Status {
    let worst = parts.clone().max().unwrap_or(Status::Operational);
    match worst {
        Status::Offline if parts.clone().any(|part| part != Status::Offline) => Status::SomeOffline,
        worst => worst,
    }
}

impl From<Status> for u8 {
    fn from(status: Status) -> u8 {
        status as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_as_good_as_its_links() {
        for (losses, status) in [
            (&[0.0, 0.0][..], Status::Operational),
            (&[0.0, 0.5], Status::Slow),
            (&[0.0, 100.0], Status::Slow),
            (&[100.0], Status::Offline),
        ] {
            assert_eq!(site(losses), status, "{losses:?}");
        }
    }

    #[test]
    fn the_whole_is_as_bad_as_its_worst_part_and_offline_only_with_all() {
        use Status::{Offline, Operational, Slow, SomeOffline};
        for (parts, whole) in [
            (vec![], Operational),
            (vec![Operational, Operational], Operational),
            (vec![Operational, Slow], Slow),
            (vec![Offline, Slow], SomeOffline),
            (vec![SomeOffline, Slow], SomeOffline),
            (vec![Offline, Offline], Offline),
        ] {
            assert_eq!(overall(parts.iter().copied()), whole, "{parts:?}");
        }
    }
}
