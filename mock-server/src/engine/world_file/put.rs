//! Checked objects become rows.

use std::collections::{HashMap, HashSet};

use rusqlite::{ErrorCode, ffi};
use serde_json::Value;

use super::{
    fault::{Fault, text},
    file::Row,
    resource::{Fill, Resources},
    tables::Table,
};
use crate::engine::{
    api::Provider,
    context::Context,
    problem::Result,
    world::{
        row::{self, NewRow},
        seed::dated,
    },
};

/// Adds rows, or puts them in the place of those with their keys: resource by resource, so that
/// what others refer to comes first.
pub(super) fn put(cx: &Context, resources: &Resources, rows: &[Row]) -> Result<(), Fault> {
    for resource in resources.iter() {
        let rows = rows.iter().filter(|row| std::ptr::eq(row.resource, resource));
        let rows: Vec<&Row> = rows.collect();
        // What is drawn later is drawn above all numbers that were given.
        for row in &rows {
            go_on_above(cx, row).map_err(|error| explain(row, &error))?;
        }
        let table = Table::of(cx.db, resource.table());
        let has_body = table.is_ok_and(|it| it.has_body);
        let mut known: HashMap<i64, HashSet<String>> = HashMap::new();
        for row in rows {
            let keys = match known.entry(row.account) {
                std::collections::hash_map::Entry::Occupied(it) => it.into_mut(),
                std::collections::hash_map::Entry::Vacant(it) => {
                    let keys = keys(cx, row).map_err(|error| explain(row, &error))?;
                    it.insert(keys)
                }
            };
            put_row(cx, row, has_body, keys)?;
        }
    }
    Ok(())
}

/// The rows that follow from others and are missing.
pub(super) fn complete(cx: &Context, provider: &dyn Provider) -> Result<(), Fault> {
    provider.complete(cx).map_err(|problem| {
        let message = format!("{}: {}", provider.name(), text(&problem));
        Fault { line: 0, message }
    })
}

/// The keys of the rows that the owner of a row has by now.
fn keys(cx: &Context, row: &Row) -> rusqlite::Result<HashSet<String>> {
    let Some(key) = row.resource.key() else { return Ok(HashSet::new()) };
    let sql = format!(
        "SELECT body -> ?2 FROM {} WHERE account = ?1 AND body -> ?2 IS NOT NULL",
        row.resource.table()
    );
    let mut statement = cx.db.prepare_cached(&sql)?;
    statement.query_map((row.account, key), |it| it.get(0))?.collect()
}

fn go_on_above(cx: &Context, row: &Row) -> rusqlite::Result<()> {
    let numbers = row.resource.description.fills.iter();
    let numbers = numbers.filter(|(_, fill)| [Fill::Number, Fill::NumberText].contains(fill));
    for last in numbers.filter_map(|(name, _)| row::number(row.body.get(name)?)) {
        row::go_on_above(cx.db, row.resource.table(), last)?;
    }
    Ok(())
}

fn put_row(cx: &Context, row: &Row, has_body: bool, keys: &HashSet<String>) -> Result<(), Fault> {
    let body = body(cx, row).map_err(|problem| row.fault(text(&problem)))?;
    let columns = row.columns.iter().map(|(name, value)| {
        let value = row::column(&dated(value, cx.now)).expect("it was checked");
        (name.as_str(), value)
    });
    let key = row.resource.key().and_then(|key| Some((key, body.get(key)?.clone())));
    let new = NewRow {
        table: row.resource.table(),
        account: row.account,
        body: has_body.then(|| body.to_string().into()),
        columns: columns.collect(),
    };
    let put = match key {
        Some((key, value)) if keys.contains(&value.to_string()) => new.replace(cx.db, key, &value),
        _ => new.insert(cx.db),
    };
    put.map_err(|error| explain(row, &error))
}

/// The object as it is kept.
fn body(cx: &Context, row: &Row) -> Result<Value> {
    let mut body = dated(&Value::Object(row.body.clone()), cx.now);
    for (name, fill) in &row.draws {
        body[name] = match fill {
            Fill::Number => cx.next_id(row.resource.table())?.into(),
            Fill::NumberText => cx.next_id(row.resource.table())?.to_string().into(),
            _ => cx.new_uuid()?.to_string().into(),
        };
    }
    Ok(body)
}

/// What a row does that the database refuses.
fn explain(row: &Row, error: &rusqlite::Error) -> Fault {
    let (code, text) = match error {
        rusqlite::Error::SqliteFailure(code, text) => (*code, text.as_deref().unwrap_or_default()),
        _ => return row.fault(error),
    };
    if code.code != ErrorCode::ConstraintViolation {
        return row.fault(error);
    }
    // As in `UNIQUE constraint failed: table.account, table.name`.
    let columns = text.split_once(": ").map_or("", |(_, columns)| columns);
    let names = columns.split(", ").filter_map(|it| it.split_once('.')).map(|(_, name)| name);
    let names: Vec<String> =
        names.filter(|name| *name != "account").map(|name| format!("`{name}`")).collect();
    let names = names.join(" and ");
    row.fault(match code.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY if names.is_empty() => {
            "an account has one only".to_owned()
        }
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => {
            format!("another object has the same {names}")
        }
        ffi::SQLITE_CONSTRAINT_NOTNULL => format!("{names} must be given"),
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => {
            "it refers to something that the world does not have".to_owned()
        }
        _ => text.to_owned(),
    })
}
