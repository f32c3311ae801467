//! The FlexMetal servers of an account as they are stored: counted for quotas and tags, and
//! retagged.

use super::lifecycle::Server;
use crate::engine::{Context, Page, Result, RowType, Table};

pub(super) const SERVERS: Table<Server> = Table::new("flex_metal_server", "uuid");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[SERVERS.row_type()];

/// What counts against a quota: neither released servers nor failed ones, which cannot be released.
const EXISTS: &str = "releasing_at IS NULL AND NOT (fails AND ready_at <= ?)";
const TAGGED: &str =
    "uuid IN (SELECT server FROM flex_metal_server_tag WHERE account = ? AND tag = ?)";

/// How many servers of an instance type count against a contract, or without one against the
/// on-demand quota.
pub(super) fn count_in_use(cx: &Context, instance_type_id: i64, contract_id: &str) -> Result<i64> {
    let condition = format!("instance_type_id = ? AND contract_id = ? AND {EXISTS}");
    SERVERS.count(cx, &condition, &[&instance_type_id, &contract_id, &cx.now])
}

/// How many servers the account has, without those that failed or were released.
pub(in crate::apis::i3d) fn count_existing(cx: &Context) -> Result<i64> {
    SERVERS.count(cx, EXISTS, &[&cx.now])
}

/// How many servers carry a tag, without those that are released.
pub(super) fn count_tagged(cx: &Context, tag: &str) -> Result<i64> {
    let sql = "SELECT count(*) FROM flex_metal_server_tag
               WHERE account = ?1 AND tag = ?2 AND released_at > ?3";
    Ok(cx.db.prepare_cached(sql)?.query_row((cx.account()?, tag, cx.now), |row| row.get(0))?)
}

/// Replaces `tag` by `new` on every server that carries it, or removes it.
pub(super) fn replace_tag(cx: &Context, tag: &str, new: Option<&str>) -> Result<()> {
    for mut server in SERVERS.rows_where(cx, Page::ALL, TAGGED, &[&cx.account()?, &tag])? {
        let at = server.tags.iter().position(|it| it == tag).expect("the index of tags is true");
        server.tags.splice(at..=at, new.map(str::to_owned));
        SERVERS.replace(cx, server.uuid.to_string(), &server)?;
    }
    Ok(())
}

/// Every server that was ever delivered.
pub(in crate::apis::i3d) fn delivered(cx: &Context) -> Result<Vec<Server>> {
    SERVERS.rows_where(
        cx,
        Page::ALL,
        "NOT fails AND ready_at <= min(?, ifnull(releasing_at, ready_at))",
        &[&cx.now],
    )
}
