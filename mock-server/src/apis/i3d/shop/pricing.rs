//! What an order costs: whole cents, from the items that were chosen and the terms of the account.

use std::iter::Sum;

use serde::Serialize;

use super::products::{CalcConfig, CalcItem, CalcOrderItem};
use crate::apis::i3d::money::rate::Rate;

/// What makes the price of an order differ from the list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// What the account pays of the list price.
    pub margin_factor: Rate,
    /// What a coupon takes off the price, and off the setup.
    pub price_off: Rate,
    pub setup_off: Rate,
    /// The VAT, which comes on top.
    pub vat: Rate,
}

/// What is to be paid: `vat` comes on top of `price` and `setup`.
#[derive(Serialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amounts {
    pub price: i64,
    pub setup: i64,
    pub vat: i64,
}

impl Terms {
    /// The prices of the list, without VAT.
    pub(super) const LIST: Terms = Terms {
        margin_factor: Rate::WHOLE,
        price_off: Rate::NOTHING,
        setup_off: Rate::NOTHING,
        vat: Rate::NOTHING,
    };
}

impl Sum for Amounts {
    fn sum<I: Iterator<Item = Amounts>>(lines: I) -> Amounts {
        lines.fold(Amounts::default(), |sum, line| Amounts {
            price: sum.price + line.price,
            setup: sum.setup + line.setup,
            vat: sum.vat + line.vat,
        })
    }
}

/// What `quantity` times the chosen items cost. Each item is a line, rounded by itself; the order
/// is their sum.
pub(super) fn amounts(
    config: &CalcConfig,
    chosen: &[CalcOrderItem],
    quantity: i64,
    terms: &Terms,
) -> Amounts {
    chosen.iter().map(|line| line_amounts(config, chosen, line, quantity, terms)).sum()
}

fn line_amounts(
    config: &CalcConfig,
    chosen: &[CalcOrderItem],
    line: &CalcOrderItem,
    quantity: i64,
    terms: &Terms,
) -> Amounts {
    let Some(item) = config.item(line) else { return Amounts::default() };
    let to_pay = |list: i64, off: Rate| quantity * off.rest().of(terms.margin_factor.of(list));
    let price = to_pay(list_price(config, chosen, line), terms.price_off);
    let setup = to_pay(item.setup_price * line.quantity, terms.setup_off);
    Amounts { price, setup, vat: terms.vat.of(price + setup) }
}

/// The list price of a line: that of the item, and its share of the price of the linked group.
fn list_price(config: &CalcConfig, chosen: &[CalcOrderItem], line: &CalcOrderItem) -> i64 {
    let own = |line: &CalcOrderItem| config.item(line).map_or(0, |item| item.price * line.quantity);
    let linked = |item: &CalcItem| {
        let group = chosen.iter().filter(|other| other.group_id == item.price_link_group_id);
        let share = Rate(item.price_link_percentage * 100);
        share.of(group.map(own).sum()) * line.quantity
    };
    own(line) + config.item(line).map_or(0, linked)
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::Index};

    use super::{super::catalogue::catalogue, *};

    /// A configuration of the catalogue with some choice of its items, whether or not the rules
    /// would allow it.
    fn carts() -> impl Strategy<Value = (&'static CalcConfig, Vec<CalcOrderItem>)> {
        let offers = catalogue().categories.iter().flat_map(|it| &it.offers);
        let configs: Vec<_> = offers.map(|it| &it.config).collect();
        let choices = proptest::collection::vec((any::<bool>(), any::<Index>(), 1..256_i64), 9);
        (proptest::sample::select(configs), choices).prop_map(|(config, choices)| {
            let of_group = config.groups.iter().zip(choices).filter(|(_, (taken, ..))| *taken);
            let chosen = of_group.map(|(group, (_, index, quantity))| {
                let item_id = index.get(&group.items).id;
                CalcOrderItem { item_id, group_id: group.id, quantity }
            });
            (config, chosen.collect())
        })
    }

    fn terms() -> impl Strategy<Value = Terms> {
        (5000..15_000_u32, 0..=10_000_u32, 0..=10_000_u32, 0..=2700_u32).prop_map(
            |(factor, price, setup, vat)| Terms {
                margin_factor: Rate(factor),
                price_off: Rate(price),
                setup_off: Rate(setup),
                vat: Rate(vat),
            },
        )
    }

    proptest! {
        #[test]
        fn a_price_is_off_by_at_most_a_cent_a_line((config, chosen) in carts(), terms in terms()) {
            let list = |line| list_price(config, &chosen, line);
            let exact = |list: i64, off: Rate| {
                let factor = i64::from(terms.margin_factor.0);
                i128::from(list * factor * (10_000 - i64::from(off.0)))
            };
            let price: i128 = chosen.iter().map(|line| exact(list(line), terms.price_off)).sum();
            let setup: i128 = chosen.iter().map(|line| {
                exact(config.item(line).unwrap().setup_price * line.quantity, terms.setup_off)
            }).sum();
            let rounded = amounts(config, &chosen, 1, &terms);
            let most = 100_000_000 * chosen.len() as i128;
            prop_assert!((i128::from(rounded.price) * 100_000_000 - price).abs() <= most);
            prop_assert!((i128::from(rounded.setup) * 100_000_000 - setup).abs() <= most);
        }

        #[test]
        fn many_cost_as_much_as_one_so_often(
            (config, chosen) in carts(),
            quantity in 1..=100_i64,
            terms in terms(),
        ) {
            let one = amounts(config, &chosen, 1, &terms);
            let many = amounts(config, &chosen, quantity, &terms);
            let often = (one.price * quantity, one.setup * quantity);
            prop_assert_eq!((many.price, many.setup), often);
        }

        #[test]
        fn rounding_takes_or_gives_at_most_half_a_cent_a_line(
            (config, chosen) in carts(),
            terms in terms(),
        ) {
            let net = amounts(config, &chosen, 1, &terms);
            let exact = (net.price + net.setup) * i64::from(terms.vat.0);
            let error = (net.vat * 10_000 - exact).abs();
            prop_assert!(error <= 5000 * chosen.len() as i64, "{net:?}");
        }

        #[test]
        fn a_coupon_never_makes_an_order_dearer((config, chosen) in carts(), terms in terms()) {
            let without = Terms { price_off: Rate::NOTHING, setup_off: Rate::NOTHING, ..terms };
            let with = amounts(config, &chosen, 1, &terms);
            let without = amounts(config, &chosen, 1, &without);
            prop_assert!(with.price <= without.price && with.setup <= without.setup);
            prop_assert!(with.vat <= without.vat);
        }

        #[test]
        fn one_item_more_never_makes_an_order_cheaper(
            (config, mut chosen) in carts(),
            terms in terms(),
        ) {
            let more = amounts(config, &chosen, 1, &terms);
            chosen.pop();
            let less = amounts(config, &chosen, 1, &terms);
            prop_assert!(less.price <= more.price && less.setup <= more.setup);
            prop_assert!(less.vat <= more.vat);
        }
    }

    #[test]
    fn an_item_may_cost_a_part_of_what_another_group_costs() {
        let offers = catalogue().categories[0].offers.iter().map(|it| &it.config);
        let config = offers.into_iter().find(|it| it.id == 101).unwrap();
        let chosen = |item_id, group_id| CalcOrderItem { item_id, group_id, quantity: 1 };
        let (processor, plus) = (chosen(11001, 1100), chosen(11802, 1180));
        assert_eq!(list_price(config, &[processor, plus.clone()], &plus), 1995 + 1975);
        assert_eq!(list_price(config, std::slice::from_ref(&plus), &plus), 1995);
    }
}
