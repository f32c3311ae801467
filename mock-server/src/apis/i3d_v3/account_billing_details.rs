//! To whom the invoices of an account go.

use serde_json::Value;

use crate::engine::PerAccount;

pub(super) const BILLING_DETAILS: PerAccount<Value> = PerAccount::new("account_billing_details");
