//! The thread of a ticket: what a customer and support write to each other, whichever API is used.

use rusqlite::ToSql;
use serde::{Deserialize, Serialize};

use super::ticket_attachments::{self, Attachment};
use crate::engine::{Context, Page, Problem, Result, RowType, Table};

/// What the life of a ticket is, in the database.
pub(super) const TICKETS: Table<Ticket> = Table::new("ticket", "id").newest_first();

const REPLIES: Table<TicketReply> = Table::new("ticket_reply", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[TICKETS.row_type(), REPLIES.row_type()];

const PRIORITY: &str = "Normal Priority";

/// A ticket as a list shows it, without its messages.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Ticket {
    pub(in crate::apis::i3d) id: i64,
    pub(in crate::apis::i3d) hash: String,
    pub(in crate::apis::i3d) read_hash: String,
    pub(in crate::apis::i3d) title: String,
    pub(in crate::apis::i3d) category_name: String,
    pub(in crate::apis::i3d) priority_name: String,
    pub(in crate::apis::i3d) created_at: i64,
    pub(in crate::apis::i3d) updated_at: i64,
    pub(in crate::apis::i3d) client_last_replied_at: i64,
    pub(in crate::apis::i3d) client_last_read_at: i64,
    pub(in crate::apis::i3d) status: Status,
    pub(in crate::apis::i3d) num_user_replies: u32,
}

/// Whether somebody still writes.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::apis::i3d) enum Status {
    Open,
    Closed,
}

/// A ticket with its messages, the oldest first.
#[derive(Serialize)]
pub(in crate::apis::i3d) struct Thread {
    #[serde(flatten)]
    pub(in crate::apis::i3d) ticket: Ticket,
    pub(in crate::apis::i3d) replies: Vec<TicketReply>,
}

/// One message.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct TicketReply {
    pub(in crate::apis::i3d) id: i64,
    pub(in crate::apis::i3d) title: String,
    pub(in crate::apis::i3d) full_user_name: String,
    pub(in crate::apis::i3d) content: String,
    pub(in crate::apis::i3d) created_at: i64,
    pub(in crate::apis::i3d) reply_by_i3d: u8,
    pub(in crate::apis::i3d) attachments: Vec<Attachment>,
}

/// What is known of a ticket beyond what the list of v3 shows.
pub(in crate::apis::i3d) struct Standing {
    /// The customer's own reference; empty without one.
    pub(in crate::apis::i3d) reference: String,
    /// Whether support closed it for good.
    pub(in crate::apis::i3d) force_closed: bool,
    /// When it was opened or closed last.
    pub(in crate::apis::i3d) status_updated_at: i64,
}

/// A message of the customer.
pub(in crate::apis::i3d) struct Message {
    pub(in crate::apis::i3d) author: String,
    pub(in crate::apis::i3d) title: String,
    pub(in crate::apis::i3d) content: String,
    /// The ids of the uploaded files that become part of it.
    pub(in crate::apis::i3d) files: Vec<i64>,
}

/// The tickets of the account with their standing, the oldest first; `id` picks one.
pub(in crate::apis::i3d) fn all(cx: &Context, id: Option<i64>) -> Result<Vec<(Ticket, Standing)>> {
    let sql = "SELECT body, reference, force_closed,
                      coalesce(status_updated_at, body ->> 'createdAt')
               FROM ticket WHERE account = ?1 AND (?2 IS NULL OR id = ?2) ORDER BY id";
    let mut statement = cx.db.prepare_cached(sql)?;
    let mut rows = statement.query((cx.account()?, id))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(0)?.as_str().map_err(Problem::internal)?;
        let standing = Standing {
            reference: row.get(1)?,
            force_closed: row.get(2)?,
            status_updated_at: row.get(3)?,
        };
        all.push((serde_json::from_str(body)?, standing));
    }
    Ok(all)
}

/// What is known of one ticket beyond what v3 shows.
pub(in crate::apis::i3d) fn standing(cx: &Context, id: i64) -> Result<Standing> {
    let found = all(cx, Some(id))?.into_iter().next();
    found.map(|(_, standing)| standing).ok_or_else(Problem::not_found)
}

/// The ticket of this id.
pub(in crate::apis::i3d) fn find(cx: &Context, id: i64) -> Result<Ticket> {
    TICKETS.find(cx, id)
}

/// Gives a ticket the customer's own reference.
pub(in crate::apis::i3d) fn set_reference(cx: &Context, id: i64, reference: &str) -> Result<()> {
    set(cx, id, "reference", &reference)
}

/// A ticket with its messages; it is marked as read.
pub(in crate::apis::i3d) fn read(cx: &Context, id: i64) -> Result<Thread> {
    let ticket = TICKETS.change(cx, id, |ticket| {
        ticket.client_last_read_at = cx.now;
        Ok(())
    })?;
    thread(cx, ticket)
}

/// Opens a ticket with its first message.
pub(in crate::apis::i3d) fn start(
    cx: &Context,
    category: String,
    message: Message,
) -> Result<Thread> {
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
    add_reply(cx, ticket.id, message)?;
    thread(cx, ticket)
}

/// Adds a message, which opens a closed ticket again; `refused` words the refusal of one that
/// support has closed for good.
pub(in crate::apis::i3d) fn reply(
    cx: &Context,
    id: i64,
    refused: impl FnOnce(&'static str) -> Problem,
    message: Message,
) -> Result<Thread> {
    let ticket = opened(cx, id, refused, |ticket| {
        Problem::refuse(ticket_attachments::errors(cx, &message.files)?)?;
        ticket.updated_at = cx.now;
        ticket.client_last_replied_at = cx.now;
        ticket.num_user_replies += 1;
        Ok(())
    })?;
    add_reply(cx, ticket.id, message)?;
    thread(cx, ticket)
}

/// Opens a ticket again; `refused` as for [`reply`].
pub(in crate::apis::i3d) fn reopen(
    cx: &Context,
    id: i64,
    refused: impl FnOnce(&'static str) -> Problem,
) -> Result<Ticket> {
    opened(cx, id, refused, |_| Ok(()))
}

/// `updatedAt` stays, because only messages update a ticket.
pub(in crate::apis::i3d) fn close(cx: &Context, id: i64) -> Result<()> {
    let mut was_open = false;
    TICKETS.change(cx, id, |ticket| {
        was_open = ticket.status == Status::Open;
        ticket.status = Status::Closed;
        Ok(())
    })?;
    if was_open { set(cx, id, "status_updated_at", &cx.now) } else { Ok(()) }
}

fn opened(
    cx: &Context,
    id: i64,
    refused: impl FnOnce(&'static str) -> Problem,
    change: impl FnOnce(&mut Ticket) -> Result<()>,
) -> Result<Ticket> {
    let mut was_closed = false;
    let ticket = TICKETS.change(cx, id, |ticket| {
        if TICKETS.has_where(cx, "id = ? AND force_closed = 1", &[&id])? {
            return Err(refused("Support has closed this ticket for good"));
        }
        was_closed = ticket.status == Status::Closed;
        ticket.status = Status::Open;
        change(ticket)
    })?;
    if was_closed {
        set(cx, id, "status_updated_at", &cx.now)?;
    }
    Ok(ticket)
}

/// Sets a column of a ticket that is no part of the object that v3 shows.
fn set(cx: &Context, id: i64, column: &'static str, value: &dyn ToSql) -> Result<()> {
    let sql = format!("UPDATE ticket SET {column} = ?3 WHERE account = ?1 AND id = ?2");
    cx.db.prepare_cached(&sql)?.execute((cx.account()?, id, value))?;
    Ok(())
}

fn add_reply(cx: &Context, ticket: i64, message: Message) -> Result<()> {
    let Message { author, title, content, files } = message;
    let reply = TicketReply {
        id: REPLIES.next_id(cx)?,
        title,
        full_user_name: author,
        content,
        created_at: cx.now,
        reply_by_i3d: 0,
        attachments: ticket_attachments::all_of(cx, &files)?,
    };
    REPLIES.insert_with(cx, &reply, &[("ticket", &ticket)])?;
    ticket_attachments::attach(cx, &files, reply.id)
}

fn thread(cx: &Context, ticket: Ticket) -> Result<Thread> {
    let replies = REPLIES.rows_where(cx, Page::ALL, "ticket = ?", &[&ticket.id])?;
    Ok(Thread { ticket, replies })
}
