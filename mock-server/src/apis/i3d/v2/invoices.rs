//! Invoices: which there are, and each by its id.

use serde::{Deserialize, Serialize};

use super::envelope::{Hundredths, Success, day, first_second, success};
use crate::{
    apis::i3d::billing::invoices,
    engine::{Body, Context, Object, Operation, Result, read},
};

pub(super) fn operations() -> [Operation; 2] {
    [read("getInvoiceIds", ids), read("getInvoiceDetails", details)]
}

const DAY: i64 = 86_400;

/// How far a selection goes back that does not say.
const SELECTION_DAYS: i64 = 30;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Selection {
    /// 0 unpaid, 1 paid, -1 all.
    #[serde(default = "all")]
    status: i64,
    date_start: Option<String>,
    date_end: Option<String>,
}

fn all() -> i64 {
    -1
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    invoice_id: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InvoiceIds {
    invoice_ids: Vec<i64>,
}

#[derive(Serialize)]
struct Invoices {
    invoices: [Invoice; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invoice {
    number: String,
    title: String,
    description: String,
    created_on: String,
    pay_before: String,
    amount_net: Hundredths,
    vat: Hundredths,
    vat_perc: Hundredths,
    status: &'static str,
}

/// Both days belong to the selection.
fn ids(cx: &Context, Body(by): Body<Selection>) -> Result<Object<Success<InvoiceIds>>> {
    let from = match by.date_start {
        Some(date) => first_second("dateStart", &date)?,
        None => cx.now - SELECTION_DAYS * DAY,
    };
    let to = match by.date_end {
        Some(date) => first_second("dateEnd", &date)? + DAY - 1,
        None => cx.now,
    };
    let paid = (by.status >= 0).then_some(by.status == 1);
    success(InvoiceIds { invoice_ids: invoices::ids(cx, from..=to, paid)? })
}

fn details(cx: &Context, Body(by): Body<ById>) -> Result<Object<Success<Invoices>>> {
    let invoice = invoices::summary(cx, by.invoice_id)?;
    let due = day(invoice.due_at)?;
    success(Invoices {
        invoices: [Invoice {
            number: invoice.number,
            title: invoice.description,
            description: invoice.lines.join("\n"),
            created_on: day(invoice.created_at)?.to_string(),
            // The day has no leading zero, as the example of the reference has it.
            pay_before: due.strftime("%Y-%m-%-d").to_string(),
            amount_net: invoice.amounts.amount_inc_vat.into(),
            vat: invoice.amounts.vat_amount.into(),
            vat_perc: invoice.vat.into(),
            status: if invoice.is_paid { "paid" } else { "unpaid" },
        }],
    })
}
