//! The catalogue of the shop, which is open to everybody.

use std::{collections::BTreeSet, sync::LazyLock};

use serde::{Deserialize, Serialize};

use super::{
    catalogue_file,
    products::{CalcConfig, CalcGroup, Catalogue, Category, Location, Offer},
};
use crate::engine::{Context, Operation, Params, Problem, Result, read};

pub(super) fn operations() -> [Operation; 4] {
    [
        read("getCalcCategories", list_categories),
        read("getCalcConfig", list_configs),
        read("getCalcItem", list_groups),
        read("getCalcLocations", list_locations),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByCategory {
    category_name: String,
}

#[derive(Serialize)]
struct CalcCategory {
    id: i64,
    name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CalcCategoryLocation {
    category_ids: BTreeSet<i64>,
    #[serde(flatten)]
    location: &'static Location,
}

fn list_categories(_: &Context) -> Result<Vec<CalcCategory>> {
    Ok(catalogue().categories.iter().map(|it| CalcCategory { id: it.id, name: &it.name }).collect())
}

/// Private configurations are not listed: an order names their tag.
fn list_configs(_: &Context, Params(by): Params<ByCategory>) -> Result<Vec<&'static CalcConfig>> {
    let category = category(&by.category_name)?;
    Ok(category.offers.iter().map(|it| &it.config).filter(|it| it.is_public()).collect())
}

fn list_groups(_: &Context, Params(by): Params<ByCategory>) -> Result<Vec<&'static CalcGroup>> {
    Ok(category(&by.category_name)?.groups.iter().collect())
}

fn list_locations(_: &Context) -> Result<Vec<CalcCategoryLocation>> {
    let sold_at = |category: &Category, id| {
        category.offers.iter().any(|it| it.config.is_public() && it.config.location_id == id)
    };
    let shown = |location: &'static Location| {
        let sold = catalogue().categories.iter().filter(|it| sold_at(it, location.location_id));
        CalcCategoryLocation { category_ids: sold.map(|it| it.id).collect(), location }
    };
    Ok(catalogue().locations.iter().map(shown).collect())
}

/// Everything that the shop knows.
pub(super) fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(catalogue_file::read);
    &CATALOGUE
}

/// The category of this name.
pub(super) fn category(name: &str) -> Result<&'static Category> {
    catalogue().categories.iter().find(|it| it.name == name).ok_or_else(Problem::not_found)
}

/// The configuration with this tag, and its category.
pub(super) fn offer(tag: &str) -> Option<(&'static Category, &'static Offer)> {
    let tag: i64 = tag.parse().ok()?;
    let offers =
        catalogue().categories.iter().flat_map(|it| it.offers.iter().map(move |offer| (it, offer)));
    offers.into_iter().find(|(_, offer)| offer.config.tag == tag)
}
