//! From a world to the text of a world file that makes it again.

use std::{collections::BTreeSet, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use rusqlite::{Row, types::ValueRef};
use serde_json::{Map, Value, json};

use super::{object::COLUMNS, resource::Resource, tables::Table};
use crate::engine::{
    api::Provider,
    context::Context,
    problem::{Problem, Result},
    world::clock::{ClockReading, ClockState},
};

/// What stands at the top.
const HEADER: &str = "\
# A world, as `mock-server --world FILE` makes it again. It holds the keys, tokens and hashes of
# passwords that the world has: do not publish those that are yours.
";

/// Writes what a world holds, whose clock goes so.
pub(in crate::engine) fn export(
    cx: &Context,
    providers: &[Arc<dyn Provider>],
    clock: ClockState,
) -> Result<String> {
    let mut file = Map::new();
    file.insert("from".to_owned(), "nothing".into());
    // The real time is what a world has that says nothing.
    if clock != ClockState::Running(0.0) {
        let frozen = matches!(clock, ClockState::Frozen(_));
        let reading = ClockReading { now: clock.now(), frozen };
        file.insert("clock".to_owned(), serde_json::to_value(reading)?);
    }
    file.insert("sequences".to_owned(), sequences(cx)?);
    for provider in providers {
        let Some(resources) = provider.resources() else { continue };
        let mut accounts = BTreeSet::new();
        for resource in resources.iter() {
            accounts.extend(accounts_of(cx, resource)?);
        }
        let mut section = Map::new();
        for account in accounts {
            let mut of_account = Map::new();
            for resource in resources.iter() {
                let objects = objects(cx, resource, account)?;
                if !objects.is_empty() {
                    of_account.insert(resource.name.clone(), objects.into());
                }
            }
            section.insert(account.to_string(), of_account.into());
        }
        file.insert(provider.name().to_owned(), section.into());
    }
    Ok(format!("{HEADER}{}", written(&file.into())?))
}

/// A value as YAML.
fn written(value: &Value) -> Result<String> {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    serde_saphyr::to_string_with_options(value, options).map_err(Problem::internal)
}

fn sequences(cx: &Context) -> Result<Value> {
    let mut statement = cx.db.prepare_cached("SELECT name, last FROM sequence ORDER BY name")?;
    let mut rows = statement.query(())?;
    let mut all = Map::new();
    while let Some(row) = rows.next()? {
        all.insert(row.get(0)?, row.get::<_, i64>(1)?.into());
    }
    Ok(all.into())
}

fn accounts_of(cx: &Context, resource: &Resource) -> Result<Vec<i64>> {
    let sql = format!("SELECT DISTINCT account FROM {}", resource.table());
    let mut statement = cx.db.prepare_cached(&sql)?;
    let accounts = statement.query_map((), |row| row.get(0))?;
    Ok(accounts.collect::<rusqlite::Result<_>>()?)
}

/// The objects of an account, in the order in which they were added.
fn objects(cx: &Context, resource: &Resource, account: i64) -> Result<Vec<Value>> {
    let table = Table::of(cx.db, resource.table())?;
    let mut names: Vec<&str> = table.columns.iter().map(|it| it.name.as_str()).collect();
    names.insert(0, if table.has_body { "body" } else { "'{}'" });
    let sql = format!(
        "SELECT {} FROM {} WHERE account = ?1 ORDER BY rowid",
        names.join(", "),
        resource.table()
    );
    let mut statement = cx.db.prepare_cached(&sql)?;
    let mut rows = statement.query([account])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(0)?.as_str().map_err(Problem::internal)?;
        let mut object: Map<String, Value> = serde_json::from_str(body)?;
        let columns = columns(row, &names)?;
        if !columns.is_empty() {
            object.insert(COLUMNS.to_owned(), columns.into());
        }
        all.push(object.into());
    }
    Ok(all)
}

/// The values of the columns behind the first one.
fn columns(row: &Row, names: &[&str]) -> Result<Map<String, Value>> {
    let mut columns = Map::new();
    for (at, name) in names.iter().enumerate().skip(1) {
        let value = match row.get_ref(at)? {
            ValueRef::Null => continue,
            ValueRef::Integer(number) => number.into(),
            ValueRef::Real(number) => number.into(),
            ValueRef::Text(text) => std::str::from_utf8(text).map_err(Problem::internal)?.into(),
            ValueRef::Blob(bytes) => json!({ "base64": STANDARD.encode(bytes) }),
        };
        columns.insert((*name).to_owned(), value);
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::node::Node, *};

    fn text() -> impl Strategy<Value = String> {
        const AWKWARD: [&str; 35] = [
            "",
            " ",
            "NO",
            "null",
            "~",
            "1_0",
            "0x1f",
            "1e3",
            "- a",
            "a: b",
            "# a",
            "'",
            "\"",
            "\\",
            "a\n b\n",
            "\u{7f}",
            "\u{85}",
            "\u{2028}",
            "\u{feff}",
            "2026-01-01",
            "1:30",
            "!a",
            "&a",
            "*a",
            "{",
            "|",
            "%",
            "@",
            "é😀",
            "\t",
            "\r\n",
            "<<",
            "=",
            "---",
            "...",
        ];
        prop_oneof![
            any::<String>(),
            "[ -~]{0,20}",
            prop::sample::select(&AWKWARD[..]).prop_map(str::to_owned)
        ]
    }

    fn value() -> impl Strategy<Value = Value> {
        let plain = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e15..1e15).prop_map(Value::from),
            text().prop_map(Value::from),
        ];
        plain.prop_recursive(3, 30, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((text(), inner), 0..4)
                    .prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_written_reads_as_it_was(value in value()) {
            let members = Map::from_iter([("value".to_owned(), value)]).into();
            let text = written(&members).unwrap();
            let read = Node::read(&text).unwrap_or_else(|fault| panic!("{fault:?}: {text}"));
            prop_assert_eq!(read.value(), members, "{}", text);
        }
    }
}
