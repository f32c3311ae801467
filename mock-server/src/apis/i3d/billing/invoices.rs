//! Invoices: listed, and shown as data or as PDF.

use serde::Deserialize;

use super::{
    bill::{self, Bill, Invoice, InvoiceDetails},
    invoice_pdf,
};
use crate::{
    apis::i3d::money::cents::Cents,
    engine::{Context, File, Operation, Page, Params, Problem, Result, Table, read},
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
