//! Files that i3D.net put at the disposal of an account, such as contracts.

use base64::{Engine, engine::general_purpose::STANDARD};
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use crate::engine::{
    Context, Object, Operation, Page, Params, Problem, Result, RowType, Rows, Table, read,
};

pub(super) fn operations() -> [Operation; 2] {
    [read("getAccountFiles", list), read("downloadAccountFile", download)]
}

const FILES: Table<AccountFile> = Table::new("account_file", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[FILES.row_type()];

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccountFile {
    id: i64,
    category: i64,
    name: String,
    filename: String,
    r#type: String,
    size: usize,
    uploaded_at: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    file_id: i64,
}

fn list(cx: &Context) -> Result<Rows> {
    FILES.page(cx, Page::ALL)
}

/// The content in base64, because JSON has no bytes.
fn download(cx: &Context, Params(by): Params<ById>) -> Result<Object<String>> {
    let sql = "SELECT content FROM account_file WHERE account = ?1 AND id = ?2";
    let content = cx
        .db
        .prepare_cached(sql)?
        .query_row((cx.account()?, by.file_id), |row| {
            Ok(STANDARD.encode(row.get_ref(0)?.as_blob()?))
        })
        .optional()?;
    content.map(Object).ok_or_else(Problem::not_found)
}
