//! Reads the data file of the shop and completes the catalogue: the file has no figure that follows
//! from others.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    pricing::{Terms, amounts},
    products::{CalcConfig, CalcGroup, Catalogue, Category, Coupon, Location, Offer, ResellerType},
};
use crate::apis::i3d::{money::rate::Rate, reference::data::data};

/// Bits of the flags of a configuration.
const IMMUTABLE: i64 = 1;
const INSTANT_CONFIG: i64 = 2;
const ALLOW_DOWNGRADE: i64 = 4;

/// A bit of the flags of a group.
const EXCLUDE_FROM_UPGRADES: i64 = 64;

/// The type of the group whose items are priced by the TB.
const TRAFFIC: &str = "traffic";

/// Reads the file; panics on a malformed one, because it ships with the program.
pub(super) fn read() -> Catalogue {
    let file: File =
        serde_json::from_str(data!("shop/catalogue")).expect("the catalogue is well-formed");
    let categories = file.categories.into_iter().map(|it| it.category(&file.locations)).collect();
    Catalogue {
        categories,
        coupons: file.coupons,
        reseller_types: file.reseller_types,
        vat: file.vat,
        locations: file.locations,
    }
}

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
    /// Whether its traffic is priced as for colocation; otherwise as for dedicated servers.
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
            complete(group, order);
        }
        let offers =
            self.configs.iter().flat_map(|config| config.offers.iter().map(move |it| (config, it)));
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
            let default = group.items.iter().find(|item| of_file.items.contains(&item.id));
            group.default_item_id = default.map_or(0, |item| item.id);
            for item in group.items.iter_mut().filter(|_| group.kind == TRAFFIC) {
                item.price = item.quantity * price_of_tb;
            }
        }
        let list = amounts(&config, &config.defaults(), 1, &Terms::LIST);
        (config.price, config.setup) = (list.price, list.setup);
        Offer { config, name: of_file.name.clone(), city: location.city.clone() }
    }
}

/// Fills in what follows from the place in the file.
fn complete(group: &mut CalcGroup, order: usize) {
    group.display_order = order;
    for (order, item) in (1..).zip(&mut group.items) {
        item.display_order = order;
        if item.short_name.is_empty() {
            item.short_name.clone_from(&item.name);
        }
    }
    group.default_item_id = if group.allows_empty() { 0 } else { group.items[0].id };
}
