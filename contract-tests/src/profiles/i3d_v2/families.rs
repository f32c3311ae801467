//! Invoices and tickets.

use serde_json::{Value, json};

use crate::core::profile::family::{Action, Family, Filter, Make, Members, Order};

pub(super) static FAMILIES: &[&[Family]] = &[&[
    Family {
        name: "invoices",
        list: "getInvoiceIds",
        read: "getInvoiceDetails",
        // The list shows nothing but ids.
        key: "value",
        parameter: "invoiceId",
        only_listed: &["value"],
        only_alone: &[
            "number",
            "title",
            "description",
            "createdOn",
            "payBefore",
            "amountNet",
            "vat",
            "vatPerc",
            "status",
        ],
        order: Order::Ascending,
        ..Family::NONE
    },
    Family {
        name: "tickets",
        list: "getTicketOverview",
        create: "createTicket",
        read: "getTicket",
        actions: &[
            Action { operation: "replyTicket", effect: opened, values: NO_FILES, ..Action::NONE },
            Action {
                operation: "closeTicket",
                effect: |ticket, _| drop(ticket.insert("status".to_owned(), CLOSED.into())),
                ..Action::NONE
            },
            Action { operation: "reopenTicket", effect: opened, ..Action::NONE },
        ],
        filters: &[Filter { parameter: "status", values: |row| vec![row["status"].to_string()] }],
        key: "ticketId",
        parameter: "ticketId",
        values: NO_FILES,
        shows: |new| {
            let shown = new.iter().filter(|(name, _)| ["title", "reference"].contains(&&***name));
            shown.map(|(name, value)| (name.clone(), value.clone())).collect()
        },
        initial: || json!({ "status": OPEN, "priorityId": 2 }),
        absent: || json!({ "reference": "" }),
        touched: &["statusUpdateTime", "timeLastUpdated"],
        shows_changes: false,
        order: Order::Ascending,
        ..Family::NONE
    },
]];

const CLOSED: i64 = 0;
const OPEN: i64 = 1;

/// Generated files would be no files; scenarios send real ones.
const NO_FILES: &[(&str, Make)] = &[("attachments", |_| json!([]))];

/// What opens a ticket again.
fn opened(ticket: &mut Members, _: &Value) {
    ticket.insert("status".to_owned(), OPEN.into());
}
