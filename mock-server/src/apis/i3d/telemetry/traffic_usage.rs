//! The traffic of an uplink of a colocation service or of a cross connect, day by day.

use std::ops::Range;

use openapi::Violation;
use serde::{Deserialize, Serialize};

use crate::{
    apis::i3d::{
        colocation,
        metering::{
            series::traffic,
            time_window::{Window, refused},
        },
    },
    engine::{Context, Operation, Params, Problem, Result, read},
};

pub(super) fn operations() -> [Operation; 2] {
    [
        read("getColocationNetworkUsageRaw", of_colocation),
        read("getTelemetryCrossConnectUsageRaw", of_cross_connect),
    ]
}

const DAY: i64 = 86_400;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfColocation {
    colocation_id: i64,
    up_link_id: i64,
    start_time: Option<i64>,
    end_time: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfCrossConnect {
    cross_connect_id: i64,
    uplink_id: i64,
    start_time: Option<i64>,
    end_time: Option<i64>,
}

#[derive(Serialize)]
struct TrafficUsage {
    unit: &'static str,
    data: Vec<TrafficUsageData>,
}

/// Bytes, as texts.
#[derive(Serialize)]
struct TrafficUsageData {
    timestamp: i64,
    ingress: String,
    egress: String,
    sum: String,
}

fn of_colocation(cx: &Context, Params(of): Params<OfColocation>) -> Result<[TrafficUsage; 1]> {
    require(of.up_link_id, &colocation::services::uplinks(cx, of.colocation_id)?)?;
    let in_service = colocation::services::in_service(cx, of.colocation_id)?;
    let window = Window::new(of.start_time, of.end_time, cx.now).map_err(refused)?;
    Ok([usage(of.up_link_id, &in_service, window).map_err(refused)?])
}

fn of_cross_connect(cx: &Context, Params(of): Params<OfCrossConnect>) -> Result<[TrafficUsage; 1]> {
    require(of.uplink_id, &colocation::cross_connects::uplinks(cx, of.cross_connect_id)?)?;
    let in_service = colocation::cross_connects::in_service(cx, of.cross_connect_id)?;
    let window = Window::new(of.start_time, of.end_time, cx.now).map_err(refused)?;
    Ok([usage(of.uplink_id, &in_service, window).map_err(refused)?])
}

fn require(uplink: i64, uplinks: &[i64]) -> Result<()> {
    if uplinks.contains(&uplink) { Ok(()) } else { Err(Problem::not_found()) }
}

fn usage(uplink: i64, in_service: &Range<i64>, window: Window) -> Result<TrafficUsage, Violation> {
    let data = window.steps(DAY, in_service)?.into_iter().map(|day| {
        let through = traffic(uplink, day.max(in_service.start), (day + DAY).min(in_service.end));
        TrafficUsageData {
            timestamp: day,
            ingress: through.ingress.to_string(),
            egress: through.egress.to_string(),
            sum: (through.ingress + through.egress).to_string(),
        }
    });
    Ok(TrafficUsage { unit: "day", data: data.collect() })
}
