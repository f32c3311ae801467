//! Rows as data: what a data file or a world file says of one, and what becomes of it.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use rusqlite::{Connection, ToSql, types::Value as Sql};
use serde_json::Value;

/// A row of a table whose rows have an owner.
#[derive(Debug)]
pub(in crate::engine) struct NewRow<'a> {
    pub(in crate::engine) table: &'a str,
    pub(in crate::engine) account: i64,
    /// The object; `None` where the table has none.
    pub(in crate::engine) body: Option<Cow<'a, str>>,
    /// Values of columns that are no part of the object.
    pub(in crate::engine) columns: Vec<(&'a str, Sql)>,
}

impl NewRow<'_> {
    /// Adds the row.
    pub(in crate::engine) fn insert(&self, db: &Connection) -> rusqlite::Result<()> {
        let (names, values) = self.columns();
        let listed: String = names.iter().map(|name| format!(", {name}")).collect();
        let marks = ", ?".repeat(names.len());
        let sql = format!("INSERT INTO {} (account{listed}) VALUES (?{marks})", self.table);
        let account = std::iter::once(&self.account as &dyn ToSql);
        let values = rusqlite::params_from_iter(account.chain(values));
        db.prepare_cached(&sql)?.execute(values).map(drop)
    }

    /// Puts the row in the place of the one of its owner whose object has this value as `key`.
    pub(in crate::engine) fn replace(
        &self,
        db: &Connection,
        key: &str,
        value: &Value,
    ) -> rusqlite::Result<()> {
        let (names, values) = self.columns();
        let changes: Vec<String> = names.iter().map(|name| format!("{name} = ?")).collect();
        let sql = format!(
            "UPDATE {} SET {} WHERE account = ? AND body ->> ? = ? ->> '$'",
            self.table,
            changes.join(", ")
        );
        let value = value.to_string();
        let last = [&self.account as &dyn ToSql, &key, &value];
        let values = rusqlite::params_from_iter(values.into_iter().chain(last));
        db.prepare_cached(&sql)?.execute(values).map(drop)
    }

    /// All columns but the account.
    fn columns(&self) -> (Vec<&str>, Vec<&dyn ToSql>) {
        let body = self.body.iter().map(|body| ("body", body as &dyn ToSql));
        let columns = self.columns.iter().map(|(name, value)| (*name, value as &dyn ToSql));
        body.chain(columns).unzip()
    }
}

/// A value of a column: a text, a whole number, or bytes as `{base64: aGk=}`; `None` for others.
pub(in crate::engine) fn column(value: &Value) -> Option<Sql> {
    Some(match value {
        Value::Null => Sql::Null,
        Value::String(text) => Sql::Text(text.clone()),
        Value::Object(bytes) => Sql::Blob(STANDARD.decode(bytes.get("base64")?.as_str()?).ok()?),
        number => Sql::Integer(number.as_i64()?),
    })
}

/// Makes a sequence go on above `last`.
pub(in crate::engine) fn go_on_above(
    db: &Connection,
    sequence: &str,
    last: i64,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO sequence (name, last) VALUES (?1, ?2)
               ON CONFLICT (name) DO UPDATE SET last = max(last, excluded.last)";
    db.prepare_cached(sql)?.execute((sequence, last)).map(drop)
}

/// The number that an id is, also where the API shows it as a text.
pub(in crate::engine) fn number(id: &Value) -> Option<i64> {
    id.as_i64().or_else(|| id.as_str()?.parse().ok())
}
