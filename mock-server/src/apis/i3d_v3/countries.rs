//! The countries of the world, for addresses and ping sites.

use std::{collections::BTreeSet, sync::LazyLock};

use serde::Deserialize;

use super::{catalogue::Catalogue, world::data};
use crate::engine::{Context, Operation, Page, Result, Rows, read};

pub(super) fn operations() -> [Operation; 1] {
    [read("getCountries", list)]
}

static COUNTRIES: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::parse(data!("countries")));

static CODES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let countries: Vec<Country> = serde_json::from_str(data!("countries")).expect("every country has a code");
    countries.into_iter().map(|country| country.code).collect()
});

#[derive(Deserialize)]
struct Country {
    code: String,
}

fn list(_: &Context, page: Page) -> Result<Rows> {
    Ok(COUNTRIES.page(page))
}

/// Whether a country has this code, in letters of either case.
pub(super) fn has_code(code: &str) -> bool {
    CODES.contains(&code.to_ascii_uppercase())
}
