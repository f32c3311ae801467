//! To whom the invoices of an account go, and how they are paid.

use serde_json::{Value, json};

use super::{
    contact_details,
    email_confirmations::{self, EmailType},
};
use crate::engine::{Body, Context, Operation, PerAccount, Problem, Result, read, write};

pub(super) fn operations() -> [Operation; 2] {
    [read("getAccountBillingDetails", get), write("updateAccountBillingDetails", update)]
}

pub(in crate::apis::i3d) const BILLING_DETAILS: PerAccount<Value> =
    PerAccount::new("account_billing_details");

/// The payment method of a new account.
const FIRST_PAYMENT_METHOD: i64 = 1;

/// What a customer decides beside name and address.
const CHOICES: [&str; 4] = [
    "emailAddressBilling",
    "bundleInvoicesOfSameCategory",
    "receivePaymentConfirmationsViaEmail",
    "preferredPaymentMethod",
];

fn get(cx: &Context) -> Result<[Value; 1]> {
    Ok([BILLING_DETAILS.get(cx)?])
}

fn update(cx: &Context, Body(mut new): Body<Value>) -> Result<[Value; 1]> {
    Problem::refuse(contact_details::errors(&new))?;
    let before = BILLING_DETAILS.get(cx)?;
    let details = BILLING_DETAILS.change(cx, |details| {
        contact_details::replace(details, &mut new);
        for name in CHOICES {
            details[name] = new[name].take();
        }
        Ok(())
    })?;
    let addresses = [before, details.clone()].map(|mut it| it["emailAddressBilling"].take());
    email_confirmations::follow(cx, EmailType::Billing, addresses)?;
    Ok([details])
}

/// Gives a new account its billing details: nothing is known yet but the name.
pub(super) fn create(
    cx: &Context,
    first_name: &str,
    last_name: &str,
    country_code: &str,
) -> Result<()> {
    let details = json!({
        "firstName": first_name,
        "lastName": last_name,
        "address": "",
        "streetNumber": "",
        "zipCode": "",
        "city": "",
        "countryCode": country_code,
        "phoneNumber": null,
        "phoneNumberMobile": null,
        "emailAddressBilling": null,
        "bundleInvoicesOfSameCategory": 0,
        "receivePaymentConfirmationsViaEmail": 1,
        "preferredPaymentMethod": FIRST_PAYMENT_METHOD,
    });
    BILLING_DETAILS.put(cx, &details)
}
