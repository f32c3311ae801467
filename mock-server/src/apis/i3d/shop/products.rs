//! What the shop sells: categories, their groups of items, and ready-made configurations at
//! locations; and what changes the price of them, such as coupons.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::apis::i3d::money::rate::Rate;

/// A bit of the flags of a configuration.
const PRIVATE_CONFIG: i64 = 64;

/// Bits of the flags of a group.
const HAS_QUANTITY: i64 = 1;
const ALLOW_EMPTY: i64 = 4;

#[derive(Serialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct CalcConfig {
    pub id: i64,
    pub tag: i64,
    pub location_id: i64,
    pub price: i64,
    pub setup: i64,
    pub flags: i64,
    pub bw_price_dedi: i64,
    pub bw_price_colo: i64,
    pub fixed: bool,
    pub no_downgrade: bool,
    pub instant_deliverable: bool,
    pub groups: Vec<CalcGroup>,
}

#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct CalcGroup {
    pub id: i64,
    pub name: String,
    pub code: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub fixed: bool,
    pub step: i64,
    pub flags: i64,
    #[serde(default)]
    pub no_downgrade: bool,
    #[serde(default)]
    pub display_order: usize,
    #[serde(default)]
    pub dependency_group_id: i64,
    #[serde(default)]
    pub dependency_item_ids: Vec<i64>,
    #[serde(default)]
    pub notes: String,
    pub items: Vec<CalcItem>,
    /// 0 where nothing is chosen unless asked for.
    #[serde(default)]
    pub default_item_id: i64,
}

#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct CalcItem {
    pub id: i64,
    pub code: String,
    pub name: String,
    #[serde(default)]
    pub short_name: String,
    #[serde(default)]
    pub ident: String,
    #[serde(default = "one")]
    pub quantity: i64,
    #[serde(default)]
    specifications: Vec<CalcItemSpecification>,
    #[serde(default)]
    pub flags: i64,
    #[serde(default)]
    pub price: i64,
    #[serde(default)]
    pub setup_price: i64,
    #[serde(default)]
    pub price_link_group_id: i64,
    #[serde(default)]
    pub price_link_percentage: u32,
    #[serde(default)]
    pub display_order: usize,
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

/// Everything that the shop knows.
pub(super) struct Catalogue {
    pub categories: Vec<Category>,
    pub coupons: Vec<Coupon>,
    pub reseller_types: Vec<ResellerType>,
    /// The VAT of each country of the EU.
    pub vat: BTreeMap<String, Rate>,
    pub locations: Vec<Location>,
}

/// A category with all that it sells.
pub(super) struct Category {
    pub id: i64,
    pub name: String,
    pub groups: Vec<CalcGroup>,
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
pub(super) struct Location {
    pub location_id: i64,
    pub country_name: String,
    pub country_name_short: String,
    pub region_id: i64,
    pub region_name: String,
    pub continent: String,
    pub city: String,
    pub location_bw_price_dedi: i64,
    pub location_bw_overuse_price_dedi: i64,
    pub location_bw_price_colo: i64,
    pub location_bw_overuse_price_colo: i64,
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

    /// Private ones are not listed: an order names their tag.
    pub(super) fn is_public(&self) -> bool {
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

fn one() -> i64 {
    1
}
