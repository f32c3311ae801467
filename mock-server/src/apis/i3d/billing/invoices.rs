//! Invoices: listed, and shown as data or as PDF.

use std::ops::RangeInclusive;

use serde::Deserialize;

use super::{
    bill::{self, Amounts, Bill, Invoice, InvoiceDetails},
    invoice_pdf,
};
use crate::{
    apis::i3d::money::{cents::Cents, rate::Rate},
    engine::{Context, File, Operation, Page, Params, Problem, Result, RowType, Table, read},
};

pub(super) fn operations() -> [Operation; 5] {
    [
        read("getAccountInvoices", list),
        read("getAccountInvoiceUnpaids", list_unpaid),
        read("getAccountInvoice", show),
        read("getAccountInvoiceNumber", show_by_number),
        read("getAccountInvoicePdfs", pdf),
    ]
}

const BILLS: Table<Bill> = Table::new("invoice", "id").newest_first();
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[BILLS.row_type()];

/// The description contains the text, whatever the case of letters A to Z.
const DESCRIBED: &str = "instr(lower(description), lower(?)) > 0";
const OF_ORDER: &str =
    "EXISTS (SELECT 1 FROM json_each(body, '$.items') WHERE value ->> 'orderId' = ?)";

#[derive(Deserialize)]
struct Filter {
    #[serde(default)]
    filter: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    invoice_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByNumber {
    invoice_number: String,
}

fn list(cx: &Context, Params(by): Params<Filter>, page: Page) -> Result<Vec<Invoice>> {
    invoices_where(cx, page, DESCRIBED, &by.filter)
}

/// Reads all invoices: whether one is paid follows from its items, which SQL does not add up.
fn list_unpaid(cx: &Context, Params(by): Params<Filter>, page: Page) -> Result<Vec<Invoice>> {
    let bills = BILLS.rows_where(cx, Page::ALL, DESCRIBED, &[&by.filter])?.into_iter();
    let unpaid = bills.filter(|bill| !bill.is_credit() && !bill.is_paid());
    Ok(page.of(unpaid).map(Bill::invoice).collect())
}

fn show(cx: &Context, Params(by): Params<ById>) -> Result<[InvoiceDetails; 1]> {
    Ok([BILLS.find(cx, by.invoice_id)?.details(cx.account()?)])
}

fn show_by_number(cx: &Context, Params(by): Params<ByNumber>) -> Result<[InvoiceDetails; 1]> {
    let invoice_id = bill::id_of(&by.invoice_number).ok_or_else(Problem::not_found)?;
    show(cx, Params(ById { invoice_id }))
}

fn pdf(cx: &Context, Params(by): Params<ById>) -> Result<File> {
    let bill = BILLS.find(cx, by.invoice_id)?;
    Ok(File { media: "application/pdf", bytes: invoice_pdf::write(bill, cx.account()?) })
}

/// The invoices with an item of a service, which [`bill::order_id`] names.
pub(super) fn invoices_of_order(cx: &Context, page: Page, order_id: &str) -> Result<Vec<Invoice>> {
    invoices_where(cx, page, OF_ORDER, order_id)
}

fn invoices_where(cx: &Context, page: Page, condition: &str, value: &str) -> Result<Vec<Invoice>> {
    let bills = BILLS.rows_where(cx, page, condition, &[&value])?;
    Ok(bills.into_iter().map(Bill::invoice).collect())
}

/// An invoice as other APIs than v3 show it.
pub(in crate::apis::i3d) struct Summary {
    pub(in crate::apis::i3d) number: String,
    pub(in crate::apis::i3d) description: String,
    /// What was billed, with its period.
    pub(in crate::apis::i3d) lines: Vec<String>,
    pub(in crate::apis::i3d) created_at: i64,
    pub(in crate::apis::i3d) due_at: i64,
    pub(in crate::apis::i3d) amounts: Amounts,
    pub(in crate::apis::i3d) vat: Rate,
    pub(in crate::apis::i3d) is_paid: bool,
}

/// The invoice with this id.
pub(in crate::apis::i3d) fn summary(cx: &Context, id: i64) -> Result<Summary> {
    let bill = BILLS.find(cx, id)?;
    let line = |item: &bill::Item| {
        let period = [&*item.period_from, &*item.period_to].join(" - ");
        format!("{}\nPeriod: {period}", item.description)
    };
    Ok(Summary {
        number: bill.number(),
        lines: bill.items.iter().map(line).collect(),
        created_at: bill.created_at,
        due_at: bill.due_at(),
        amounts: bill.amounts(),
        vat: bill.vat,
        is_paid: bill.is_paid(),
        description: bill.description,
    })
}

/// The ids of the invoices that were made in this time, the oldest first; `paid` picks those that
/// are paid or not.
pub(in crate::apis::i3d) fn ids(
    cx: &Context,
    made: RangeInclusive<i64>,
    paid: Option<bool>,
) -> Result<Vec<i64>> {
    let bills = BILLS.rows(cx, Page::ALL)?.into_iter().rev();
    let wanted = bills.filter(|bill| made.contains(&bill.created_at));
    let wanted = wanted.filter(|bill| paid.is_none_or(|paid| bill.is_paid() == paid));
    Ok(wanted.map(|bill| bill.id).collect())
}

/// The invoice with this id.
pub(super) fn get(cx: &Context, id: i64) -> Result<Bill> {
    BILLS.find(cx, id)
}

/// The invoice with this id; `None` where the account has none.
pub(super) fn find(cx: &Context, id: i64) -> Result<Option<Bill>> {
    if BILLS.has(cx, id)? { BILLS.find(cx, id).map(Some) } else { Ok(None) }
}

/// Every credit invoice in this currency that is not settled.
pub(super) fn open_credits(cx: &Context, currency_id: i64) -> Result<Vec<Bill>> {
    let bills = BILLS.rows(cx, Page::ALL)?.into_iter();
    Ok(bills
        .filter(|bill| bill.currency_id == currency_id && bill.is_credit() && !bill.is_paid())
        .collect())
}

/// Adds a payment of `amount` to an invoice.
pub(super) fn pay(cx: &Context, id: i64, amount: Cents) -> Result<()> {
    let paid = BILLS.change(cx, id, |bill| {
        bill.payments.push(bill::PartPayment { at: cx.now, amount });
        Ok(())
    });
    paid.map(drop)
}

/// Adds an invoice to the account.
pub(super) fn add(cx: &Context, bill: &Bill) -> Result<()> {
    BILLS.insert(cx, bill)
}
