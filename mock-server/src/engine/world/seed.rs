//! Rows of a fresh world, read from data files.
//!
//! A file holds the rows of one table by account. `{ago: 3d}` in a row stands for the unix time
//! three days before the world begins (`{ahead: 2h}` after it), and `_columns` holds values of
//! columns that are no part of the object: texts, whole numbers, or bytes as `{base64: aGk=}`.

use std::{borrow::Cow, collections::BTreeMap};

use jiff::{Span, SpanRelativeTo, Timestamp};
use serde_json::{Map, Value};

use super::row::{self, NewRow};
use crate::engine::{
    context::Context,
    problem::{Problem, Result},
};

/// The rows of one table.
#[derive(Debug)]
pub struct Seed {
    table: &'static str,
    rows: Vec<SeedRow>,
    /// The highest id.
    last: Option<i64>,
}

#[derive(Debug)]
struct SeedRow {
    account: i64,
    body: Body,
    columns: Map<String, Value>,
}

/// The object of a row.
#[derive(Debug)]
enum Body {
    /// The same at any time.
    Fixed(String),
    /// With relative times.
    Dated(Value),
}

impl Seed {
    /// Reads a data file; panics on a malformed one, because it ships with the program.
    pub fn parse(table: &'static str, json: &str) -> Seed {
        let accounts: BTreeMap<String, Vec<Value>> =
            serde_json::from_str(json).expect("rows by account");
        let mut seed = Seed { table, rows: Vec::new(), last: None };
        for (account, rows) in accounts {
            let account: i64 = account.parse().expect("an account is a number");
            for row in rows {
                seed.last = seed.last.max(row::number(&row["id"]));
                seed.rows.push(SeedRow::new(account, row));
            }
        }
        seed
    }

    /// Adds the rows to a fresh world; the sequence named like the table goes on above their ids.
    pub fn insert(&self, cx: &Context) -> Result<()> {
        self.rows.iter().try_for_each(|row| row.insert(cx, self.table))?;
        match self.last {
            Some(last) => Ok(row::go_on_above(cx.db, self.table, last)?),
            None => Ok(()),
        }
    }
}

impl SeedRow {
    fn new(account: i64, mut row: Value) -> SeedRow {
        let columns = match row.as_object_mut().and_then(|row| row.shift_remove("_columns")) {
            Some(Value::Object(columns)) => columns,
            _ => Map::new(),
        };
        let body = if is_dated(&row) { Body::Dated(row) } else { Body::Fixed(row.to_string()) };
        SeedRow { account, body, columns }
    }

    fn insert(&self, cx: &Context, table: &str) -> Result<()> {
        let value =
            |value| row::column(&dated(value, cx.now)).expect("a text, a whole number or bytes");
        let columns = self.columns.iter().map(|(name, it)| (name.as_str(), value(it))).collect();
        let body = match &self.body {
            Body::Fixed(text) => Cow::Borrowed(text.as_str()),
            Body::Dated(row) => Cow::Owned(dated(row, cx.now).to_string()),
        };
        let new = NewRow { table, account: self.account, body: Some(body), columns };
        new.insert(cx.db).map_err(|error| {
            let body = new.body.as_deref().unwrap_or_default();
            Problem::internal(format_args!("{table} of the seed: {error}: {body}"))
        })
    }
}

/// Whether a value has relative times.
fn is_dated(value: &Value) -> bool {
    match value {
        Value::Object(members) => relative(members).is_some() || members.values().any(is_dated),
        Value::Array(items) => items.iter().any(is_dated),
        _ => false,
    }
}

/// `value` with its relative times made absolute: unix seconds, or a text in the form that `as`
/// says in the words of `strftime`.
pub fn dated(value: &Value, now: i64) -> Value {
    match value {
        Value::Object(members) => match relative(members) {
            Some(offset) => written(now + offset, members.get(FORM).and_then(Value::as_str)),
            None => members
                .iter()
                .map(|(key, value)| (key.clone(), dated(value, now)))
                .collect::<Map<_, _>>()
                .into(),
        },
        Value::Array(items) => items.iter().map(|item| dated(item, now)).collect(),
        other => other.clone(),
    }
}

/// The member of a relative time that says how it is written.
pub(in crate::engine) const FORM: &str = "as";

/// How many seconds after now a relative time is; `None` for another object, such as one that says
/// no span.
fn relative(members: &Map<String, Value>) -> Option<i64> {
    let alone = members.len() == 1 || (members.len() == 2 && members.contains_key(FORM));
    let (key, Value::String(span)) = members.iter().next().filter(|_| alone)? else { return None };
    match key.as_str() {
        "ago" => seconds(span).ok().map(|seconds| -seconds),
        "ahead" => seconds(span).ok(),
        _ => None,
    }
}

fn written(at: i64, form: Option<&str>) -> Value {
    let Some(form) = form else { return at.into() };
    // A time that no calendar has is left to whoever reads the row.
    Timestamp::from_second(at).map_or(Value::Null, |at| at.strftime(form).to_string().into())
}

/// The seconds of a span such as `3d`, `2h`, `5m` or `40s`; a day has 24 hours.
pub(in crate::engine) fn seconds(span: &str) -> Result<i64, jiff::Error> {
    let length: Span = span.parse()?;
    Ok(length.to_duration(SpanRelativeTo::days_are_24_hours())?.as_secs())
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
        let row = json!({ "a": { "ago": "0s", "as": "%Y-%m-%d" } });
        assert_eq!(dated(&row, 1_000_000), json!({ "a": "1970-01-12" }));
    }
}
