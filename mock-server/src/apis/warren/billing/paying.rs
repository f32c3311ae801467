//! Paying invoices.

use serde::{Deserialize, Serialize};

use super::{
    account,
    amount::Amount,
    cards,
    statement::{self, PAYMENTS, Payment},
};
use crate::{
    apis::warren::platform::{
        refusals,
        success::{Success, success},
    },
    engine::{Body, Context, Object, Operation, Result, read, write},
};

pub(super) fn operations() -> [Operation; 4] {
    [
        write("payAll", forbidden),
        write("payInvoice", forbidden),
        write("payAmount", pay_amount),
        read("hasActiveCampaigns", has_active_campaigns),
    ]
}

#[derive(Deserialize)]
struct PayAmount {
    billing_account_id: i64,
    amount: Amount,
}

#[derive(Serialize)]
struct Paid {
    amount_left: Amount,
    amount_used: Amount,
    error_log: &'static str,
    message: String,
    paid_invoices: Vec<i64>,
    success: bool,
}

/// No token of the API may do this.
fn forbidden(_cx: &Context) -> Result<()> {
    Err(refusals::resource_forbidden())
}

/// The oldest unpaid invoices first. The primary card pays, where there is one.
fn pay_amount(cx: &Context, Body(new): Body<PayAmount>) -> Result<Object<Paid>> {
    let account = account::find(cx, new.billing_account_id)?;
    let card = cards::primary(cx, account.id)?.map(|(id, _)| id);
    let (amount, mut left) = (new.amount.in_cents(), new.amount.in_cents());
    let mut paid_invoices = Vec::new();
    for invoice in statement::of(cx, &account)?.invoices {
        let part = invoice.unpaid().min(left);
        if part <= Amount::ZERO {
            continue;
        }
        PAYMENTS.insert(
            cx,
            &Payment {
                id: PAYMENTS.next_id(cx)?,
                billing_account_id: account.id,
                invoice_id: invoice.id,
                amount: part,
                created: cx.now,
                payment_object_id: card,
            },
        )?;
        left = left - part;
        paid_invoices.push(invoice.id);
    }
    let message = message(left, &paid_invoices);
    let amount_used = amount - left;
    Ok(Object(Paid {
        amount_left: left,
        amount_used,
        error_log: "",
        message,
        paid_invoices,
        success: true,
    }))
}

fn message(left: Amount, paid: &[i64]) -> String {
    let names: Vec<String> = paid.iter().map(|id| format!("#{id}")).collect();
    let used = match (left > Amount::ZERO, paid.is_empty()) {
        (_, true) => return "There are no unpaid invoices.".to_owned(),
        (true, _) => "A part of the amount was used.",
        (false, _) => "All amount were used.",
    };
    format!("{used} Invoices ({}) were paid fully or partially.", names.join(", "))
}

fn has_active_campaigns(_cx: &Context) -> Result<Object<Success>> {
    Ok(success())
}
