//! The invoices that a customer chooses to pay together, and their total.

use std::collections::BTreeSet;

use openapi::Violation;

use super::{bill::Bill, invoices};
use crate::{
    apis::i3d::money::cents::Cents,
    engine::{Context, Problem, Result},
};

/// How many invoices one payment can have.
const INVOICES_MAX: usize = 100;
const PROPERTY: &str = "invoiceIds";

/// Unpaid invoices and unsettled credit invoices of one currency, at least one in all.
pub(super) struct Choice {
    pub bills: Vec<Bill>,
}

impl Choice {
    /// The invoices of the account whose ids are given, with commas between them.
    pub(super) fn of(cx: &Context, invoice_ids: &str) -> Result<Choice> {
        let (mut errors, mut bills) = (Vec::new(), Vec::new());
        for id in ids(invoice_ids)? {
            match invoices::find(cx, id)? {
                None => errors.push(error(format!("{id} is not an invoice of this account"))),
                Some(bill) if bill.is_paid() => errors.push(error(format!("{id} is paid already"))),
                Some(bill) => bills.push(bill),
            }
        }
        if bills.windows(2).any(|pair| pair[0].currency_id != pair[1].currency_id) {
            errors.push(error("must be invoices of one currency"));
        }
        Problem::refuse(errors)?;
        Ok(Choice { bills })
    }

    pub(super) fn currency_id(&self) -> i64 {
        self.bills.first().expect("at least one is chosen").currency_id
    }

    /// What remains of the invoices, less what remains of the credit invoices.
    pub(super) fn total(&self) -> Cents {
        self.bills.iter().map(Bill::remaining).sum()
    }

    /// The invoices that are to be paid, and those that are credits.
    pub(super) fn split(self) -> (Vec<Bill>, Vec<Bill>) {
        self.bills.into_iter().partition(|bill| !bill.is_credit())
    }
}

/// The ids that a text names, each once.
fn ids(text: &str) -> Result<Vec<i64>> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    if parts.len() > INVOICES_MAX {
        return Err(Problem::invalid(
            PROPERTY,
            format!("must not name more than {INVOICES_MAX} invoices"),
        ));
    }
    let (mut ids, mut seen, mut errors) = (Vec::new(), BTreeSet::new(), Vec::new());
    for part in parts {
        match part.parse::<i64>() {
            Ok(id) if seen.insert(id) => ids.push(id),
            Ok(id) => errors.push(error(format!("names {id} twice"))),
            Err(_) => errors.push(error("must be ids of invoices, separated by commas")),
        }
    }
    Problem::refuse(errors)?;
    Ok(ids)
}

fn error(message: impl Into<String>) -> Violation {
    Violation::new(PROPERTY, message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_stand_between_commas_each_once() {
        assert_eq!(ids("5").unwrap(), [5]);
        assert_eq!(ids(" 7, 5 ,9").unwrap(), [7, 5, 9]);
        for bad in ["", ",", "5,", "5;6", "5,x", "1.5", "5,5", "05,5", "99999999999999999999"] {
            let errors = ids(bad).unwrap_err().errors;
            assert!(!errors.is_empty() && errors.iter().all(|it| it.property == PROPERTY), "{bad}");
        }
    }

    #[test]
    fn a_choice_has_a_limit() {
        let text =
            |count: usize| (1..=count).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(ids(&text(INVOICES_MAX)).unwrap().len(), INVOICES_MAX);
        ids(&text(INVOICES_MAX + 1)).unwrap_err();
    }

    proptest! {
        #[test]
        fn a_text_of_ids_is_read_back(
            chosen in proptest::collection::btree_set(0..i64::MAX, 1..20),
        ) {
            let text = chosen.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
            prop_assert_eq!(ids(&text).unwrap(), chosen.into_iter().collect::<Vec<_>>());
        }
    }
}
