//! A resource's table: the object as JSON in `body`, its keys as generated columns.
//!
//! Every row belongs to an account, and every statement here says which: one customer cannot reach another's rows.

use std::marker::PhantomData;

use rusqlite::{ToSql, types::ValueRef};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    api::Page,
    context::Context,
    problem::{Problem, Result},
    reply::Rows,
};

/// The room that the text of a page gets at first; most fit.
const PAGE_TEXT: usize = 8 * 1024;

/// What a table holds.
pub trait Row: Serialize + DeserializeOwned {}
impl<T: Serialize + DeserializeOwned> Row for T {}

/// A table of `T`, with the verbs that every resource needs.
pub struct Table<T> {
    name: &'static str,
    key: &'static str,
    order: &'static str,
    row: PhantomData<T>,
}

impl<T: Row> Table<T> {
    /// A table listed by its key, in ascending order.
    pub const fn new(name: &'static str, key: &'static str) -> Table<T> {
        Table { name, key, order: "ASC", row: PhantomData }
    }

    /// The same table, listed in descending order of its key.
    pub const fn newest_first(self) -> Table<T> {
        Table { order: "DESC", ..self }
    }

    /// One page of the account's rows.
    pub fn page(&self, cx: &Context, page: Page) -> Result<Rows> {
        self.page_where(cx, page, "TRUE", &[])
    }

    /// One page of the account's rows that satisfy `condition`, whose `?` are `values`.
    pub fn page_where(
        &self,
        cx: &Context,
        page: Page,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> Result<Rows> {
        let mut rows = String::with_capacity(PAGE_TEXT);
        rows.push('[');
        self.visit(cx, condition, values, page, |body| {
            if rows.len() > 1 {
                rows.push(',');
            }
            rows.push_str(body);
            Ok(())
        })?;
        rows.push(']');
        Ok(Rows(rows))
    }

    /// All rows of the account.
    pub fn all(&self, cx: &Context) -> Result<Vec<T>> {
        self.all_where(cx, "TRUE", &[])
    }

    /// The rows of the account that satisfy `condition`, whose `?` are `values`.
    pub fn all_where(&self, cx: &Context, condition: &str, values: &[&dyn ToSql]) -> Result<Vec<T>> {
        self.parsed_where(cx, Page::ALL, condition, values)
    }

    /// One page of the account's rows that satisfy `condition`, parsed.
    pub fn parsed_where(
        &self,
        cx: &Context,
        page: Page,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        self.visit(cx, condition, values, page, |body| {
            all.push(serde_json::from_str(body)?);
            Ok(())
        })?;
        Ok(all)
    }

    /// One row as the database holds it, as a list of one.
    pub fn row(&self, cx: &Context, key: impl ToSql) -> Result<Rows> {
        self.body(cx, &key, |body| Ok(Rows::of([body])))
    }

    /// One row, parsed.
    pub fn find(&self, cx: &Context, key: impl ToSql) -> Result<T> {
        self.body(cx, &key, |body| Ok(serde_json::from_str(body)?))
    }

    /// Whether the account has a row with this key.
    pub fn has(&self, cx: &Context, key: impl ToSql) -> Result<bool> {
        let sql = format!("SELECT 1 FROM {} WHERE account = ?1 AND {} = ?2", self.name, self.key);
        Ok(cx.db.prepare_cached(&sql)?.exists((cx.account()?, key))?)
    }

    /// How many rows of the account satisfy `condition`, whose `?` are `values`.
    pub fn count(&self, cx: &Context, condition: &str, values: &[&dyn ToSql]) -> Result<i64> {
        let sql = format!("SELECT count(*) FROM {} WHERE account = ? AND ({condition})", self.name);
        let account = cx.account()?;
        let values = std::iter::once(&account as &dyn ToSql).chain(values.iter().copied());
        Ok(cx.db.prepare_cached(&sql)?.query_row(rusqlite::params_from_iter(values), |row| row.get(0))?)
    }

    /// Adds a row to the account.
    pub fn insert(&self, cx: &Context, row: &T) -> Result<()> {
        let sql = format!("INSERT INTO {} (account, body) VALUES (?1, ?2)", self.name);
        cx.db.prepare_cached(&sql)?.execute((cx.account()?, serde_json::to_string(row)?))?;
        Ok(())
    }

    /// Puts `row` in the place of the row with this key.
    pub fn replace(&self, cx: &Context, key: impl ToSql, row: &T) -> Result<()> {
        let sql = format!("UPDATE {} SET body = ?3 WHERE account = ?1 AND {} = ?2", self.name, self.key);
        let changed =
            cx.db.prepare_cached(&sql)?.execute((cx.account()?, key, serde_json::to_string(row)?))?;
        if changed == 0 { Err(Problem::not_found()) } else { Ok(()) }
    }

    /// Removes the row with this key.
    pub fn remove(&self, cx: &Context, key: impl ToSql) -> Result<()> {
        let sql = format!("DELETE FROM {} WHERE account = ?1 AND {} = ?2", self.name, self.key);
        let removed = cx.db.prepare_cached(&sql)?.execute((cx.account()?, key))?;
        if removed == 0 { Err(Problem::not_found()) } else { Ok(()) }
    }

    fn body<R>(&self, cx: &Context, key: &dyn ToSql, read: impl FnOnce(&str) -> Result<R>) -> Result<R> {
        let sql = format!("SELECT body FROM {} WHERE account = ?1 AND {} = ?2", self.name, self.key);
        let mut statement = cx.db.prepare_cached(&sql)?;
        let mut rows = statement.query((cx.account()?, key))?;
        read(text(rows.next()?.ok_or_else(Problem::not_found)?.get_ref(0)?)?)
    }

    fn visit(
        &self,
        cx: &Context,
        condition: &str,
        values: &[&dyn ToSql],
        page: Page,
        mut read: impl FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        let Table { name, key, order, .. } = self;
        let sql = format!(
            "SELECT body FROM {name} WHERE account = ? AND ({condition}) ORDER BY {key} {order} LIMIT ? OFFSET ?"
        );
        let account = cx.account()?;
        let values = std::iter::once(&account as &dyn ToSql)
            .chain(values.iter().copied())
            .chain([&page.results as &dyn ToSql, &page.start]);
        let mut statement = cx.db.prepare_cached(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            read(text(row.get_ref(0)?)?)?;
        }
        Ok(())
    }
}

fn text(value: ValueRef<'_>) -> Result<&str> {
    value.as_str().map_err(|error| Problem::internal(format_args!("a body is text: {error}")))
}
