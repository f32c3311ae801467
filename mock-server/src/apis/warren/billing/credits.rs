//! Credit: what was paid in advance.

use serde::Deserialize;

use super::{
    account,
    amount::Amount,
    cards,
    statement::{self, CREDITS, Credit, TOP_UPS, TopUp},
};
use crate::{
    apis::warren::platform::success::{Success, success},
    engine::{Body, Context, Object, Operation, Params, Result, read, write},
};

pub(super) fn operations() -> [Operation; 5] {
    [
        read("listCredit", list),
        write("buyCredit", buy),
        write("buyCreditAtOldPath", buy),
        write("requestCreditInvoice", request_invoice),
        write("requestCreditInvoiceAtOldPath", request_invoice),
    ]
}

#[derive(Deserialize)]
struct ByBillingAccount {
    billing_account_id: i64,
}

#[derive(Deserialize)]
struct Purchase {
    billing_account_id: i64,
    payment_object_id: i64,
    amount: Amount,
}

#[derive(Deserialize)]
struct Request {
    billing_account_id: i64,
    amount: Amount,
}

/// The newest first.
fn list(cx: &Context, Params(by): Params<ByBillingAccount>) -> Result<Vec<Credit>> {
    let account = account::find(cx, by.billing_account_id)?;
    let mut credits = statement::of(cx, &account)?.credits;
    credits.reverse();
    Ok(credits)
}

fn buy(cx: &Context, Body(new): Body<Purchase>) -> Result<Object<Success>> {
    account::find(cx, new.billing_account_id)?;
    cards::require_verified(cx, new.billing_account_id, new.payment_object_id)?;
    add(cx, new.billing_account_id, new.amount, "Credit purchase")?;
    Ok(success())
}

/// The credit is there once the invoice is paid.
fn request_invoice(cx: &Context, Body(new): Body<Request>) -> Result<Object<Success>> {
    let account = account::find(cx, new.billing_account_id)?;
    TOP_UPS.insert(
        cx,
        &TopUp {
            id: TOP_UPS.next_id(cx)?,
            account,
            amount: new.amount.in_cents(),
            created: cx.now,
        },
    )?;
    Ok(success())
}

/// Adds credit to a billing account.
pub(super) fn add(cx: &Context, billing_account: i64, amount: Amount, why: &str) -> Result<()> {
    CREDITS.insert(
        cx,
        &Credit {
            amount: amount.in_cents(),
            billing_account_id: billing_account,
            created: cx.now,
            description: why.to_owned(),
            id: CREDITS.next_id(cx)?,
        },
    )
}
