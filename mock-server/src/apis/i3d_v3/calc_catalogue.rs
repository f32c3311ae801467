//! What the shop sells: categories, their groups of items, ready-made configurations at locations, and coupons.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use serde::{Deserialize, Serialize};

use super::{
    calc_pricing::{Rate, Terms, amounts},
    world::data,
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

/// Bits of the flags of a configuration.
const IMMUTABLE: i64 = 1;
const INSTANT_CONFIG: i64 = 2;
const ALLOW_DOWNGRADE: i64 = 4;
const PRIVATE_CONFIG: i64 = 64;

/// Bits of the flags of a group.
const HAS_QUANTITY: i64 = 1;
const ALLOW_EMPTY: i64 = 4;
const EXCLUDE_FROM_UPGRADES: i64 = 64;

/// The type of the group whose items are priced by the TB.
const TRAFFIC: &str = "traffic";

#[derive(Serialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct CalcConfig {
    pub id: i64,
    tag: i64,
    pub location_id: i64,
    price: i64,
    setup: i64,
    pub flags: i64,
    bw_price_dedi: i64,
    bw_price_colo: i64,
    fixed: bool,
    no_downgrade: bool,
    pub instant_deliverable: bool,
    pub groups: Vec<CalcGroup>,
}

#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct CalcGroup {
    pub id: i64,
    pub name: String,
    code: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    pub fixed: bool,
    step: i64,
    flags: i64,
    #[serde(default)]
    pub no_downgrade: bool,
    #[serde(default)]
    display_order: usize,
    #[serde(default)]
    pub dependency_group_id: i64,
    #[serde(default)]
    pub dependency_item_ids: Vec<i64>,
    #[serde(default)]
    notes: String,
    pub items: Vec<CalcItem>,
    /// 0 where nothing is chosen unless asked for.
    #[serde(default)]
    pub default_item_id: i64,
}

#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct CalcItem {
    pub id: i64,
    code: String,
    pub name: String,
    #[serde(default)]
    short_name: String,
    #[serde(default)]
    ident: String,
    #[serde(default = "one")]
    quantity: i64,
    #[serde(default)]
    specifications: Vec<CalcItemSpecification>,
    #[serde(default)]
    flags: i64,
    #[serde(default)]
    pub price: i64,
    #[serde(default)]
    pub setup_price: i64,
    #[serde(default)]
    pub price_link_group_id: i64,
    #[serde(default)]
    pub price_link_percentage: u32,
    #[serde(default)]
    display_order: usize,
    #[serde(default)]
    pub exclude_configs: Vec<i64>,
    #[serde(default)]
    pub exclude_location_ids: Vec<i64>,
}

#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
struct CalcItemSpecification {
    id: i64,
    name: String,
    value: String,
    data_type: String,
    mandatory: i64,
}

/// An item that was chosen of a group, and how many of it.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(super) struct CalcOrderItem {
    pub item_id: i64,
    pub group_id: i64,
    pub quantity: i64,
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
    Ok(CATALOGUE.categories.iter().map(|it| CalcCategory { id: it.id, name: &it.name }).collect())
}

/// Private configurations are for those who were told their tag.
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
        let sold = CATALOGUE.categories.iter().filter(|it| sold_at(it, location.location_id));
        CalcCategoryLocation { category_ids: sold.map(|it| it.id).collect(), location }
    };
    Ok(CATALOGUE.locations.iter().map(shown).collect())
}

/// Everything that the shop knows.
pub(super) struct Catalogue {
    pub categories: Vec<Category>,
    pub coupons: Vec<Coupon>,
    pub reseller_types: Vec<ResellerType>,
    /// The VAT of each country of the EU.
    pub vat: BTreeMap<String, Rate>,
    locations: Vec<Location>,
}

/// A category with all that it sells.
pub(super) struct Category {
    pub id: i64,
    pub name: String,
    groups: Vec<CalcGroup>,
    pub offers: Vec<Offer>,
}

/// A configuration at a location, with what the catalogue does not show of it.
pub(super) struct Offer {
    pub config: CalcConfig,
    pub name: String,
    pub city: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    location_id: i64,
    country_name: String,
    country_name_short: String,
    region_id: i64,
    region_name: String,
    continent: String,
    city: String,
    location_bw_price_dedi: i64,
    location_bw_overuse_price_dedi: i64,
    location_bw_price_colo: i64,
    location_bw_overuse_price_colo: i64,
}

/// What a coupon takes off, where, and until when.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Coupon {
    pub tag: String,
    pub price_off: Rate,
    pub setup_off: Rate,
    /// `None` for all categories.
    pub category_ids: Option<Vec<i64>>,
    pub until: Option<i64>,
}

/// What accounts of this type pay for a cent of the list, by category.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResellerType {
    pub id: i64,
    pub name: String,
    #[serde(default)]
    pub margin_factors: BTreeMap<i64, Rate>,
}

/// Everything that the shop knows.
pub(super) fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

/// The category of this name.
pub(super) fn category(name: &str) -> Result<&'static Category> {
    CATALOGUE.categories.iter().find(|it| it.name == name).ok_or_else(Problem::not_found)
}

/// The configuration with this tag, and its category.
pub(super) fn offer(tag: &str) -> Option<(&'static Category, &'static Offer)> {
    let tag: i64 = tag.parse().ok()?;
    let offers = CATALOGUE.categories.iter().flat_map(|it| it.offers.iter().map(move |offer| (it, offer)));
    offers.into_iter().find(|(_, offer)| offer.config.tag == tag)
}

impl CalcConfig {
    /// What an order of it begins with.
    pub(super) fn defaults(&self) -> Vec<CalcOrderItem> {
        let chosen = self.groups.iter().filter(|group| group.default_item_id > 0);
        chosen.map(CalcGroup::default_choice).collect()
    }

    pub(super) fn group(&self, id: i64) -> Option<&CalcGroup> {
        self.groups.iter().find(|group| group.id == id)
    }

    pub(super) fn item(&self, chosen: &CalcOrderItem) -> Option<&CalcItem> {
        self.group(chosen.group_id)?.item(chosen.item_id)
    }

    fn is_public(&self) -> bool {
        self.flags & PRIVATE_CONFIG == 0
    }
}

impl CalcGroup {
    pub(super) fn has_quantity(&self) -> bool {
        self.flags & HAS_QUANTITY != 0
    }

    pub(super) fn allows_empty(&self) -> bool {
        self.flags & ALLOW_EMPTY != 0
    }

    pub(super) fn item(&self, id: i64) -> Option<&CalcItem> {
        self.items.iter().find(|item| item.id == id)
    }

    /// One of its default item.
    pub(super) fn default_choice(&self) -> CalcOrderItem {
        CalcOrderItem { item_id: self.default_item_id, group_id: self.id, quantity: 1 }
    }
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let file: File = serde_json::from_str(data!("calc_catalogue")).expect("the catalogue is well-formed");
    let categories = file.categories.into_iter().map(|it| it.category(&file.locations)).collect();
    Catalogue {
        categories,
        coupons: file.coupons,
        reseller_types: file.reseller_types,
        vat: file.vat,
        locations: file.locations,
    }
});

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    locations: Vec<Location>,
    categories: Vec<CategoryOfFile>,
    coupons: Vec<Coupon>,
    reseller_types: Vec<ResellerType>,
    vat: BTreeMap<String, Rate>,
}

#[derive(Deserialize)]
struct CategoryOfFile {
    id: i64,
    name: String,
    /// Whether its traffic has the price of colocation, and not that of dedicated servers.
    #[serde(default)]
    colocation: bool,
    groups: Vec<CalcGroup>,
    configs: Vec<ConfigOfFile>,
}

#[derive(Deserialize)]
struct ConfigOfFile {
    name: String,
    flags: i64,
    /// The ids of what an order of it begins with.
    items: Vec<i64>,
    offers: Vec<OfferOfFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfferOfFile {
    id: i64,
    tag: i64,
    location_id: i64,
}

impl CategoryOfFile {
    fn category(mut self, locations: &[Location]) -> Category {
        for (order, group) in (1..).zip(&mut self.groups) {
            group.complete(order);
        }
        let offers = self.configs.iter().flat_map(|config| config.offers.iter().map(move |it| (config, it)));
        let offers = offers.map(|(config, place)| {
            let location = locations.iter().find(|it| it.location_id == place.location_id);
            self.offer(config, place, location.expect("an offer names a known location"))
        });
        Category {
            offers: offers.collect(),
            id: self.id,
            name: self.name.clone(),
            groups: self.groups.clone(),
        }
    }

    fn offer(&self, of_file: &ConfigOfFile, place: &OfferOfFile, location: &Location) -> Offer {
        let flags = of_file.flags;
        let mut config = CalcConfig {
            id: place.id,
            tag: place.tag,
            location_id: place.location_id,
            price: 0,
            setup: 0,
            flags,
            bw_price_dedi: location.location_bw_price_dedi,
            bw_price_colo: location.location_bw_price_colo,
            fixed: flags & IMMUTABLE != 0,
            no_downgrade: flags & ALLOW_DOWNGRADE == 0,
            instant_deliverable: flags & INSTANT_CONFIG != 0,
            groups: self.groups.clone(),
        };
        let price_of_tb = if self.colocation { config.bw_price_colo } else { config.bw_price_dedi };
        for group in &mut config.groups {
            group.fixed |= config.fixed;
            group.no_downgrade |= config.no_downgrade && group.flags & EXCLUDE_FROM_UPGRADES == 0;
            let begun = group.items.iter().find(|item| of_file.items.contains(&item.id));
            group.default_item_id = begun.map_or(0, |item| item.id);
            for item in group.items.iter_mut().filter(|_| group.kind == TRAFFIC) {
                item.price = item.quantity * price_of_tb;
            }
        }
        let list = amounts(&config, &config.defaults(), 1, &Terms::LIST);
        (config.price, config.setup) = (list.price, list.setup);
        Offer { config, name: of_file.name.clone(), city: location.city.clone() }
    }
}

impl CalcGroup {
    /// Fills in what follows from the place in the file.
    fn complete(&mut self, order: usize) {
        self.display_order = order;
        for (order, item) in (1..).zip(&mut self.items) {
            item.display_order = order;
            if item.short_name.is_empty() {
                item.short_name.clone_from(&item.name);
            }
        }
        self.default_item_id = if self.allows_empty() { 0 } else { self.items[0].id };
    }
}

fn one() -> i64 {
    1
}
