//! Tickets, as the v3 API shows them.

use email_address::{EmailAddress, Options};
use openapi::{Rule, Violation};
use serde::Deserialize;

use super::{
    threads::{self, Message, TICKETS, Thread},
    ticket_attachments,
};
use crate::{
    apis::i3d::account::{self, NO_CUSTOMER},
    engine::{Body, Context, Object, Operation, Page, Params, Problem, Result, Rows, read, write},
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
    let NewTicket { title, content, category, attachment_ids: files, .. } = new;
    let message = Message { author: account::customer::name(cx)?, title, content, files };
    threads::start(cx, category, message).map(Object)
}

fn list_open_or_unread(cx: &Context, page: Page) -> Result<Rows> {
    TICKETS.page_where(cx, page, "open_or_unread = 1", &[])
}

/// Shows a ticket and marks it as read.
fn get(cx: &Context, Params(by): Params<ById>) -> Result<Object<Thread>> {
    threads::read(cx, by.ticket_id).map(Object)
}

/// The form is open to everybody. A customer finds the ticket in their list; the ticket of an
/// anonymous caller is for support alone.
fn contact(cx: &Context, Body(new): Body<NewContact>) -> Result<Object<Thread>> {
    Problem::refuse(category_errors(&new.category))?;
    let NewContact { first_name, last_name, title, content, category } = new;
    let author = format!("{first_name} {last_name}");
    let cx = &cx.on_behalf_of(cx.caller.account.unwrap_or(NO_CUSTOMER));
    threads::start(cx, category, Message { author, title, content, files: Vec::new() }).map(Object)
}

/// A reply opens a closed ticket again, but not one that support closed for good.
fn reply(
    cx: &Context,
    Params(by): Params<ById>,
    Body(new): Body<NewReply>,
) -> Result<Object<Thread>> {
    let (author, NewReply { title, content, attachment_ids: files }) =
        (account::customer::name(cx)?, new);
    let message = Message { author, title, content, files };
    threads::reply(cx, by.ticket_id, Problem::malformed, message).map(Object)
}

fn open(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    threads::reopen(cx, by.ticket_id, |why| Problem::invalid("ticketId", why)).map(drop)
}

fn close(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    threads::close(cx, by.ticket_id)
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
