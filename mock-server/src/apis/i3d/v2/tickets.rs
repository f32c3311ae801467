//! Tickets: those of version 3, each a thread of messages.

use serde::{Deserialize, Serialize};

use super::{
    envelope::{Success, success},
    ticket_files::{self, NewFile},
};
use crate::{
    apis::i3d::{
        account,
        support::{
            threads::{self, Message, Standing, Status, Ticket, TicketReply},
            ticket_attachments,
        },
    },
    engine::{Body, Context, File, Form, Object, Operation, Problem, Result, read, write},
};

pub(super) fn operations() -> [Operation; 7] {
    [
        read("getTicketOverview", overview),
        write("getTicket", get),
        read("getTicketAttachment", attachment),
        write("createTicket", create),
        write("replyTicket", reply),
        write("reopenTicket", reopen),
        write("closeTicket", close),
    ]
}

/// The category of version 3 that a ticket of this version belongs to.
const CATEGORY: &str = "Other";

/// The priorities of version 3, in the order of their numbers here, which begin with 1.
const PRIORITIES: [&str; 4] =
    ["Low Priority", "Normal Priority", "High Priority", "Highest Priority"];

const CLOSED: i64 = 0;
const OPEN: i64 = 1;
const FORCIBLY_CLOSED: i64 = 2;
const ANY: i64 = -1;

#[derive(Deserialize)]
struct ByStatus {
    status: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    ticket_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByTicketAndId {
    ticket_id: i64,
    attachment_id: i64,
}

#[derive(Deserialize)]
struct NewTicket {
    title: String,
    #[serde(default)]
    reference: String,
    content: String,
    #[serde(default)]
    attachments: Vec<NewFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewReply {
    ticket_id: i64,
    content: String,
    #[serde(default)]
    attachments: Vec<NewFile>,
}

#[derive(Serialize)]
struct Tickets {
    tickets: Vec<ShownTicket>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownTicket {
    user_id: i64,
    ticket_id: i64,
    ticket_code: u32,
    created: i64,
    title: String,
    reference: String,
    status: i64,
    status_update_time: i64,
    time_last_updated: i64,
    priority_id: usize,
}

#[derive(Serialize)]
struct ShownThread {
    thread: ShownTicket,
    replies: Vec<ShownReply>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownReply {
    by: String,
    user_id: i64,
    created: i64,
    title: String,
    content: String,
    attachments: Vec<ShownAttachment>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownAttachment {
    attachment_id: i64,
    name: String,
    content_type: String,
    size: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TicketId {
    ticket_id: i64,
}

#[derive(Serialize)]
struct Done {
    ticket: String,
}

fn overview(cx: &Context, Body(by): Body<ByStatus>) -> Result<Object<Success<Tickets>>> {
    let account = cx.account()?;
    let tickets = threads::all(cx, None)?.into_iter();
    let tickets = tickets.map(|(ticket, standing)| shown(account, ticket, standing));
    let wanted = tickets.filter(|ticket| by.status == ANY || ticket.status == by.status);
    success(Tickets { tickets: wanted.collect() })
}

/// It marks the ticket as read, as in version 3.
fn get(cx: &Context, Body(by): Body<ById>) -> Result<Object<Success<ShownThread>>> {
    let account = cx.account()?;
    let thread = threads::read(cx, by.ticket_id)?;
    let standing = threads::standing(cx, by.ticket_id)?;
    success(ShownThread {
        thread: shown(account, thread.ticket, standing),
        replies: thread.replies.into_iter().map(|it| shown_reply(account, it)).collect(),
    })
}

fn attachment(cx: &Context, Body(by): Body<ByTicketAndId>) -> Result<File> {
    ticket_attachments::file(cx, by.ticket_id, by.attachment_id)
}

fn create(cx: &Context, Body(new): Body<NewTicket>) -> Result<Object<Success<TicketId>>> {
    let files = ticket_files::add_all(cx, new.attachments, Vec::new())?;
    let (author, title, content) = (account::customer::name(cx)?, new.title, new.content);
    let thread =
        threads::start(cx, CATEGORY.to_owned(), Message { author, title, content, files })?;
    threads::set_reference(cx, thread.ticket.id, &new.reference)?;
    success(TicketId { ticket_id: thread.ticket.id })
}

/// A reply has no title of its own. It opens a closed ticket again.
fn reply(
    cx: &Context,
    Body(new): Body<NewReply>,
    Form(parts): Form,
) -> Result<Object<Success<TicketId>>> {
    let ticket_id = new.ticket_id;
    let title = threads::find(cx, ticket_id)?.title;
    let files = ticket_files::add_all(cx, new.attachments, parts)?;
    let message =
        Message { author: account::customer::name(cx)?, title, content: new.content, files };
    threads::reply(cx, ticket_id, Problem::conflict, message)?;
    success(TicketId { ticket_id })
}

fn reopen(cx: &Context, Body(by): Body<ById>) -> Result<Object<Success<Done>>> {
    threads::reopen(cx, by.ticket_id, Problem::conflict)?;
    // The reference spells it so.
    success(Done { ticket: format!("Ticket thread {} has been reopend", by.ticket_id) })
}

fn close(cx: &Context, Body(by): Body<ById>) -> Result<Object<Success<Done>>> {
    threads::close(cx, by.ticket_id)?;
    success(Done { ticket: format!("Ticket thread {} has been closed", by.ticket_id) })
}

fn shown(account: i64, ticket: Ticket, standing: Standing) -> ShownTicket {
    let status = match (ticket.status, standing.force_closed) {
        (Status::Open, _) => OPEN,
        (Status::Closed, true) => FORCIBLY_CLOSED,
        (Status::Closed, false) => CLOSED,
    };
    let priority = PRIORITIES.iter().position(|it| *it == ticket.priority_name);
    ShownTicket {
        user_id: account,
        ticket_id: ticket.id,
        ticket_code: code(&ticket.hash),
        created: ticket.created_at,
        title: ticket.title,
        reference: standing.reference,
        status,
        status_update_time: standing.status_updated_at,
        time_last_updated: ticket.updated_at,
        priority_id: priority.unwrap_or(1) + 1,
    }
}

/// Messages of support belong to no customer.
fn shown_reply(account: i64, reply: TicketReply) -> ShownReply {
    let attachments = reply.attachments.into_iter().map(|file| ShownAttachment {
        attachment_id: file.id,
        name: file.name,
        content_type: file.mime,
        size: file.size,
    });
    ShownReply {
        by: reply.full_user_name,
        user_id: if reply.reply_by_i3d == 1 { 0 } else { account },
        created: reply.created_at,
        title: reply.title,
        content: reply.content,
        attachments: attachments.collect(),
    }
}

/// The code of a ticket is a number here, and letters in version 3: its letters as digits of base
/// 26.
fn code(letters: &str) -> u32 {
    let digit = |letter: u8| u32::from(letter.saturating_sub(b'A'));
    letters.bytes().fold(0, |code, letter| code * 26 + digit(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_letters_are_another_code() {
        assert_eq!((code("AAAA"), code("AAAB"), code("ZZZZ")), (0, 1, 456_975));
    }
}
