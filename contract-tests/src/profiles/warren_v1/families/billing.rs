//! Billing accounts, cards, and invoices.

use serde_json::{Value, json};

use crate::core::profile::family::{Action, Family, Members, Order};

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "billing accounts",
        list: "listBillingAccounts",
        read: "getBillingAccount",
        update: "updateBillingAccount",
        actions: &[Action { operation: "setDefaultBillingAccount", ..Action::NONE }],
        parameter: "billing_account_id",
        // In the operations of other families it says who pays, and does not name the resource.
        unique: "billing_account_id",
        changes: Some(wiped),
        // They follow from what the account pays for, and from which one is the default.
        volatile: &[
            "can_pay",
            "credit_amount",
            "is_default",
            "primary_card",
            "running_totals",
            "unpaid_amount",
            "is_recurring_payment_enabled",
            "recurring_payment_amount",
            "recurring_payment_threshold",
        ],
        order: Order::Ascending,
        ..Family::NONE
    },
    Family {
        name: "cards",
        list: "listCards",
        read: "getCard",
        actions: &[Action {
            operation: "setPrimaryCard",
            // One that waits to be verified cannot be.
            allowed: |card| Some(card["is_verified"] == true),
            ..Action::NONE
        }],
        parameter: "payment_object_id",
        parent: "billing accounts",
        volatile: &["is_primary"],
        order: Order::Ascending,
        ..Family::NONE
    },
    Family {
        name: "invoices",
        list: "listInvoices",
        read: "getInvoice",
        parameter: "invoice_id",
        parent: "billing accounts",
        // An invoice shows the billing account as it is called now, and what was paid by now.
        volatile: &["account_snapshot", "status", "transaction_list"],
        order: Order::Descending,
        ..Family::NONE
    },
];

/// What a change deletes where it does not send it.
const WIPED: [&str; 9] = [
    "title",
    "company_name",
    "company_reg_code",
    "company_vat_number",
    "address_line1",
    "city",
    "county",
    "country",
    "post_index",
];

fn wiped(account: &mut Members, sent: &Members) {
    for name in WIPED {
        account.insert(name.to_owned(), sent.get(name).cloned().unwrap_or(Value::Null));
    }
    let email = sent.get("email").filter(|email| **email != json!(null));
    account.extend(email.map(|email| ("email".to_owned(), email.clone())));
}
