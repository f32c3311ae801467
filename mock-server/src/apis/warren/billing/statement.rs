//! All invoices of a billing account and all movements of its credit, in their order.
//!
//! Each finished month with a cost is an invoice. Credit that was there by then pays as much of it
//! as it can; payments and the settled past pay the rest.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use super::{
    account::{self, BillingAccount},
    amount::Amount,
    invoice::{Invoice, Item, Subject, Totals, Transaction},
    lines::{self, Line},
    month::Month,
    usage,
};
use crate::engine::{Context, Page, Result, RowType, Table};

/// Credit that came or went.
#[derive(Serialize, Deserialize, Clone)]
pub(super) struct Credit {
    pub(super) amount: Amount,
    pub(super) billing_account_id: i64,
    pub(super) created: i64,
    pub(super) description: String,
    pub(super) id: i64,
}

/// An invoice for credit.
#[derive(Serialize, Deserialize)]
pub(super) struct TopUp {
    pub(super) id: i64,
    /// The billing account as it was then.
    pub(super) account: BillingAccount,
    pub(super) amount: Amount,
    pub(super) created: i64,
}

/// A payment of an invoice, as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct Payment {
    pub(super) id: i64,
    pub(super) billing_account_id: i64,
    pub(super) invoice_id: i64,
    pub(super) amount: Amount,
    pub(super) created: i64,
    pub(super) payment_object_id: Option<i64>,
}

pub(super) const CREDITS: Table<Credit> = Table::new("warren_credit", "id");
pub(super) const TOP_UPS: Table<TopUp> = Table::new("warren_top_up", "id");
pub(super) const PAYMENTS: Table<Payment> = Table::new("warren_payment", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[CREDITS.row_type(), TOP_UPS.row_type(), PAYMENTS.row_type()];

/// How many seconds after its invoice a month of the settled past was paid.
const SETTLED_AFTER: i64 = 3 * 86_400;

/// The number of invoices that the id of a billing account leaves room for: one for each month.
const MONTHS: i64 = 10_000;

pub(super) struct Statement {
    /// The oldest first.
    pub(super) invoices: Vec<Invoice>,
    /// The oldest first.
    pub(super) credits: Vec<Credit>,
}

impl Statement {
    /// What is left of the credit.
    pub(super) fn credit(&self) -> Amount {
        self.credits.iter().map(|it| it.amount).sum()
    }

    /// What is left to pay of all invoices.
    pub(super) fn unpaid(&self) -> Amount {
        self.invoices.iter().map(Invoice::unpaid).sum()
    }
}

/// The billing account of an invoice with this id.
pub(super) fn billing_account_of(cx: &Context, invoice: i64) -> Result<i64> {
    match TOP_UPS.has(cx, invoice)? {
        true => Ok(TOP_UPS.find(cx, invoice)?.account.id),
        false => Ok(invoice / MONTHS),
    }
}

pub(super) fn of(cx: &Context, account: &BillingAccount) -> Result<Statement> {
    let user_id = cx.account()?;
    let mut payments = payments(cx, account.id)?;
    let (condition, id) = ("billing_account = ?", account.id);
    let mut credits = CREDITS.rows_where(cx, Page::ALL, condition, &[&id])?;
    let mut invoices = Vec::new();
    for top_up in TOP_UPS.rows_where(cx, Page::ALL, condition, &[&id])? {
        let invoice = of_top_up(user_id, &top_up, payments.remove(&top_up.id).unwrap_or_default());
        if invoice.unpaid() == Amount::ZERO {
            let paid_at = invoice.transaction_list.last().map_or(top_up.created, |it| it.created);
            credits.push(Credit {
                amount: top_up.amount,
                billing_account_id: account.id,
                created: paid_at,
                description: "Credit top up".to_owned(),
                id: top_up.id,
            });
        }
        invoices.push(invoice);
    }
    let settled_until = account::settled_until(cx, account.id)?;
    let past = account::past(cx, account.id)?;
    for month in finished_months(cx, account.id)? {
        let span = month.span()?;
        let lines = lines::of(cx, account.id, span.clone())?;
        let items: Vec<Item> = lines.into_iter().map(item).filter(is_charged).collect();
        if items.is_empty() {
            continue;
        }
        let (id, created) = (account.id * MONTHS + month.number(), span.end);
        let there = credits.iter().filter(|it| it.created < created).map(|it| it.amount).sum();
        let totals = Totals::of(account, &items, there);
        if totals.credit < Amount::ZERO {
            let description = "Invoice payment".to_owned();
            let amount = totals.credit;
            let billing_account_id = account.id;
            credits.push(Credit { amount, billing_account_id, created, description, id });
        }
        let transactions = match created <= settled_until {
            true => vec![settled(id, created + SETTLED_AFTER, totals.total)],
            false => payments.remove(&id).unwrap_or_default(),
        };
        let subject = Subject { id, user_id, created, period: span, items };
        let then = past.iter().find(|past| created <= past.until).map(|past| &past.account);
        invoices.push(Invoice::new(then.unwrap_or(account), subject, totals, transactions));
    }
    // Only now all credit is known that there was when an invoice was made.
    for invoice in &mut invoices {
        let before = credits.iter().filter(|it| it.created < invoice.created);
        invoice.account_snapshot.credit_amount = before.map(|it| it.amount).sum();
    }
    invoices.sort_by_key(|invoice| (invoice.created, invoice.id));
    credits.sort_by_key(|credit| (credit.created, credit.id));
    Ok(Statement { invoices, credits })
}

/// The finished months since the first thing that the billing account paid for.
fn finished_months(cx: &Context, id: i64) -> Result<Vec<Month>> {
    let sql = "SELECT min(started_at) FROM warren_metered
               WHERE account = ?1 AND billing_account = ?2";
    let first: Option<Option<i64>> =
        cx.db.prepare_cached(sql)?.query_row((cx.account()?, id), |row| row.get(0)).optional()?;
    let Some(first) = first.flatten() else { return Ok(Vec::new()) };
    let (mut month, current) = (Month::of(first)?, Month::of(cx.now)?);
    let mut months = Vec::new();
    while month < current {
        months.push(month);
        month = month.next();
    }
    Ok(months)
}

fn item(line: Line) -> Item {
    Item {
        name: usage::description(&line),
        location: line.metered.location,
        quantity: line.hours,
        unit: "h",
        price: line.price,
        amount: line.cost,
    }
}

/// What costs nothing stands on no invoice.
fn is_charged(item: &Item) -> bool {
    item.amount > Amount::ZERO
}

fn of_top_up(user_id: i64, top_up: &TopUp, paid: Vec<Transaction>) -> Invoice {
    let items = vec![Item {
        name: "Credit top up".to_owned(),
        location: String::new(),
        quantity: 1,
        unit: "pcs",
        price: top_up.amount,
        amount: top_up.amount,
    }];
    // Credit is bought at its own price: VAT is due when an invoice uses it.
    let total = top_up.amount.in_cents();
    let totals = Totals {
        subtotal: total,
        discount_amount: Amount::ZERO,
        credit: Amount::ZERO,
        vat_tax: Amount::ZERO,
        total,
    };
    let (id, created) = (top_up.id, top_up.created);
    let subject = Subject { id, user_id, created, period: created..created, items };
    Invoice::new(&top_up.account, subject, totals, paid)
}

fn settled(invoice: i64, created: i64, amount: Amount) -> Transaction {
    Transaction {
        additional_data: "{}".to_owned(),
        amount,
        created,
        id: invoice,
        identifier: format!("tran_{invoice}"),
        payment_object_id: None,
    }
}

/// The payments of a billing account, by invoice.
fn payments(cx: &Context, id: i64) -> Result<BTreeMap<i64, Vec<Transaction>>> {
    let mut by_invoice: BTreeMap<i64, Vec<Transaction>> = BTreeMap::new();
    for it in PAYMENTS.rows_where(cx, Page::ALL, "billing_account = ?", &[&id])? {
        by_invoice.entry(it.invoice_id).or_default().push(Transaction {
            additional_data: "{}".to_owned(),
            amount: it.amount,
            created: it.created,
            id: it.id,
            identifier: format!("tran_{}", it.id),
            payment_object_id: it.payment_object_id,
        });
    }
    Ok(by_invoice)
}
