//! What was done with an account: every operation that changed something, when and from where.

use jiff::Timestamp;
use openapi::Route;
use serde::{Deserialize, Serialize};

use crate::engine::{Context, Operation, Page, Problem, Result, RowType, Rows, Table, read};

pub(super) fn operations() -> [Operation; 1] {
    [read("getAccountLogs", list)]
}

/// How many entries are kept of all accounts together; the oldest make room.
const ENTRIES_MAX: i64 = 100_000;
/// After how many new entries they do so.
const ROOM_FOR: i64 = 256;

const ENTRIES: Table<Entry> = Table::new("account_action_log", "id").newest_first();
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[ENTRIES.row_type()];

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(rename = "remoteIP")]
    remote_ip: String,
    title: String,
    description: String,
    date: String,
    time: String,
    timestamp: i64,
}

fn list(cx: &Context, page: Page) -> Result<Rows> {
    ENTRIES.page(cx, page)
}

/// Logs that the caller called the operation of `route` at `path`; anonymous callers have no log.
pub(in crate::apis::i3d) fn log(cx: &Context, route: &Route, path: &str) -> Result<()> {
    if cx.caller.account.is_none() {
        return Ok(());
    }
    add(cx, &route.summary, &format!("{} {path}", route.method))
}

/// Adds an entry to the log of the account.
pub(in crate::apis::i3d) fn add(cx: &Context, title: &str, description: &str) -> Result<()> {
    let at = Timestamp::from_second(cx.now).map_err(Problem::internal)?;
    ENTRIES.insert(
        cx,
        &Entry {
            remote_ip: cx.caller.address.to_canonical().to_string(),
            title: title.to_owned(),
            description: description.to_owned(),
            date: at.strftime("%Y-%m-%d").to_string(),
            time: at.strftime("%H:%M:%S").to_string(),
            timestamp: cx.now,
        },
    )?;
    let last = cx.db.last_insert_rowid();
    if last % ROOM_FOR == 0 {
        let forget = "DELETE FROM account_action_log WHERE id <= ?1";
        cx.db.prepare_cached(forget)?.execute([last + ROOM_FOR - ENTRIES_MAX])?;
    }
    Ok(())
}
