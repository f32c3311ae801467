//! A table whose rows stand at a location: a caller sees those of the location that is asked for,
//! and of them those that their token opens.
//!
//! Its columns are `account`, `location`, `body` and the generated `place`, which is the location,
//! a slash and the key, unique for each account.

use rusqlite::ToSql;

use super::{brand, refusals, token};
use crate::engine::{
    Caller, Context, Page, Problem, ProblemKind, Result, Row, RowType, Rows, Table,
};

/// A `T` of an account at a location, by a key that the object shows.
pub(in crate::apis::warren) struct Located<T> {
    table: Table<T>,
    /// What becomes of a key that names nothing there.
    unknown: fn(&str) -> Problem,
    /// The billing account that pays for a row, in SQL; `None` where none does.
    payer: Option<&'static str>,
}

impl<T: Row> Located<T> {
    pub(in crate::apis::warren) const fn new(
        name: &'static str,
        unknown: fn(&str) -> Problem,
    ) -> Located<T> {
        Located { table: Table::new(name, "place"), unknown, payer: None }
    }

    /// What its rows read as.
    pub(in crate::apis::warren) const fn row_type(&self) -> RowType {
        self.table.row_type()
    }

    /// The same table, whose rows are paid for by the billing account that this SQL tells.
    pub(in crate::apis::warren) const fn paid_by(self, payer: &'static str) -> Located<T> {
        Located { payer: Some(payer), ..self }
    }

    /// The same table, listed by another column than its key.
    pub(in crate::apis::warren) const fn sorted_by(self, column: &'static str) -> Located<T> {
        Located { table: self.table.sorted_by(column), ..self }
    }

    /// All rows of the location that the token opens, as the texts that the database holds.
    pub(in crate::apis::warren) fn list(&self, cx: &Context) -> Result<Rows> {
        self.list_where(cx, "TRUE", &[])
    }

    /// Those of them that satisfy `condition`, whose `?` are `values`.
    pub(in crate::apis::warren) fn list_where(
        &self,
        cx: &Context,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> Result<Rows> {
        let condition = self.opened(cx, condition)?;
        let (condition, values) = here(&condition, values, location(cx)?);
        self.table.page_where(cx, Page::ALL, &condition, &as_refs(&values))
    }

    /// The same, parsed.
    pub(in crate::apis::warren) fn listed(
        &self,
        cx: &Context,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> Result<Vec<T>> {
        self.rows_where(cx, &self.opened(cx, condition)?, values)
    }

    /// The rows of the location that satisfy `condition`, whoever pays for them, parsed.
    pub(in crate::apis::warren) fn rows_where(
        &self,
        cx: &Context,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> Result<Vec<T>> {
        let (condition, values) = here(condition, values, location(cx)?);
        self.table.rows_where(cx, Page::ALL, &condition, &as_refs(&values))
    }

    /// Whether a row of the location satisfies `condition`, whose `?` are `values`.
    pub(in crate::apis::warren) fn has_where(
        &self,
        cx: &Context,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> Result<bool> {
        let (condition, values) = here(condition, values, location(cx)?);
        self.table.has_where(cx, &condition, &as_refs(&values))
    }

    /// One row that the token opens, parsed.
    pub(in crate::apis::warren) fn find(&self, cx: &Context, key: &str) -> Result<T> {
        self.permit(cx, key)?;
        self.known(key, self.table.find(cx, place(cx, key)?))
    }

    /// Refuses a key that no row of the location has, or one that the token does not open.
    pub(in crate::apis::warren) fn require(&self, cx: &Context, key: &str) -> Result<()> {
        self.permit(cx, key)?;
        self.known(key, self.table.require(cx, place(cx, key)?))
    }

    /// Adds a row to the location.
    pub(in crate::apis::warren) fn insert(&self, cx: &Context, row: &T) -> Result<()> {
        self.table.insert_with(cx, row, &[("location", &location(cx)?)])
    }

    /// Finds the row with this key, changes it and puts it back, unless `change` refuses.
    pub(in crate::apis::warren) fn change(
        &self,
        cx: &Context,
        key: &str,
        change: impl FnOnce(&mut T) -> Result<()>,
    ) -> Result<T> {
        let mut row = self.find(cx, key)?;
        change(&mut row)?;
        self.replace(cx, key, &row)?;
        Ok(row)
    }

    /// Puts `row` in the place of the row with this key, whoever pays for it.
    pub(in crate::apis::warren) fn replace(&self, cx: &Context, key: &str, row: &T) -> Result<()> {
        self.known(key, self.table.replace(cx, place(cx, key)?, row))
    }

    /// Removes the row with this key.
    pub(in crate::apis::warren) fn remove(&self, cx: &Context, key: &str) -> Result<()> {
        self.permit(cx, key)?;
        self.known(key, self.table.remove(cx, place(cx, key)?))
    }

    /// Does something for every row of the world, as its owner at its location.
    pub(in crate::apis::warren) fn for_each(
        &self,
        cx: &Context,
        arrive: impl Fn(&Context, T) -> Result<()>,
    ) -> Result<()> {
        let table = self.table.name();
        let sql = format!("SELECT account, location, body FROM {table} ORDER BY rowid");
        let mut statement = cx.db.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (account, slug, body): (i64, String, String) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let cx = &cx.on_behalf_of(account);
            let location = brand::of_caller(cx)?.location(&slug).ok_or_else(|| {
                let text = format!("{table} of {account}: its brand has no location {slug}");
                Problem::malformed(text)
            })?;
            let caller = Caller { server_variable: Some(&location.slug), ..cx.caller };
            arrive(&cx.with_caller(caller), serde_json::from_str(&body)?)?;
        }
        Ok(())
    }

    /// Refuses a row that the token does not open.
    fn permit(&self, cx: &Context, key: &str) -> Result<()> {
        let (Some(payer), Some(only)) = (self.payer, token::bound_to(cx)?) else { return Ok(()) };
        let of_another = format!("place = ? AND {payer} <> ?");
        match self.table.has_where(cx, &of_another, &[&place(cx, key)?, &only])? {
            true => Err(refusals::resource_forbidden()),
            false => Ok(()),
        }
    }

    /// `condition`, narrowed to the rows that the token opens.
    fn opened(&self, cx: &Context, condition: &str) -> Result<String> {
        Ok(match (self.payer, token::bound_to(cx)?) {
            (Some(payer), Some(only)) => format!("{payer} = {only} AND ({condition})"),
            _ => condition.to_owned(),
        })
    }

    fn known<R>(&self, key: &str, found: Result<R>) -> Result<R> {
        found.map_err(|problem| match problem.kind {
            ProblemKind::NotFound => (self.unknown)(key),
            _ => problem,
        })
    }
}

/// `condition` with the location before it.
fn here<'a>(
    condition: &str,
    values: &[&'a dyn ToSql],
    location: &'static str,
) -> (String, Vec<Value<'a>>) {
    let all = std::iter::once(Value::Location(location));
    let all = all.chain(values.iter().map(|value| Value::Other(*value)));
    (format!("location = ? AND ({condition})"), all.collect())
}

/// A value of a condition.
enum Value<'a> {
    Location(&'static str),
    Other(&'a dyn ToSql),
}

fn as_refs<'a>(values: &'a [Value<'a>]) -> Vec<&'a dyn ToSql> {
    let value = |value: &'a Value<'a>| match value {
        Value::Location(slug) => slug as &dyn ToSql,
        Value::Other(other) => *other,
    };
    values.iter().map(value).collect()
}

/// The context of a customer at the default location of their brand.
pub(in crate::apis::warren) fn at_default<'a>(
    cx: &Context<'a>,
    account: i64,
) -> Result<Context<'a>> {
    let cx = cx.on_behalf_of(account);
    let location = brand::of_caller(&cx)?.default_location();
    Ok(cx.with_caller(Caller { server_variable: Some(&location.slug), ..cx.caller }))
}

/// The location that the request is about.
pub(in crate::apis::warren) fn location(cx: &Context) -> Result<&'static str> {
    cx.caller.server_variable.ok_or_else(|| Problem::internal("a customer is at a location"))
}

fn place(cx: &Context, key: &str) -> Result<String> {
    Ok(format!("{}/{key}", location(cx)?))
}
