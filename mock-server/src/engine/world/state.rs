//! The tables of a world as they are, for tests of what no operation shows.

use rusqlite::OptionalExtension;
use serde_json::{Map, Value, json, value::RawValue};

use crate::engine::{
    context::Context,
    problem::{Problem, Result},
};

/// Rows of a table that are shown at most.
const ROWS_MAX: i64 = 1000;

/// The tables that hold resources: their rows have an owner and an object.
const RESOURCES: &str = "
    SELECT name FROM sqlite_schema
    WHERE type = 'table' AND 2 = (SELECT count(*) FROM pragma_table_xinfo(sqlite_schema.name) AS it
                                  WHERE it.name IN ('account', 'body'))";

/// Every table and how many rows it has.
pub(super) fn tables(cx: &Context) -> Result<Value> {
    let mut statement = cx.db.prepare(&format!("{RESOURCES} ORDER BY name"))?;
    let names = statement.query_map((), |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    let mut tables = Map::new();
    for name in names {
        let rows: i64 =
            cx.db.query_row(&format!("SELECT count(*) FROM {name}"), (), |row| row.get(0))?;
        tables.insert(name, rows.into());
    }
    Ok(Value::Object(tables))
}

/// The first rows of a table, each with its owner.
pub(super) fn rows(cx: &Context, table: &str) -> Result<Value> {
    // Only a name that comes from the database itself becomes part of a statement.
    let known = format!("{RESOURCES} AND name = ?1");
    let name: Option<String> = cx.db.query_row(&known, [table], |row| row.get(0)).optional()?;
    let name = name.ok_or_else(Problem::not_found)?;
    let mut statement =
        cx.db.prepare(&format!("SELECT account, body FROM {name} LIMIT {ROWS_MAX}"))?;
    let mut rows = statement.query(())?;
    let mut shown = Vec::new();
    while let Some(row) = rows.next()? {
        let body: Box<RawValue> =
            serde_json::from_str(row.get_ref(1)?.as_str().map_err(Problem::internal)?)?;
        shown.push(json!({ "account": row.get::<_, i64>(0)?, "body": body }));
    }
    Ok(Value::Array(shown))
}
