//! The invoices of a colocation service.

use super::{
    bill::{Invoice, ServiceKind, order_id},
    invoices,
};
use crate::{
    apis::i3d::colocation::services::{ById, COLOCATIONS},
    engine::{Context, Operation, Page, Params, Result, read},
};

pub(super) fn operations() -> [Operation; 1] {
    [read("getColocationInvoices", list)]
}

fn list(cx: &Context, Params(by): Params<ById>, page: Page) -> Result<Vec<Invoice>> {
    COLOCATIONS.require(cx, by.colocation_id)?;
    invoices::invoices_of_order(cx, page, &order_id(ServiceKind::Colocation, by.colocation_id))
}
