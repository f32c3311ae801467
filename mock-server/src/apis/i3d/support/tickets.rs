//! Tickets: what a customer and support write to each other.

use email_address::{EmailAddress, Options};
use openapi::{Rule, Violation};
use serde::{Deserialize, Serialize};

use super::ticket_attachments::{self, Attachment};
use crate::{
    apis::i3d::account::{self, NO_CUSTOMER},
    engine::{
        Body, Context, Object, Operation, Page, Params, Problem, Result, Rows, Table, read, write,
    },
};

pub(super) fn operations() -> [Operation; 9] {
    [
        read("getTicketsCategories", categories),
        read("getTickets", list),
        write("createTicket", create),
        read("getTicketsOpenOrUnreads", list_open_or_unread),
        write("getTicket", get),
        write("contact", contact),
        write("createTicketReply", reply),
        write("openTicket", open),
        write("closeTicket", close),
    ]
}

const TICKETS: Table<Ticket> = Table::new("ticket", "id").newest_first();

const REPLIES: Table<TicketReply> = Table::new("ticket_reply", "id");

/// What a ticket may be about.
const CATEGORIES: [&str; 12] = [
    "Abuse",
    "Account",
    "Bare-metal",
    "Billing",
    "Colocation",
    "Cross connect",
    "DDoS protection",
    "FlexMetal",
    "Game hosting",
    "Network",
    "Sales",
    "Other",
];

const PRIORITY: &str = "Normal Priority";

/// A ticket as a list shows it, without its messages.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ticket {
    id: i64,
    hash: String,
    read_hash: String,
    title: String,
    category_name: String,
    priority_name: String,
    created_at: i64,
    updated_at: i64,
    client_last_replied_at: i64,
    client_last_read_at: i64,
    status: Status,
    num_user_replies: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Open,
    Closed,
}

/// A ticket with its messages, the oldest first.
#[derive(Serialize)]
struct Thread {
    #[serde(flatten)]
    ticket: Ticket,
    replies: Vec<TicketReply>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TicketReply {
    id: i64,
    title: String,
    full_user_name: String,
    content: String,
    created_at: i64,
    reply_by_i3d: u8,
    attachments: Vec<Attachment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewTicket {
    title: String,
    content: String,
    category: String,
    email_cc: Option<String>,
    email_to: Option<String>,
    #[serde(default)]
    attachment_ids: Vec<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewContact {
    first_name: String,
    last_name: String,
    title: String,
    #[serde(default)]
    content: String,
    category: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewReply {
    title: String,
    content: String,
    #[serde(default)]
    attachment_ids: Vec<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    ticket_id: i64,
}

fn categories(_cx: &Context) -> Result<[&'static str; CATEGORIES.len()]> {
    Ok(CATEGORIES)
}

fn list(cx: &Context, page: Page) -> Result<Rows> {
    TICKETS.page(cx, page)
}

fn create(cx: &Context, Body(new): Body<NewTicket>) -> Result<Object<Thread>> {
    let mut errors = category_errors(&new.category);
    for (property, addresses) in [("emailCc", &new.email_cc), ("emailTo", &new.email_to)] {
        if !addresses.as_deref().is_none_or(are_email_addresses) {
            errors.push(Violation::new(property, "must be email addresses, separated by commas"));
        }
    }
    errors.extend(ticket_attachments::errors(cx, &new.attachment_ids)?);
    Problem::refuse(errors)?;
    let message =
        NewReply { title: new.title, content: new.content, attachment_ids: new.attachment_ids };
    start(cx, new.category, account::customer::name(cx)?, message)
}

fn list_open_or_unread(cx: &Context, page: Page) -> Result<Rows> {
    TICKETS.page_where(cx, page, "open_or_unread = 1", &[])
}

/// Shows a ticket and marks it as read.
fn get(cx: &Context, Params(by): Params<ById>) -> Result<Object<Thread>> {
    let ticket = TICKETS.change(cx, by.ticket_id, |ticket| {
        ticket.client_last_read_at = cx.now;
        Ok(())
    })?;
    thread(cx, ticket)
}

/// The form is open to everybody. A customer finds the ticket in their list; the ticket of an
/// anonymous caller is for support alone.
fn contact(cx: &Context, Body(new): Body<NewContact>) -> Result<Object<Thread>> {
    Problem::refuse(category_errors(&new.category))?;
    let message = NewReply { title: new.title, content: new.content, attachment_ids: Vec::new() };
    let cx = &cx.on_behalf_of(cx.caller.account.unwrap_or(NO_CUSTOMER));
    start(cx, new.category, format!("{} {}", new.first_name, new.last_name), message)
}

/// A reply opens a closed ticket again, but not one that support closed for good.
fn reply(
    cx: &Context,
    Params(by): Params<ById>,
    Body(new): Body<NewReply>,
) -> Result<Object<Thread>> {
    let ticket = reopen(cx, by.ticket_id, Problem::malformed, |ticket| {
        Problem::refuse(ticket_attachments::errors(cx, &new.attachment_ids)?)?;
        ticket.updated_at = cx.now;
        ticket.client_last_replied_at = cx.now;
        ticket.num_user_replies += 1;
        Ok(())
    })?;
    add_reply(cx, ticket.id, account::customer::name(cx)?, new)?;
    thread(cx, ticket)
}

fn open(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    let refused = |why| Problem::invalid("ticketId", why);
    reopen(cx, by.ticket_id, refused, |_| Ok(())).map(drop)
}

/// `updatedAt` stays, because only messages update a ticket.
fn close(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    let closed = TICKETS.change(cx, by.ticket_id, |ticket| {
        ticket.status = Status::Closed;
        Ok(())
    });
    closed.map(drop)
}

/// Changes a ticket and opens it; refuses one that support has closed for good.
fn reopen(
    cx: &Context,
    id: i64,
    refused: impl FnOnce(&'static str) -> Problem,
    change: impl FnOnce(&mut Ticket) -> Result<()>,
) -> Result<Ticket> {
    TICKETS.change(cx, id, |ticket| {
        if TICKETS.has_where(cx, "id = ? AND force_closed = 1", &[&id])? {
            return Err(refused("Support has closed this ticket for good"));
        }
        ticket.status = Status::Open;
        change(ticket)
    })
}

/// Opens a ticket with its first message.
fn start(
    cx: &Context,
    category: String,
    author: String,
    message: NewReply,
) -> Result<Object<Thread>> {
    let random = cx.random()?;
    let ticket = Ticket {
        id: TICKETS.next_id(cx)?,
        hash: random[..4].iter().map(|byte| char::from(b'A' + byte % 26)).collect(),
        read_hash: hex::encode(&random[4..24]),
        title: message.title.clone(),
        category_name: category,
        priority_name: PRIORITY.to_owned(),
        created_at: cx.now,
        updated_at: cx.now,
        client_last_replied_at: cx.now,
        client_last_read_at: 0,
        status: Status::Open,
        num_user_replies: 1,
    };
    TICKETS.insert(cx, &ticket)?;
    add_reply(cx, ticket.id, author, message)?;
    thread(cx, ticket)
}

fn add_reply(cx: &Context, ticket: i64, author: String, new: NewReply) -> Result<()> {
    let reply = TicketReply {
        id: REPLIES.next_id(cx)?,
        title: new.title,
        full_user_name: author,
        content: new.content,
        created_at: cx.now,
        reply_by_i3d: 0,
        attachments: ticket_attachments::all_of(cx, &new.attachment_ids)?,
    };
    REPLIES.insert_with(cx, &reply, &[("ticket", &ticket)])?;
    ticket_attachments::attach(cx, &new.attachment_ids, reply.id)
}

fn thread(cx: &Context, ticket: Ticket) -> Result<Object<Thread>> {
    let replies = REPLIES.rows_where(cx, Page::ALL, "ticket = ?", &[&ticket.id])?;
    Ok(Object(Thread { ticket, replies }))
}

fn category_errors(name: &str) -> Vec<Violation> {
    if CATEGORIES.contains(&name) {
        return Vec::new();
    }
    let names = CATEGORIES.map(str::to_owned).into();
    vec![Violation::of_rule("category", Rule::Enum(names))]
}

/// Whether `text` is a list of addresses, with commas between them; it may be empty.
fn are_email_addresses(text: &str) -> bool {
    text.trim().is_empty() || text.split(',').all(|address| is_email_address(address.trim()))
}

/// Whether `text` is a plain address: without a display name, and with a top-level domain.
fn is_email_address(text: &str) -> bool {
    let plain = Options::default().without_display_text().without_domain_literal();
    EmailAddress::parse_with_options(text, plain.with_required_tld()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stand_between_commas() {
        for good in ["", " ", "a@b.nl", "ops@lighthouse.example, j.doe+i3d@mail.lighthouse.example"]
        {
            assert!(are_email_addresses(good), "{good:?}");
        }
        for bad in [
            "a",
            "a@b",
            "@b.nl",
            "a@b.nl,",
            "a@b.nl;c@d.nl",
            "a@b.nl c@d.nl",
            "A <a@b.nl>",
            "a@b..nl",
            "a@@b.nl",
        ] {
            assert!(!are_email_addresses(bad), "{bad:?}");
        }
    }
}
