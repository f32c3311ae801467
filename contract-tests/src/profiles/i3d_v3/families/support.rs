//! Tickets and their attachments.

use serde_json::{Value, json};

use crate::core::profile::{
    family::{Action, Family, Members, Order, View},
    random::Gen,
};

pub(super) static FAMILIES: &[Family] = &[
    Family {
        name: "tickets",
        list: "getTickets",
        create: "createTicket",
        read: "getTicket",
        actions: &[
            Action {
                operation: "createTicketReply",
                effect: replied,
                values: &[("attachmentIds", |_| json!([]))],
                ..Action::NONE
            },
            Action {
                operation: "closeTicket",
                effect: |ticket, _| drop(ticket.insert("status".to_owned(), "closed".into())),
                ..Action::NONE
            },
            Action {
                operation: "openTicket",
                effect: |ticket, _| drop(ticket.insert("status".to_owned(), "open".into())),
                ..Action::NONE
            },
        ],
        views: &[View { operation: "getTicketsOpenOrUnreads", shows: is_open_or_unread }],
        parameter: "ticketId",
        values: &[
            ("category", category),
            ("emailCc", addresses),
            ("emailTo", addresses),
            ("attachmentIds", |_| json!([])),
        ],
        shows: |new| {
            let shown = new.iter().filter_map(|(name, value)| match name.as_str() {
                "title" => Some(("title".to_owned(), value.clone())),
                "category" => Some(("categoryName".to_owned(), value.clone())),
                _ => None,
            });
            shown.collect()
        },
        initial: || json!({ "status": "open", "numUserReplies": 1 }),
        only_alone: &["replies"],
        // Reading a ticket marks it as read.
        volatile: &["clientLastReadAt"],
        touched: &["updatedAt", "clientLastRepliedAt", "replies"],
        order: Order::Descending,
        ..Family::NONE
    },
    Family {
        name: "ticket attachments",
        create: "createTicketsAttachment",
        delete: "deleteTicketsAttachment",
        key: "attachmentId",
        parameter: "attachmentId",
        ..Family::NONE
    },
];

fn category(random: &mut Gen) -> Value {
    (*random.pick(&["Account", "Billing", "Colocation", "Network", "Sales", "Other"])).into()
}

fn addresses(random: &mut Gen) -> Value {
    let count = random.below(3);
    let all: Vec<String> =
        (0..count).map(|_| format!("{}@lighthouse.example", random.word(6))).collect();
    all.join(", ").into()
}

/// A reply opens the ticket and is counted.
fn replied(ticket: &mut Members, _: &Value) {
    let replies = ticket.get("numUserReplies").and_then(Value::as_i64).unwrap_or_default();
    ticket.insert("numUserReplies".to_owned(), (replies + 1).into());
    ticket.insert("status".to_owned(), "open".into());
}

/// A ticket is unread if the client never read it, or if it changed since.
fn is_open_or_unread(ticket: &Value) -> bool {
    let at = |name: &str| ticket[name].as_i64().unwrap_or_default();
    let read = at("clientLastReadAt");
    ticket["status"] == "open" || read == 0 || at("updatedAt") > read.max(at("clientLastRepliedAt"))
}
