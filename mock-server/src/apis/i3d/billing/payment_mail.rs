//! The mail that confirms a payment, for customers who want one.

use serde_json::json;

use super::{bill::Bill, payment::Payment};
use crate::{
    apis::i3d::{account::billing_details::BILLING_DETAILS, reference::currencies::currency},
    engine::{Context, Mail, Result},
};

/// `bills` are the invoices that the payment is for.
pub(super) fn confirm(cx: &Context, payment: &Payment, bills: &[Bill]) -> Result<()> {
    let details = BILLING_DETAILS.get(cx)?;
    let Some(address) = details.email_address_billing.as_deref() else { return Ok(()) };
    if details.receive_payment_confirmations_via_email != 1 {
        return Ok(());
    }
    let numbers: Vec<String> = bills.iter().map(|bill| bill.number()).collect();
    let amount = payment.amount().with_sign(&currency(payment.currency_id).sign);
    cx.send(&Mail {
        to: address,
        kind: "payment-confirmation",
        subject: "We received your payment",
        text: format!("We received {amount} for {}. Thank you.", numbers.join(", ")),
        values: json!({ "amount": payment.amount(), "invoiceNumbers": numbers }),
    })
}
