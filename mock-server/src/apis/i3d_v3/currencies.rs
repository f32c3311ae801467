//! The currencies that prices come in.

use std::sync::LazyLock;

use super::{catalogue::Catalogue, world::data};
use crate::engine::{Context, Operation, Page, Result, Rows, read};

pub(super) fn operations() -> [Operation; 1] {
    [read("getCurrencies", list)]
}

static CURRENCIES: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::parse(data!("currencies")));

fn list(_: &Context) -> Result<Rows> {
    Ok(CURRENCIES.page(Page::ALL))
}
