//! Cross connects: links between two places that a customer rents.

use serde::{Deserialize, Serialize};

use super::{
    contract_term::{Contract, Terms, day},
    traffic_sums::{this_month, traffic_sums},
};
use crate::engine::{Context, Operation, Page, Params, Result, Table, read};

pub(super) fn operations() -> [Operation; 2] {
    [read("getCrossConnects", list), read("getCrossConnect", get)]
}

const CROSS_CONNECTS: Table<Stored> = Table::new("cross_connect", "id");

/// A cross connect as it is stored. What it carried and when it ends follow from the time.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
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

fn list(cx: &Context, page: Page) -> Result<Vec<CrossConnect>> {
    Ok(CROSS_CONNECTS.rows(cx, page)?.into_iter().map(|stored| stored.shown(cx.now)).collect())
}

fn get(cx: &Context, Params(by): Params<ById>) -> Result<[CrossConnect; 1]> {
    Ok([CROSS_CONNECTS.find(cx, by.cross_connect_id)?.shown(cx.now)])
}

impl Stored {
    fn shown(self, now: i64) -> CrossConnect {
        let span = this_month(&self.contract.ran(now), now);
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

/// The uplinks of a cross connect of the account.
pub(super) fn uplinks(cx: &Context, cross_connect: i64) -> Result<Vec<i64>> {
    Ok(CROSS_CONNECTS.find(cx, cross_connect)?.uplinks())
}
