//! Invoices, as they are asked for.

use serde::Deserialize;

use super::{account, invoice::Invoice, month::Month, statement};
use crate::{
    apis::warren::platform::{
        located,
        metering::{self, Charge},
        refusals,
    },
    engine::{Context, Object, Operation, Params, ProblemKind, Result, read},
};

pub(super) fn operations() -> [Operation; 2] {
    [read("getInvoice", get), read("listInvoices", list)]
}

#[derive(Deserialize)]
struct ById {
    invoice_id: i64,
}

#[derive(Deserialize)]
struct ByBillingAccount {
    billing_account_id: i64,
}

fn get(cx: &Context, Params(by): Params<ById>) -> Result<Object<Invoice>> {
    let unknown = || refusals::error("Provided invoice is incorrect.");
    let billing_account = statement::billing_account_of(cx, by.invoice_id)?;
    let account = account::find(cx, billing_account).map_err(|problem| match problem.kind {
        ProblemKind::Invalid => unknown(),
        _ => problem,
    })?;
    let mut invoices = statement::of(cx, &account)?.invoices.into_iter();
    invoices.find(|invoice| invoice.id == by.invoice_id).map(Object).ok_or_else(unknown)
}

/// The newest first.
fn list(cx: &Context, Params(by): Params<ByBillingAccount>) -> Result<Vec<Invoice>> {
    let account = account::find(cx, by.billing_account_id)?;
    let mut invoices = statement::of(cx, &account)?.invoices;
    invoices.reverse();
    Ok(invoices)
}

/// A machine that is gone by now, so that there are invoices of years ago: when it was made and
/// when it was deleted.
const RETIRED: (i64, i64) = (1_671_613_500, 1_705_311_602);

/// The past of the demo world: all invoices but the last two are settled.
pub(super) fn seed_demo(cx: &Context) -> Result<()> {
    let settled_until = Month::of(cx.now)?.previous().previous().start()?;
    cx.db.execute("UPDATE warren_billing_account SET settled_until = ?1", [settled_until])?;
    for (user, billing_account) in [(8, 129_072), (29, 129_673), (55, 129_552)] {
        let cx = located::at_default(cx, user)?;
        let name = format!("retired-{user}");
        let machine = Charge::Machine {
            name: name.clone(),
            vcpu: 1,
            ram_mb: 1024,
            os_name: "centos".to_owned(),
            running: true,
        };
        metering::begin(&cx.at(RETIRED.0), &name, billing_account, &machine)?;
        metering::end(&cx.at(RETIRED.1), &name)?;
    }
    Ok(())
}
