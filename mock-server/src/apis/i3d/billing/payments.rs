//! Payments of invoices: prepared, registered, decided on the payment page, and their result.

use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    bill::{Bill, Invoice},
    invoices,
    payment::{Decision, Outcome, Part, Payment},
    payment_choice::Choice,
    payment_mail,
    payment_methods::{self, PaymentMethod},
};
use crate::{
    apis::i3d::{account, money::cents::Cents, reference::currencies::currency},
    engine::{
        Body, Context, Headers, Object, Operation, Page, Params, Problem, Result, RowType, Table,
        read, write,
    },
};

pub(super) fn operations() -> [Operation; 3] {
    [
        read("getAccountInvoicePayPrepares", prepare),
        write("createAccountInvoicePayRegister", register),
        read("getAccountInvoicePayPaymentLandings", landing),
    ]
}

const PAYMENTS: Table<Payment> = Table::new("payment", "id").newest_first();
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[PAYMENTS.row_type()];
const TOKEN_LENGTH: usize = 32;
const LAST: Page = Page { start: 0, results: 1 };

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByInvoices {
    invoice_ids: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PayRegister {
    invoice_ids: String,
    payment_method_id: i64,
    issuer_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PayPrepare {
    total_amount: Cents,
    currency: &'static str,
    currency_sign: &'static str,
    total_selected_invoice_for_pay: usize,
    total_selected_credit_for_settle: usize,
    account_credit: Cents,
    invoices_for_pay: Vec<Invoice>,
    credit_invoices: Vec<Invoice>,
    payment_method: Vec<PaymentMethod>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PayRegisterResponse {
    request_url: String,
    post_form_inputs: Vec<Value>,
    account_credit: Cents,
    total_amount: Cents,
    payment_method: PaymentMethod,
    invoices_for_pay: Vec<Invoice>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentLandingResponse {
    message: &'static str,
    /// `none` where there was no payment yet.
    status: Value,
    payment_method: &'static str,
    invoices: Vec<Invoice>,
}

fn prepare(cx: &Context, Params(by): Params<ByInvoices>) -> Result<[PayPrepare; 1]> {
    let choice = Choice::of(cx, &by.invoice_ids)?;
    let (total_amount, currency_id) = (choice.total(), choice.currency_id());
    let (for_pay, credits) = choice.split();
    Ok([PayPrepare {
        total_amount,
        currency: &currency(currency_id).name,
        currency_sign: &currency(currency_id).sign,
        total_selected_invoice_for_pay: for_pay.len(),
        total_selected_credit_for_settle: credits.len(),
        account_credit: account_credit(cx, currency_id)?,
        invoices_for_pay: shown(for_pay),
        credit_invoices: shown(credits),
        payment_method: payment_methods::offered(total_amount, currency_id),
    }])
}

fn register(
    cx: &Context,
    Body(new): Body<PayRegister>,
    headers: Headers,
) -> Result<Object<PayRegisterResponse>> {
    let choice = Choice::of(cx, &new.invoice_ids)?;
    let (total_amount, currency_id) = (choice.total(), choice.currency_id());
    if total_amount <= Cents::ZERO {
        return Err(Problem::invalid(
            "invoiceIds",
            "leave nothing to pay, because the credit is not less",
        ));
    }
    let errors =
        payment_methods::errors(new.payment_method_id, &new.issuer_id, total_amount, currency_id);
    Problem::refuse(errors)?;
    let method = payment_methods::method(new.payment_method_id).expect("the method was checked");
    let payment = Payment {
        id: PAYMENTS.next_id(cx)?,
        token: cx.random_text(TOKEN_LENGTH)?,
        method_id: new.payment_method_id,
        issuer_id: new.issuer_id,
        currency_id,
        created_at: cx.now,
        parts: choice.bills.iter().map(part).collect(),
        result: None,
    };
    PAYMENTS.insert(cx, &payment)?;
    Ok(Object(PayRegisterResponse {
        request_url: format!("{}{}/pay/{}", headers.origin(), cx.base_path(), payment.token),
        post_form_inputs: form_inputs(&payment),
        account_credit: account_credit(cx, currency_id)?,
        total_amount,
        payment_method: method.shown(total_amount, currency_id),
        invoices_for_pay: shown(choice.split().0),
    }))
}

fn landing(cx: &Context) -> Result<Object<PaymentLandingResponse>> {
    let Some(payment) = PAYMENTS.rows(cx, LAST)?.pop() else {
        let message = "There was no payment yet.";
        let nothing = PaymentLandingResponse {
            message,
            status: "none".into(),
            payment_method: "",
            invoices: Vec::new(),
        };
        return Ok(Object(nothing));
    };
    let status = payment.status(cx.now);
    Ok(Object(PaymentLandingResponse {
        message: status.message(),
        status: json!(status),
        payment_method: payment_methods::method(payment.method_id)
            .map_or("", |method| &method.name),
        invoices: shown(bills(cx, &payment)?),
    }))
}

/// The part of a payment for this invoice: all that remains of it.
fn part(bill: &Bill) -> Part {
    Part { invoice_id: bill.id, amount: bill.remaining() }
}

fn form_inputs(payment: &Payment) -> Vec<Value> {
    let input = |name: &str, value: &str| json!({ "name": name, "value": value });
    vec![
        input("paymentId", &payment.id.to_string()),
        input("amount", &payment.amount().0.to_string()),
        input("currency", &currency(payment.currency_id).name),
        input("issuerId", &payment.issuer_id),
    ]
}

/// The unsettled credit of the account in this currency.
fn account_credit(cx: &Context, currency_id: i64) -> Result<Cents> {
    let credits = invoices::open_credits(cx, currency_id)?;
    Ok(-credits.iter().map(Bill::remaining).sum::<Cents>())
}

fn shown(bills: Vec<Bill>) -> Vec<Invoice> {
    bills.into_iter().map(Bill::invoice).collect()
}

/// The invoices of a payment of this account, as they are now.
pub(super) fn bills(cx: &Context, payment: &Payment) -> Result<Vec<Bill>> {
    payment.parts.iter().map(|part| invoices::get(cx, part.invoice_id)).collect()
}

/// The payment with this token, and the context of the account that it belongs to.
pub(super) fn by_token<'a>(cx: &Context<'a>, token: &str) -> Result<(Context<'a>, Payment)> {
    let sql = "SELECT account, id FROM payment WHERE token = ?1";
    let found: Option<(i64, i64)> =
        cx.db.prepare_cached(sql)?.query_row([token], |row| row.try_into()).optional()?;
    let (account, id) = found.ok_or_else(Problem::not_found)?;
    let cx = cx.on_behalf_of(account);
    let payment = PAYMENTS.find(&cx, id)?;
    Ok((cx, payment))
}

/// Takes the decision of the customer about a payment of this account.
pub(super) fn decide(cx: &Context, mut payment: Payment, decision: Decision) -> Result<()> {
    let bills = bills(cx, &payment)?;
    let remaining: Vec<Cents> = bills.iter().map(Bill::remaining).collect();
    let is_due = payment.parts.iter().map(|part| part.amount).eq(remaining);
    let Some(outcome) = payment.decide(decision, is_due, cx.now) else { return Ok(()) };
    PAYMENTS.replace(cx, payment.id, &payment)?;
    account::action_log::add(cx, "Decide on a payment", payment.status(cx.now).message())?;
    if outcome == Outcome::Paid {
        payment
            .parts
            .iter()
            .try_for_each(|part| invoices::pay(cx, part.invoice_id, part.amount))?;
        payment_mail::confirm(cx, &payment, &bills)?;
    }
    Ok(())
}
