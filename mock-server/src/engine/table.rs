//! A resource's table: the object as JSON in `body`, its keys as generated columns.
//!
//! Every row belongs to an account, and every statement here says which: one customer cannot reach
//! another's rows.

use std::marker::PhantomData;

use rusqlite::{ToSql, types::ValueRef};

use super::{
    context::Context,
    page::Page,
    problem::{Problem, Result},
    reply::Rows,
    row_type::{Row, RowType},
};

/// How many bytes the text of a page gets at first; most pages fit.
const PAGE_BYTES: usize = 8 * 1024;

/// A table of `T`, with the verbs that every resource needs.
pub struct Table<T> {
    name: &'static str,
    key: &'static str,
    /// The column by which rows are listed.
    sort: &'static str,
    order: &'static str,
    row: PhantomData<T>,
}

impl<T: Row> Table<T> {
    /// A table listed by its key, in ascending order.
    pub const fn new(name: &'static str, key: &'static str) -> Table<T> {
        Table { name, key, sort: key, order: "ASC", row: PhantomData }
    }

    /// The same table, listed in descending order of its key.
    pub const fn newest_first(self) -> Table<T> {
        Table { order: "DESC", ..self }
    }

    /// What its rows read as.
    pub const fn row_type(&self) -> RowType {
        RowType::of::<T>(self.name)
    }

    /// The name of the table.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The same table, listed by another column than its key.
    pub const fn sorted_by(self, column: &'static str) -> Table<T> {
        Table { sort: column, ..self }
    }

    /// One page of the account's rows, as the texts that the database holds.
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
        let mut rows = String::with_capacity(PAGE_BYTES);
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

    /// One row as a page of its own.
    pub fn page_of(&self, cx: &Context, key: impl ToSql) -> Result<Rows> {
        self.body(cx, &key, |body| Ok(Rows::of([body])))
    }

    /// One page of the account's rows, parsed.
    pub fn rows(&self, cx: &Context, page: Page) -> Result<Vec<T>> {
        self.rows_where(cx, page, "TRUE", &[])
    }

    /// One page of the account's rows that satisfy `condition`, parsed.
    pub fn rows_where(
        &self,
        cx: &Context,
        page: Page,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        self.visit(cx, condition, values, page, |body| {
            rows.push(serde_json::from_str(body)?);
            Ok(())
        })?;
        Ok(rows)
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

    /// Whether a row of the account satisfies `condition`, whose `?` are `values`.
    pub fn has_where(&self, cx: &Context, condition: &str, values: &[&dyn ToSql]) -> Result<bool> {
        let sql = format!("SELECT 1 FROM {} WHERE account = ? AND ({condition})", self.name);
        let account = cx.account()?;
        let values = std::iter::once(&account as &dyn ToSql).chain(values.iter().copied());
        Ok(cx.db.prepare_cached(&sql)?.exists(rusqlite::params_from_iter(values))?)
    }

    /// Refuses a key that no row of the account has.
    pub fn require(&self, cx: &Context, key: impl ToSql) -> Result<()> {
        if self.has(cx, key)? { Ok(()) } else { Err(Problem::not_found()) }
    }

    /// Refuses where no row of the account satisfies `condition`, whose `?` are `values`.
    pub fn require_where(
        &self,
        cx: &Context,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> Result<()> {
        if self.has_where(cx, condition, values)? { Ok(()) } else { Err(Problem::not_found()) }
    }

    /// How many rows of the account satisfy `condition`, whose `?` are `values`.
    pub fn count(&self, cx: &Context, condition: &str, values: &[&dyn ToSql]) -> Result<i64> {
        let sql = format!("SELECT count(*) FROM {} WHERE account = ? AND ({condition})", self.name);
        let account = cx.account()?;
        let values = std::iter::once(&account as &dyn ToSql).chain(values.iter().copied());
        Ok(cx
            .db
            .prepare_cached(&sql)?
            .query_row(rusqlite::params_from_iter(values), |row| row.get(0))?)
    }

    /// The id of the next row; never given twice, not even after a removal.
    pub fn next_id(&self, cx: &Context) -> Result<i64> {
        cx.next_id(self.name)
    }

    /// Adds a row to the account.
    pub fn insert(&self, cx: &Context, row: &T) -> Result<()> {
        self.insert_with(cx, row, &[])
    }

    /// Adds a row to the account, with values of columns that are no part of the object.
    pub fn insert_with(&self, cx: &Context, row: &T, columns: &[(&str, &dyn ToSql)]) -> Result<()> {
        let names: String = columns.iter().map(|(name, _)| format!(", {name}")).collect();
        let marks = ", ?".repeat(columns.len());
        let sql = format!("INSERT INTO {} (account, body{names}) VALUES (?, ?{marks})", self.name);
        let (account, body) = (cx.account()?, serde_json::to_string(row)?);
        let values = [&account as &dyn ToSql, &body]
            .into_iter()
            .chain(columns.iter().map(|(_, value)| *value));
        cx.db.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(values))?;
        Ok(())
    }

    /// Finds the row with this key, changes it and puts it back, unless `change` refuses.
    pub fn change(
        &self,
        cx: &Context,
        key: impl ToSql,
        change: impl FnOnce(&mut T) -> Result<()>,
    ) -> Result<T> {
        let mut row = self.find(cx, &key)?;
        change(&mut row)?;
        self.replace(cx, key, &row)?;
        Ok(row)
    }

    /// Puts `row` in the place of the row with this key.
    pub fn replace(&self, cx: &Context, key: impl ToSql, row: &T) -> Result<()> {
        let sql =
            format!("UPDATE {} SET body = ?3 WHERE account = ?1 AND {} = ?2", self.name, self.key);
        let changed = cx.db.prepare_cached(&sql)?.execute((
            cx.account()?,
            key,
            serde_json::to_string(row)?,
        ))?;
        if changed == 0 { Err(Problem::not_found()) } else { Ok(()) }
    }

    /// Removes the row with this key.
    pub fn remove(&self, cx: &Context, key: impl ToSql) -> Result<()> {
        let sql = format!("DELETE FROM {} WHERE account = ?1 AND {} = ?2", self.name, self.key);
        let removed = cx.db.prepare_cached(&sql)?.execute((cx.account()?, key))?;
        if removed == 0 { Err(Problem::not_found()) } else { Ok(()) }
    }

    fn body<R>(
        &self,
        cx: &Context,
        key: &dyn ToSql,
        read: impl FnOnce(&str) -> Result<R>,
    ) -> Result<R> {
        let sql =
            format!("SELECT body FROM {} WHERE account = ?1 AND {} = ?2", self.name, self.key);
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
        let Table { name, sort, order, .. } = self;
        let sql = format!(
            "SELECT body FROM {name} WHERE account = ? AND ({condition})
             ORDER BY {sort} {order} LIMIT ? OFFSET ?"
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
