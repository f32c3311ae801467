//! Colocation services and cross connects, as far as invoices need them.

use serde::{Deserialize, Serialize};

use crate::{
    apis::i3d::money::cents::Cents,
    engine::{Context, Page, Result, Table},
};

const SERVICES: Table<Rental> = Table::new("colocation", "id");
const CROSS_CONNECTS: Table<Rental> = Table::new("cross_connect", "id");

/// A service that is paid by the month.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Rental {
    pub id: i64,
    #[serde(alias = "patchCustomerName")]
    pub name: String,
    pub started_at: i64,
    pub currency_id: i64,
    #[serde(alias = "monthlyFee")]
    pub price_per_month: Cents,
    #[serde(default)]
    pub setup_fee: Cents,
}

/// The colocation services of the account.
pub(in crate::apis::i3d) fn services(cx: &Context) -> Result<Vec<Rental>> {
    SERVICES.rows(cx, Page::ALL)
}

/// The cross connects of the account.
pub(in crate::apis::i3d) fn cross_connects(cx: &Context) -> Result<Vec<Rental>> {
    CROSS_CONNECTS.rows(cx, Page::ALL)
}
