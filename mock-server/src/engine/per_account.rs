//! A table with one row for each account: what an account has once, so that it needs no key.

use super::{
    context::Context,
    problem::Result,
    row_type::{Row, RowType},
    table::Table,
};

/// A `T` for each account.
pub struct PerAccount<T>(Table<T>);

impl<T: Row> PerAccount<T> {
    /// The table of this name.
    pub const fn new(name: &'static str) -> PerAccount<T> {
        PerAccount(Table::new(name, "account"))
    }

    /// What its rows read as.
    pub const fn row_type(&self) -> RowType {
        self.0.row_type()
    }

    /// What the account has.
    pub fn get(&self, cx: &Context) -> Result<T> {
        self.0.find(cx, cx.account()?)
    }

    /// Changes what the account has, unless `change` refuses.
    pub fn change(&self, cx: &Context, change: impl FnOnce(&mut T) -> Result<()>) -> Result<T> {
        self.0.change(cx, cx.account()?, change)
    }

    /// Gives the account what it has from now on.
    pub fn put(&self, cx: &Context, row: &T) -> Result<()> {
        let account = cx.account()?;
        if self.0.has(cx, account)? {
            self.0.replace(cx, account, row)
        } else {
            self.0.insert(cx, row)
        }
    }
}
