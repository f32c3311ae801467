//! Cross connects: links between two locations that a customer rents.

use std::{mem, ops::Range};

use serde::{Deserialize, Serialize};

use crate::{
    apis::i3d::{
        metering::traffic_sums::{this_month, traffic_sums},
        money::contract_term::{Contract, Terms, day},
    },
    engine::{Body, Context, Operation, Page, Params, Result, RowType, Table, read, write},
};

pub(super) fn operations() -> [Operation; 6] {
    [
        read("getCrossConnects", list),
        read("getCrossConnect", get),
        read("getCrossConnectInvoices", list_invoices),
        write("updateCrossConnect", update),
        write("updateCrossConnectCancel", cancel),
        write("updateCrossConnectCancelRevert", revert_cancel),
    ]
}

pub(in crate::apis::i3d) const CROSS_CONNECTS: Table<Stored> = Table::new("cross_connect", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[CROSS_CONNECTS.row_type()];

/// A cross connect as it is stored. What it carried and when it ends follow from the time.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Stored {
    live_at: i64,
    #[serde(flatten)]
    contract: Contract,
    #[serde(flatten)]
    link: Link,
}

/// What is shown of a cross connect as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Link {
    id: i64,
    purchase_order: String,
    patch_customer_name: String,
    uplinks: Vec<UpLink>,
    bandwidth_billing_type: i64,
    payment_term: i64,
    monthly_fee: String,
    setup_fee: String,
    currency_id: i64,
    colocated_server_id: i64,
    host_id: i64,
    location_id_side_a: i64,
    location_id_side_a_name: String,
    location_id_side_z: i64,
    location_id_side_z_name: String,
    location_details: String,
    rack_id_side_a: i64,
    rack_id_side_a_name: String,
    rack_id_side_z: i64,
    rack_id_side_z_name: String,
    internal_id: String,
    patch_internal_name: String,
    third_party_id: String,
    vendor_id: i64,
    cable_type: i64,
    cable_speed: i64,
    connector_side_a_type: i64,
    connector_side_z_type: i64,
    diverse_from_patch_id: i64,
    customer_notes: String,
    connectivity_type: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpLink {
    side: Side,
    uplink_id: i64,
}

#[derive(Serialize, Deserialize)]
enum Side {
    A,
    Z,
}

/// A cross connect as the API shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CrossConnect {
    #[serde(flatten)]
    link: Link,
    #[serde(flatten)]
    terms: Terms,
    go_live_date: String,
    outgoing_traffic_sum: i64,
    incoming_traffic_sum: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    cross_connect_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    purchase_order: Option<String>,
    patch_customer_name: Option<String>,
}

fn list(cx: &Context, page: Page) -> Result<Vec<CrossConnect>> {
    Ok(CROSS_CONNECTS.rows(cx, page)?.into_iter().map(|stored| stored.shown(cx.now)).collect())
}

fn get(cx: &Context, Params(by): Params<ById>) -> Result<[CrossConnect; 1]> {
    Ok([CROSS_CONNECTS.find(cx, by.cross_connect_id)?.shown(cx.now)])
}

/// The contract has it answer the cross connect and not its invoices.
fn list_invoices(cx: &Context, Params(by): Params<ById>, page: Page) -> Result<Vec<CrossConnect>> {
    Ok(page.of(get(cx, Params(by))?).collect())
}

/// Changes what the form gives; the rest stays.
fn update(
    cx: &Context,
    Params(by): Params<ById>,
    Body(new): Body<Change>,
) -> Result<[CrossConnect; 1]> {
    let stored = CROSS_CONNECTS.change(cx, by.cross_connect_id, |Stored { link, .. }| {
        link.purchase_order = new.purchase_order.unwrap_or(mem::take(&mut link.purchase_order));
        link.patch_customer_name =
            new.patch_customer_name.unwrap_or(mem::take(&mut link.patch_customer_name));
        Ok(())
    })?;
    Ok([stored.shown(cx.now)])
}

/// The contract requires a body here, without any property.
fn cancel(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    CROSS_CONNECTS.change(cx, by.cross_connect_id, |it| it.contract.cancel(cx.now)).map(drop)
}

fn revert_cancel(cx: &Context, Params(by): Params<ById>) -> Result<[CrossConnect; 1]> {
    let stored =
        CROSS_CONNECTS.change(cx, by.cross_connect_id, |it| it.contract.revert_cancel(cx.now))?;
    Ok([stored.shown(cx.now)])
}

impl Stored {
    fn shown(self, now: i64) -> CrossConnect {
        let span = this_month(&self.contract.in_service(now), now);
        let traffic = traffic_sums(&self.uplinks(), self.link.bandwidth_billing_type, span);
        CrossConnect {
            terms: self.contract.terms(now),
            go_live_date: day(self.live_at).to_string(),
            outgoing_traffic_sum: traffic.outgoing,
            incoming_traffic_sum: traffic.incoming,
            link: self.link,
        }
    }

    fn uplinks(&self) -> Vec<i64> {
        self.link.uplinks.iter().map(|uplink| uplink.uplink_id).collect()
    }
}

/// When a cross connect of the account was in service, up to now.
pub(in crate::apis::i3d) fn in_service(cx: &Context, cross_connect: i64) -> Result<Range<i64>> {
    Ok(CROSS_CONNECTS.find(cx, cross_connect)?.contract.in_service(cx.now))
}

/// The uplinks of a cross connect of the account.
pub(in crate::apis::i3d) fn uplinks(cx: &Context, cross_connect: i64) -> Result<Vec<i64>> {
    Ok(CROSS_CONNECTS.find(cx, cross_connect)?.uplinks())
}

/// What the customer calls a cross connect of the account.
pub(in crate::apis::i3d) fn name(cx: &Context, cross_connect: i64) -> Result<String> {
    Ok(CROSS_CONNECTS.find(cx, cross_connect)?.link.patch_customer_name)
}
