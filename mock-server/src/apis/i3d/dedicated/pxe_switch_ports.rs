//! Ports of the switches that dedicated servers are connected to.

use openapi::Violation;
use serde::{Deserialize, Serialize};

use super::servers;
use crate::engine::{Body, Context, Operation, Params, Problem, Result, RowType, Table, write};

pub(super) fn operations() -> [Operation; 3] {
    [
        write("updateServerPxeSwitchportratelimit", set),
        write("updateServerPxeSwitchportspeed", set),
        write("updateServerPxeSwitchportadminstate", set),
    ]
}

const SWITCH_PORTS: Table<SwitchPort> = Table::new("pxe_switch_port", "network_interface_id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[SWITCH_PORTS.row_type()];

/// The settings of a port. Each operation sets one of them, and the contract lets no other through.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SwitchPort {
    server_id: i64,
    network_interface_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port_speed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByServer {
    server_id: i64,
}

fn set(cx: &Context, Params(by): Params<ByServer>, Body(new): Body<SwitchPort>) -> Result<()> {
    let uplinks = servers::uplinks(cx, by.server_id)?;
    Problem::refuse(errors(&new, by.server_id, &uplinks))?;
    let id = new.network_interface_id;
    if !SWITCH_PORTS.has(cx, id)? {
        return SWITCH_PORTS.insert(cx, &new);
    }
    let changed = SWITCH_PORTS.change(cx, id, |port| {
        port.rate_limit = new.rate_limit.or(port.rate_limit);
        port.port_speed = new.port_speed.or(port.port_speed);
        port.state = new.state.or(port.state);
        Ok(())
    });
    changed.map(drop)
}

fn errors(new: &SwitchPort, server: i64, uplinks: &[i64]) -> Vec<Violation> {
    let wrong = [
        (new.server_id != server, "serverId", "is not the server of the path"),
        (
            !uplinks.contains(&new.network_interface_id),
            "networkInterfaceId",
            "is not a network interface of the server",
        ),
        (new.rate_limit.is_some_and(|it| it < 0), "rateLimit", "must be at least 0"),
        (new.port_speed.is_some_and(|it| it < 1), "portSpeed", "must be at least 1"),
        (
            new.state.is_some_and(|it| ![0, 1].contains(&it)),
            "state",
            "Invalid state, the possible values are: 0, 1",
        ),
    ];
    let wrong = wrong.into_iter().filter(|(is_wrong, ..)| *is_wrong);
    wrong.map(|(_, property, message)| Violation::new(property, message)).collect()
}
