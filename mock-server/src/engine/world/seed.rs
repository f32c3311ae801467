//! Rows of a fresh world, read from data files.
//!
//! A file holds the rows of one table by account. `{ago: 3d}` in a row stands for the unix time
//! three days before the world begins (`{ahead: 2h}` after it), and `_columns` holds values of
//! columns that are no part of the object: texts, whole numbers, or bytes as `{base64: aGk=}`.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{Span, SpanRelativeTo};
use rusqlite::{ToSql, types::Value as Sql};
use serde_json::{Map, Value};

use crate::engine::{
    context::Context,
    problem::{Problem, Result},
};

/// The rows of one table.
#[derive(Debug)]
pub struct Seed {
    table: &'static str,
    rows: Vec<(i64, Value)>,
}

impl Seed {
    /// Reads a data file; panics on a malformed one, because it ships with the program.
    pub fn parse(table: &'static str, json: &str) -> Seed {
        let accounts: BTreeMap<String, Vec<Value>> =
            serde_json::from_str(json).expect("rows by account");
        let rows = accounts.into_iter().flat_map(|(account, rows)| {
            let account: i64 = account.parse().expect("an account is a number");
            rows.into_iter().map(move |row| (account, row))
        });
        Seed { table, rows: rows.collect() }
    }

    /// Adds the rows to a fresh world; the sequence named like the table goes on above their ids.
    pub fn insert(&self, cx: &Context) -> Result<()> {
        self.rows
            .iter()
            .try_for_each(|(account, row)| self.insert_row(cx, *account, dated(row, cx.now)))?;
        if let Some(last) = self.rows.iter().filter_map(|(_, row)| number(&row["id"])).max() {
            let sql = "INSERT INTO sequence (name, last) VALUES (?1, ?2)";
            cx.db.prepare_cached(sql)?.execute((self.table, last))?;
        }
        Ok(())
    }

    fn insert_row(&self, cx: &Context, account: i64, mut row: Value) -> Result<()> {
        let columns = match row.as_object_mut().and_then(|row| row.shift_remove("_columns")) {
            Some(Value::Object(columns)) => columns,
            _ => Map::new(),
        };
        let names: String = columns.keys().map(|name| format!(", {name}")).collect();
        let marks = ", ?".repeat(columns.len());
        let sql = format!("INSERT INTO {} (account, body{names}) VALUES (?, ?{marks})", self.table);
        let body = row.to_string();
        let extra: Vec<Sql> = columns.values().map(column).collect();
        let values = [&account as &dyn ToSql, &body]
            .into_iter()
            .chain(extra.iter().map(|it| it as &dyn ToSql));
        let inserted = cx.db.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(values));
        inserted.map_err(|error| {
            Problem::internal(format_args!("{} of the seed: {error}: {body}", self.table))
        })?;
        Ok(())
    }
}

/// The number that an id is, also where the API shows it as a text.
fn number(id: &Value) -> Option<i64> {
    id.as_i64().or_else(|| id.as_str()?.parse().ok())
}

fn column(value: &Value) -> Sql {
    match value {
        Value::Null => Sql::Null,
        Value::String(text) => Sql::Text(text.clone()),
        Value::Object(bytes) => {
            let text = bytes["base64"].as_str().expect("bytes are written in base64");
            Sql::Blob(STANDARD.decode(text).expect("bytes are written in base64"))
        }
        number => {
            Sql::Integer(number.as_i64().expect("a column holds a text, a whole number or bytes"))
        }
    }
}

/// `value` with its relative times made absolute.
pub fn dated(value: &Value, now: i64) -> Value {
    match value {
        Value::Object(members) => match members.iter().next() {
            Some((key, Value::String(span))) if members.len() == 1 && key == "ago" => {
                (now - seconds(span)).into()
            }
            Some((key, Value::String(span))) if members.len() == 1 && key == "ahead" => {
                (now + seconds(span)).into()
            }
            _ => members
                .iter()
                .map(|(key, value)| (key.clone(), dated(value, now)))
                .collect::<Map<_, _>>()
                .into(),
        },
        Value::Array(items) => items.iter().map(|item| dated(item, now)).collect(),
        other => other.clone(),
    }
}

/// The seconds of a span such as `3d`, `2h`, `5m` or `40s`; a day has 24 hours.
fn seconds(span: &str) -> i64 {
    let length = span.parse::<Span>();
    let length = length.and_then(|it| it.to_duration(SpanRelativeTo::days_are_24_hours()));
    length.unwrap_or_else(|error| panic!("{span}: {error}")).as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn relative_times_become_absolute() {
        let row = json!({ "a": { "ago": "2d" }, "b": [{ "ahead": "1m" }], "c": { "ago": 1 } });
        assert_eq!(
            dated(&row, 1_000_000),
            json!({ "a": 827_200, "b": [1_000_060], "c": { "ago": 1 } })
        );
    }
}
