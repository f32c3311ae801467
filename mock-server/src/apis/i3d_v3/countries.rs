//! The countries of the world, for addresses and ping sites.

use std::sync::LazyLock;

use super::{catalogue::Catalogue, world::data};
use crate::engine::{Context, Operation, Page, Result, Rows, read};

pub(super) fn operations() -> [Operation; 1] {
    [read("getCountries", list)]
}

static COUNTRIES: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::parse(data!("countries")));

fn list(_: &Context, page: Page) -> Result<Rows> {
    Ok(COUNTRIES.page(page))
}
