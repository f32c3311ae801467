//! A table with one row for each account: what there is once, and so has no key of its own.

use super::{
    context::Context,
    problem::Result,
    table::{Row, Table},
};

/// A `T` for each account.
pub struct PerAccount<T>(Table<T>);

impl<T: Row> PerAccount<T> {
    /// The table of this name.
    pub const fn new(name: &'static str) -> PerAccount<T> {
        PerAccount(Table::new(name, "account"))
    }

    /// What the account has.
    pub fn get(&self, cx: &Context) -> Result<T> {
        self.0.find(cx, cx.account()?)
    }
}
