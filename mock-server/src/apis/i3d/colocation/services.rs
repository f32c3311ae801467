//! Colocation services: equipment of a customer in a data center, with its contract, networks and
//! usage.

use std::{mem, ops::Range};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    networks::Network,
    pdu_meters::{self, PowerConsumptionPerDay},
};
use crate::{
    apis::i3d::{
        metering::{
            series::{Traffic, traffic},
            traffic_sums::{BY_VOLUME, TrafficSums, UNMETERED, this_month, traffic_sums},
        },
        money::contract_term::{Contract, Terms},
        reference::data_centers::{DataCenter, data_center},
    },
    engine::{Body, Context, Operation, Page, Params, Result, RowType, Table, read, write},
};

pub(super) fn operations() -> [Operation; 5] {
    [
        read("getColocations", list),
        read("getColocation", get),
        write("updateColocation", update),
        write("updateColocationCancel", cancel),
        write("updateColocationCancelRevert", revert_cancel),
    ]
}

pub(in crate::apis::i3d) const COLOCATIONS: Table<Colocation> = Table::new("colocation", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[COLOCATIONS.row_type()];

/// A service as it is stored. What it uses and when it ends follow from the time.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Colocation {
    dc_location_id: i64,
    #[serde(flatten)]
    pub(in crate::apis::i3d) contract: Contract,
    #[serde(flatten)]
    pub(in crate::apis::i3d) service: Service,
}

/// What is shown of a service as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Service {
    pub(in crate::apis::i3d) id: i64,
    pub(in crate::apis::i3d) name: String,
    rack: Value,
    purchase_order: String,
    payment_term: i64,
    price_per_month: String,
    price_per_tb_overuse: String,
    currency_id: i64,
    pub(super) bandwidth_billing_type: i64,
    pub(in crate::apis::i3d) bandwidth_contractual: i64,
    power_max_ampere: String,
    power_kwh_price: String,
    pub(super) network: Vec<Network>,
    uplinks: Vec<ColocatedServerUplink>,
    pub(super) unlimited_ingress: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ColocatedServerUplink {
    uplink_id: i64,
    aggregate: bool,
}

/// A service as the API shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ColocatedServer {
    #[serde(flatten)]
    service: Service,
    datacenter: &'static DataCenter,
    #[serde(flatten)]
    terms: Terms,
    traffic_sum: i64,
    traffic_sum_month_mbit: i64,
    outgoing_traffic_sum: i64,
    incoming_traffic_sum: i64,
    power_meter: i64,
    power_sum_history: Vec<PowerConsumptionPerDay>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct ById {
    pub(in crate::apis::i3d) colocation_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    name: Option<String>,
    purchase_order: Option<String>,
}

fn list(cx: &Context, page: Page) -> Result<Vec<ColocatedServer>> {
    COLOCATIONS.rows(cx, page)?.into_iter().map(|colocation| shown(cx, colocation)).collect()
}

fn get(cx: &Context, Params(by): Params<ById>) -> Result<[ColocatedServer; 1]> {
    Ok([shown(cx, COLOCATIONS.find(cx, by.colocation_id)?)?])
}

/// Changes what the form gives; the rest stays.
fn update(
    cx: &Context,
    Params(by): Params<ById>,
    Body(new): Body<Change>,
) -> Result<[ColocatedServer; 1]> {
    let colocation =
        COLOCATIONS.change(cx, by.colocation_id, |Colocation { service, .. }| {
            service.name = new.name.unwrap_or(mem::take(&mut service.name));
            service.purchase_order =
                new.purchase_order.unwrap_or(mem::take(&mut service.purchase_order));
            Ok(())
        })?;
    Ok([shown(cx, colocation)?])
}

fn cancel(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    COLOCATIONS.change(cx, by.colocation_id, |it| it.contract.cancel(cx.now)).map(drop)
}

fn revert_cancel(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    COLOCATIONS.change(cx, by.colocation_id, |it| it.contract.revert_cancel(cx.now)).map(drop)
}

fn shown(cx: &Context, colocation: Colocation) -> Result<ColocatedServer> {
    let traffic = colocation.traffic_this_month(cx.now);
    let in_service = colocation.contract.in_service(cx.now);
    let pdus = pdu_meters::of(cx, colocation.service.id)?;
    Ok(ColocatedServer {
        datacenter: data_center(colocation.dc_location_id),
        terms: colocation.contract.terms(cx.now),
        traffic_sum: traffic.incoming + traffic.outgoing,
        traffic_sum_month_mbit: traffic.month_mbit,
        outgoing_traffic_sum: traffic.outgoing,
        incoming_traffic_sum: traffic.incoming,
        power_meter: pdu_meters::meter(&pdus, &in_service, in_service.end),
        power_sum_history: pdu_meters::history(&pdus, &in_service),
        service: colocation.service,
    })
}

impl Colocation {
    pub(in crate::apis::i3d) fn uplinks(&self) -> Vec<i64> {
        self.service.uplinks.iter().map(|uplink| uplink.uplink_id).collect()
    }

    /// Whether incoming traffic counts.
    fn counts_ingress(&self) -> bool {
        self.service.unlimited_ingress == 0
    }

    /// The bytes that went through in `span` and count against the contract.
    pub(super) fn counted(&self, span: &Range<i64>) -> i64 {
        let through =
            self.uplinks().into_iter().map(|uplink| traffic(uplink, span.start, span.end));
        let Traffic { ingress, egress } = through.sum();
        egress + if self.counts_ingress() { ingress } else { 0 }
    }

    /// The traffic of this month that is billed, in the unit of the contract; `None` for a service
    /// without a limit.
    pub(in crate::apis::i3d) fn billed_this_month(&self, now: i64) -> Option<i64> {
        let traffic = self.traffic_this_month(now);
        match self.service.bandwidth_billing_type {
            UNMETERED => None,
            _ if !self.counts_ingress() => Some(traffic.outgoing),
            BY_VOLUME => Some(traffic.incoming + traffic.outgoing),
            _ => Some(traffic.month_mbit),
        }
    }

    fn traffic_this_month(&self, now: i64) -> TrafficSums {
        let span = this_month(&self.contract.in_service(now), now);
        traffic_sums(&self.uplinks(), self.service.bandwidth_billing_type, span)
    }
}

/// When a service of the account was in service, up to now.
pub(in crate::apis::i3d) fn in_service(cx: &Context, colocation: i64) -> Result<Range<i64>> {
    Ok(COLOCATIONS.find(cx, colocation)?.contract.in_service(cx.now))
}

/// The uplinks of a service of the account.
pub(in crate::apis::i3d) fn uplinks(cx: &Context, colocation: i64) -> Result<Vec<i64>> {
    Ok(COLOCATIONS.find(cx, colocation)?.uplinks())
}

/// What the customer calls a service of the account.
pub(in crate::apis::i3d) fn name(cx: &Context, colocation: i64) -> Result<String> {
    Ok(COLOCATIONS.find(cx, colocation)?.service.name)
}

/// Where the equipment of a service stands.
pub(super) struct RackLocation {
    pub(super) dc_location_id: i64,
    pub(super) rack: String,
}

/// Where the equipment of a service of the account stands.
pub(super) fn rack_location(cx: &Context, colocation: i64) -> Result<RackLocation> {
    let colocation = COLOCATIONS.find(cx, colocation)?;
    let rack = colocation.service.rack["rack"].as_str().unwrap_or_default().to_owned();
    Ok(RackLocation { dc_location_id: colocation.dc_location_id, rack })
}
