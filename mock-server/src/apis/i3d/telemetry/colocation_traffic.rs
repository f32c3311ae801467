//! The traffic of colocation services by the hour, and the services that use more than was ordered.

use serde::{Deserialize, Serialize};

use crate::{
    apis::i3d::{
        colocation::services::{COLOCATIONS, Colocation},
        metering::{
            series::{Traffic, traffic},
            time_window::{Window, refused},
        },
    },
    engine::{Context, Operation, Page, Params, Problem, Result, read},
};

pub(super) fn operations() -> [Operation; 2] {
    [
        read("getTelemetryColocationNetworks", networks),
        read("getTelemetryColocationOveruseCurrents", overuse),
    ]
}

/// The units of traffic: an answer has the first of them that makes few enough entries.
const UNITS: [(&str, i64); 2] = [("hour", 3_600), ("day", 86_400)];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfColocation {
    colocation_id: i64,
    start_time: Option<i64>,
    end_time: Option<i64>,
}

#[derive(Serialize)]
struct ColocationNetworkTelemetry {
    unit: &'static str,
    data: Vec<ColocationNetworkDataTelemetry>,
}

/// Bytes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ColocationNetworkDataTelemetry {
    timestamp: i64,
    network_ingress: i64,
    network_egress: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ColocationOveruseTelemetry {
    colo_id: i64,
    colo_name: String,
    ordered_bandwidth: i64,
    used_bandwidth: i64,
}

fn networks(
    cx: &Context,
    Params(of): Params<OfColocation>,
) -> Result<[ColocationNetworkTelemetry; 1]> {
    let colocation = find_visible(cx, of.colocation_id)?;
    let window = Window::new(of.start_time, of.end_time, cx.now).map_err(refused)?;
    let (uplinks, in_service) = (colocation.uplinks(), colocation.contract.in_service(cx.now));
    let [hourly, daily] =
        UNITS.map(|(unit, step)| Ok((unit, step, window.steps(step, &in_service)?)));
    let (unit, step, times) = hourly.or(daily).map_err(refused)?;
    let data = times.into_iter().map(|at| {
        let (from, to) = (at.max(in_service.start), (at + step).min(in_service.end));
        let Traffic { ingress, egress } =
            uplinks.iter().map(|uplink| traffic(*uplink, from, to)).sum();
        ColocationNetworkDataTelemetry {
            timestamp: at,
            network_ingress: ingress,
            network_egress: egress,
        }
    });
    Ok([ColocationNetworkTelemetry { unit, data: data.collect() }])
}

/// Anonymous callers may look at every service, customers only at their own.
fn find_visible(cx: &Context, id: i64) -> Result<Colocation> {
    if cx.caller.account.is_some() {
        return COLOCATIONS.find(cx, id);
    }
    let mut owner = cx.db.prepare_cached("SELECT account FROM colocation WHERE id = ?1")?;
    let owner = owner.query([id])?.next()?.map(|row| row.get(0)).transpose()?;
    COLOCATIONS.find(&cx.on_behalf_of(owner.ok_or_else(Problem::not_found)?), id)
}

fn overuse(cx: &Context, page: Page) -> Result<Vec<ColocationOveruseTelemetry>> {
    let all = COLOCATIONS.rows(cx, Page::ALL)?;
    let over = all.into_iter().filter_map(|colocation| {
        let used = colocation.billed_this_month(cx.now)?;
        let ordered = colocation.service.bandwidth_contractual;
        (used > ordered).then_some(ColocationOveruseTelemetry {
            colo_id: colocation.service.id,
            colo_name: colocation.service.name,
            ordered_bandwidth: ordered,
            used_bandwidth: used,
        })
    });
    Ok(page.of(over).collect())
}
