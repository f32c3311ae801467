//! The invoices of the demo world, made of one line for each and of the services that they bill.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::{ToSpan, civil::Date};
use serde::Deserialize;

use super::{
    bill::{Bill, Item, PartPayment, ServiceKind, order_id},
    billed_services::{Service, first_of_month, midnight, services},
    invoices,
    parties::{self, Bank},
};
use crate::{
    apis::i3d::{money::cents::Cents, reference::data::data, shop},
    engine::{Context, Result},
};

/// The id of the oldest invoice.
const FIRST_ID: i64 = 610_001;
const DAY: i64 = 86_400;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    /// The default, in days.
    payment_term: i64,
    banks: BTreeMap<i64, Bank>,
    invoices: BTreeMap<i64, Vec<Line>>,
}

/// One invoice.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    /// Months before the one in which the world begins; an invoice is made on the first day.
    age: i64,
    bills: ServiceKind,
    currency: i64,
    /// How many months before that day it bills; negative for a credit invoice.
    months: i64,
    /// The ids of the services that it bills; without any, all of the kind.
    #[serde(default)]
    ids: Vec<i64>,
    #[serde(default)]
    remarks: String,
    payment_term: Option<i64>,
    /// After how many days it was paid.
    paid: Option<i64>,
    /// The share that was paid then, in percent.
    #[serde(default = "whole")]
    part: i64,
}

fn whole() -> i64 {
    100
}

static DATA: LazyLock<Data> = LazyLock::new(|| {
    serde_json::from_str(data!("billing/invoices")).expect("the invoices of the demo world")
});

/// Account and line of each invoice, the oldest first.
static LINES: LazyLock<Vec<(i64, &Line)>> = LazyLock::new(|| {
    let accounts = DATA.invoices.iter();
    let mut lines: Vec<_> =
        accounts.flat_map(|(account, lines)| lines.iter().map(|line| (*account, line))).collect();
    lines.sort_by_key(|(_, line)| -line.age);
    lines
});

/// Reads the invoices.
pub(in crate::apis::i3d) fn read_data() {
    LazyLock::force(&LINES);
}

/// Adds the invoices to a fresh world, which has the services that they bill already.
pub(in crate::apis::i3d) fn insert(cx: &Context) -> Result<()> {
    for account in DATA.invoices.keys() {
        let cx = &cx.on_behalf_of(*account);
        let (client, vat) =
            (parties::client(cx, &DATA.banks[account])?, shop::margins_and_vat::vat(cx)?);
        let services = services(cx)?;
        let month = first_of_month(cx.now)?;
        for (id, (_, line)) in
            (FIRST_ID..).zip(LINES.iter()).filter(|(_, (owner, _))| owner == account)
        {
            let mut bill = Bill {
                id,
                description: line.description(month),
                created_at: midnight(line.date(month))?,
                payment_term: line.payment_term.unwrap_or(DATA.payment_term),
                currency_id: line.currency,
                vat,
                items: line.items(&services, month),
                client: client.clone(),
                payments: Vec::new(),
            };
            bill.payments = line.payments(&bill, cx.now);
            invoices::add(cx, &bill)?;
        }
    }
    Ok(())
}

impl Line {
    /// The day on which the invoice is made.
    fn date(&self, month: Date) -> Date {
        month.saturating_sub(self.age.months())
    }

    fn is_credit(&self) -> bool {
        self.months < 0
    }

    /// The age of the first month that is billed.
    fn begin(&self) -> i64 {
        self.age + self.months.abs()
    }

    fn description(&self, month: Date) -> String {
        let credit = if self.is_credit() { "Credit: " } else { "" };
        let kind = match self.bills {
            ServiceKind::DedicatedServer => "Dedicated servers",
            ServiceKind::Colocation => "Colocation",
            ServiceKind::CrossConnect => "Cross connects",
            ServiceKind::FlexMetal => "FlexMetal usage",
            ServiceKind::Hosting => "Hosting",
        };
        let (first, last) = (month_name(month, self.begin()), month_name(month, self.age + 1));
        if first == last {
            format!("{credit}{kind}, {first}")
        } else {
            format!("{credit}{kind}, {first} to {last}")
        }
    }

    fn items(&self, services: &[Service], month: Date) -> Vec<Item> {
        let wanted = |service: &&Service| {
            service.kind == self.bills
                && service.currency_id == self.currency
                && (self.ids.is_empty() || self.ids.contains(&service.id))
        };
        services.iter().filter(wanted).filter_map(|service| self.item(service, month)).collect()
    }

    /// The item of a service: the months of the period in which it was in service.
    fn item(&self, service: &Service, month: Date) -> Option<Item> {
        let begin = self.begin().min(service.months);
        let months = begin - self.age;
        if months <= 0 {
            return None;
        }
        let begins = begin == service.months && !self.is_credit();
        Some(Item {
            order_id: order_id(self.bills, service.id),
            description: service.description.clone(),
            period_from: month.saturating_sub(begin.months()).to_string(),
            period_to: self.date(month).saturating_sub(1.day()).to_string(),
            remarks: self.remarks.clone(),
            quantity: service.quantity.unwrap_or(months) * self.months.signum(),
            setup_costs: if begins { service.setup } else { Cents::ZERO },
            unit_price: service.price,
        })
    }

    /// The payments up to now.
    fn payments(&self, bill: &Bill, now: i64) -> Vec<PartPayment> {
        let at = self.paid.map(|days| bill.created_at + days * DAY).filter(|at| *at <= now);
        let amount = Cents(bill.amounts().amount_inc_vat.0 * self.part / 100);
        at.into_iter().map(|at| PartPayment { at, amount }).collect()
    }
}

/// The name of the month `age` months before `month`.
fn month_name(month: Date, age: i64) -> String {
    month.saturating_sub(age.months()).strftime("%B %Y").to_string()
}
