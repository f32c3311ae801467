//! The mail that the provider would send: it is kept here, to be read by tests.

use rusqlite::params;
use serde_json::{Value, json};

use crate::engine::{context::Context, problem::Result, reply::Rows};

/// How many mails are kept; the oldest make room.
const MAILS_MAX: i64 = 1000;

/// A mail to a customer.
#[derive(Debug)]
pub struct Mail<'a> {
    /// The address of the recipient.
    pub to: &'a str,
    /// Which mail this is, for programs: `email-confirmation`.
    pub kind: &'static str,
    /// The subject.
    pub subject: &'a str,
    /// What a person reads.
    pub text: String,
    /// What a program needs of it, such as tokens.
    pub values: Value,
}

impl Context<'_> {
    /// Puts a mail into the outbox, in the transaction of the operation.
    pub fn send(&self, mail: &Mail) -> Result<()> {
        let id = self.next_id("outbox")?;
        let body = json!({
            "id": id,
            "sentAt": self.now,
            "to": mail.to,
            "kind": mail.kind,
            "subject": mail.subject,
            "text": mail.text,
            "values": mail.values,
        });
        let put = "INSERT INTO outbox (id, body) VALUES (?1, ?2)";
        self.db.prepare_cached(put)?.execute(params![id, body.to_string()])?;
        let forget = "DELETE FROM outbox WHERE id <= ?1 - ?2";
        self.db.prepare_cached(forget)?.execute([id, MAILS_MAX])?;
        Ok(())
    }
}

/// Every mail that is kept, the oldest first.
pub(super) fn sent(cx: &Context) -> Result<Rows> {
    let mut statement = cx.db.prepare_cached("SELECT body FROM outbox ORDER BY id")?;
    let mails = statement.query_map((), |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    Ok(Rows::of(mails.iter().map(String::as_str)))
}
