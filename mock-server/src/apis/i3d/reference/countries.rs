//! The countries of the world, for addresses and ping sites.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::catalogue::Catalogue;
use crate::{
    apis::i3d::reference::data::data,
    engine::{Context, Operation, Page, Result, Rows, read},
};

pub(super) fn operations() -> [Operation; 1] {
    [read("getCountries", list)]
}

static COUNTRIES: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::parse(data!("reference/countries")));

/// Their names, by code.
static NAMES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let countries: Vec<Country> =
        serde_json::from_str(data!("reference/countries")).expect("every country has a name");
    countries.into_iter().map(|country| (country.code, country.name)).collect()
});

#[derive(Deserialize)]
struct Country {
    code: String,
    name: String,
}

fn list(_: &Context, page: Page) -> Result<Rows> {
    Ok(COUNTRIES.page(page))
}

/// Whether a country has this code, in letters of either case.
pub(in crate::apis::i3d) fn has_code(code: &str) -> bool {
    name(code).is_some()
}

/// The name of the country with this code, in letters of either case.
pub(in crate::apis::i3d) fn name(code: &str) -> Option<&'static str> {
    NAMES.get(&code.to_ascii_uppercase()).map(String::as_str)
}
