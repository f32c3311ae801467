//! To whom the invoices of an account go, and how they are paid.

use serde::{Deserialize, Serialize};

use super::{
    contact_details::{self, Addressee, Phones},
    email_confirmations::{self, EmailType},
};
use crate::engine::{Body, Context, Operation, PerAccount, Problem, Result, RowType, read, write};

pub(super) fn operations() -> [Operation; 2] {
    [read("getAccountBillingDetails", get), write("updateAccountBillingDetails", update)]
}

pub(in crate::apis::i3d) const BILLING_DETAILS: PerAccount<BillingDetails> =
    PerAccount::new("account_billing_details");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[BILLING_DETAILS.row_type()];

/// The payment method of a new account.
const FIRST_PAYMENT_METHOD: i64 = 1;

/// The billing details of an account, and the form that changes them.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct BillingDetails {
    #[serde(flatten)]
    pub addressee: Addressee,
    #[serde(flatten)]
    pub phones: Phones,
    pub email_address_billing: Option<String>,
    pub bundle_invoices_of_same_category: i64,
    pub receive_payment_confirmations_via_email: i64,
    pub preferred_payment_method: i64,
}

fn get(cx: &Context) -> Result<[BillingDetails; 1]> {
    Ok([BILLING_DETAILS.get(cx)?])
}

fn update(cx: &Context, Body(new): Body<BillingDetails>) -> Result<[BillingDetails; 1]> {
    Problem::refuse(contact_details::errors(&new.addressee, &new.phones))?;
    let before = BILLING_DETAILS.get(cx)?;
    let details =
        BillingDetails { addressee: new.addressee.stored(), phones: new.phones.stored(), ..new };
    BILLING_DETAILS.put(cx, &details)?;
    let addresses = [&before, &details].map(|it| it.email_address_billing.as_deref());
    email_confirmations::address_changed(cx, EmailType::Billing, addresses)?;
    Ok([details])
}

/// Gives a new account its billing details: nothing is known yet but the name.
pub(super) fn create(cx: &Context, addressee: Addressee) -> Result<()> {
    let details = BillingDetails {
        addressee,
        phones: Phones::default(),
        email_address_billing: None,
        bundle_invoices_of_same_category: 0,
        receive_payment_confirmations_via_email: 1,
        preferred_payment_method: FIRST_PAYMENT_METHOD,
    };
    BILLING_DETAILS.put(cx, &details)
}
