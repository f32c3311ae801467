//! What an order may hold: the rules that configurations, groups and items state, all checked at
//! once.

use openapi::Violation;

use super::products::{CalcConfig, CalcGroup, CalcItem, CalcOrderItem};

/// How many times all of an order can be ordered.
const QUANTITY_MAX: i64 = 100;
/// How many of one item an order can hold, where the group has a quantity.
const ITEM_QUANTITY_MAX: i64 = 256;

/// Every rule that an order breaks, with the property at fault.
pub(super) fn violations(
    config: &CalcConfig,
    quantity: i64,
    chosen: &[CalcOrderItem],
) -> Vec<Violation> {
    let mut found = Vec::new();
    if !(1..=QUANTITY_MAX).contains(&quantity) {
        found.push(Violation::new("quantity", format!("must be from 1 to {QUANTITY_MAX}")));
    }
    let groups = config.groups.len();
    if chosen.len() > groups {
        // Without this, the answer could be as long as a request makes it.
        found.push(Violation::new(
            "items",
            format!("must have at most {groups} items, one of each group"),
        ));
        return found;
    }
    for index in 0..chosen.len() {
        let broken = line_errors(config, chosen, index).into_iter();
        found.extend(
            broken.map(|(name, why)| Violation::new(format!("items[{index}].{name}"), why)),
        );
    }
    let missing = config.groups.iter().filter(|group| is_missing(config, chosen, group));
    found.extend(
        missing.map(|group| Violation::new("items", format!("must have one of {}", group.name))),
    );
    found
}

/// What is wrong with a line: the names of its properties, each with the reason.
fn line_errors(
    config: &CalcConfig,
    chosen: &[CalcOrderItem],
    index: usize,
) -> Vec<(&'static str, String)> {
    let line = &chosen[index];
    let Some(group) = config.group(line.group_id) else {
        return vec![("groupId", "is no group of the category".to_owned())];
    };
    let mut found = Vec::new();
    if chosen[..index].iter().any(|other| other.group_id == group.id) {
        found.push(("groupId", "stands twice".to_owned()));
    }
    if !is_relevant(group, chosen) {
        let needed = config.group(group.dependency_group_id).map_or("", |group| &group.name);
        found.push(("groupId", format!("needs another choice of {needed}")));
    }
    let most = if group.has_quantity() && !group.fixed { ITEM_QUANTITY_MAX } else { 1 };
    if !(1..=most).contains(&line.quantity) {
        found.push(("quantity", format!("must be from 1 to {most}")));
    }
    match group.item(line.item_id) {
        None => found.push(("itemId", "is no item of the group".to_owned())),
        Some(item) => {
            found.extend(item_error(config, group, item).map(|why| ("itemId", why.to_owned())))
        }
    }
    found
}

/// Why an order of this configuration cannot have the item.
fn item_error(config: &CalcConfig, group: &CalcGroup, item: &CalcItem) -> Option<&'static str> {
    if item.exclude_configs.contains(&config.id) {
        Some("is not offered in this configuration")
    } else if item.exclude_location_ids.contains(&config.location_id) {
        Some("is not offered at this location")
    } else if group.fixed && item.id != group.default_item_id {
        Some("cannot be changed")
    } else if group.no_downgrade && is_downgrade(group, item) {
        Some("is less than what the configuration begins with")
    } else {
        None
    }
}

/// Whether the item is smaller than the default: of two items, the cheaper is the smaller.
fn is_downgrade(group: &CalcGroup, item: &CalcItem) -> bool {
    group.item(group.default_item_id).is_some_and(|default| item.price < default.price)
}

/// Whether what the group depends on is chosen.
fn is_relevant(group: &CalcGroup, chosen: &[CalcOrderItem]) -> bool {
    let items = &group.dependency_item_ids;
    let satisfies = |line: &CalcOrderItem| {
        line.group_id == group.dependency_group_id
            && (items.is_empty() || items.contains(&line.item_id))
    };
    group.dependency_group_id == 0 || chosen.iter().any(satisfies)
}

/// Whether the order lacks an item of the group that it must have.
fn is_missing(config: &CalcConfig, chosen: &[CalcOrderItem], group: &CalcGroup) -> bool {
    let keeps_default = group.default_item_id > 0 && (group.fixed || group.no_downgrade);
    let is_empty = !chosen.iter().any(|line| line.group_id == group.id);
    let offered = group.items.iter().any(|item| item_error(config, group, item).is_none());
    is_empty && offered && is_relevant(group, chosen) && (keeps_default || !group.allows_empty())
}

#[cfg(test)]
mod tests {
    use super::{
        super::catalogue::{catalogue, offer},
        *,
    };

    /// A configuration, and what an order of it begins with.
    fn started(tag: &str) -> (&'static CalcConfig, Vec<CalcOrderItem>) {
        let (_, offer) = offer(tag).unwrap();
        (&offer.config, offer.config.defaults())
    }

    fn line(group_id: i64, item_id: i64, quantity: i64) -> CalcOrderItem {
        CalcOrderItem { item_id, group_id, quantity }
    }

    /// The beginning with another line for its group; without one where the quantity is 0.
    fn with(begun: &[CalcOrderItem], line: CalcOrderItem) -> Vec<CalcOrderItem> {
        let mut chosen = begun.to_vec();
        chosen.retain(|other| other.group_id != line.group_id);
        chosen.extend((line.quantity != 0).then_some(line));
        chosen
    }

    fn properties(config: &CalcConfig, chosen: &[CalcOrderItem]) -> Vec<String> {
        violations(config, 1, chosen).into_iter().map(|it| it.property).collect()
    }

    #[test]
    fn every_configuration_can_be_ordered_as_it_is() {
        for offer in catalogue().categories.iter().flat_map(|it| &it.offers) {
            let config = &offer.config;
            assert_eq!(
                violations(config, 1, &config.defaults()),
                [],
                "{} {}",
                offer.name,
                config.id
            );
        }
    }

    #[test]
    fn the_catalogue_states_rules_that_can_be_kept() {
        for config in catalogue().categories.iter().flat_map(|it| &it.offers).map(|it| &it.config) {
            for group in &config.groups {
                let needed = config.group(group.dependency_group_id);
                assert_eq!(needed.is_some(), group.dependency_group_id != 0, "{}", group.name);
                let items = &group.dependency_item_ids;
                assert!(
                    items.iter().all(|id| needed.is_some_and(|it| it.item(*id).is_some())),
                    "{}",
                    group.name
                );
                for item in &group.items {
                    let linked = config.group(item.price_link_group_id);
                    assert_eq!(linked.is_some(), item.price_link_percentage != 0, "{}", item.name);
                    let chained = linked
                        .is_some_and(|it| it.items.iter().any(|it| it.price_link_group_id != 0));
                    assert!(!chained, "{} is linked to what is linked itself", item.name);
                }
            }
        }
    }

    #[test]
    fn a_line_names_one_offered_item_of_its_group() {
        let (config, begun) = started("101701");
        let broken = |line| properties(config, &with(&begun, line));
        assert_eq!(broken(line(1110, 11103, 1)), [""; 0]);
        assert_eq!(broken(line(9999, 11103, 1)), ["items[6].groupId"]);
        assert_eq!(broken(line(1110, 11202, 1)), ["items[5].itemId"]);
        assert_eq!(broken(line(1110, 11104, 1)), ["items[5].itemId"], "it is excluded here");
        assert_eq!(
            broken(line(1160, 11603, 1)),
            ["items[5].itemId"],
            "it is excluded at this location"
        );
        let twice: Vec<_> = begun.iter().cloned().chain([line(1110, 11101, 1)]).collect();
        assert_eq!(properties(config, &twice), ["items[6].groupId"]);
        let endless = vec![line(1110, 11101, 1); 1000];
        assert_eq!(properties(config, &endless), ["items"]);
    }

    #[test]
    fn a_group_says_how_many_it_takes() {
        let (config, begun) = started("100601");
        let broken = |line| properties(config, &with(&begun, line));
        assert_eq!(broken(line(1170, 11701, 256)), [""; 0]);
        assert_eq!(broken(line(1170, 11701, 257)), ["items[6].quantity"]);
        for quantity in [-1, i64::MIN, i64::MAX] {
            assert_eq!(broken(line(1170, 11701, quantity)), ["items[6].quantity"]);
        }
        assert_eq!(broken(line(1110, 11102, 2)), ["items[5].quantity"]);
        assert_eq!(broken(line(1110, 0, 0)), ["items"], "a server needs memory");
        for quantity in [0, 101, i64::MIN, i64::MAX] {
            assert_eq!(violations(config, quantity, &begun)[0].property, "quantity");
        }
    }

    #[test]
    fn a_group_may_need_a_choice_of_another() {
        let (config, begun) = started("100601");
        let raid = with(&begun, line(1130, 11301, 1));
        assert_eq!(properties(config, &raid), ["items[6].groupId"], "one disk makes no RAID");
        let two_disks = with(&begun, line(1120, 11202, 1));
        assert_eq!(properties(config, &two_disks), ["items"], "two disks need one");
        assert_eq!(properties(config, &with(&two_disks, line(1130, 11301, 1))), [""; 0]);
        let (config, begun) = started("400601");
        let copy = with(&with(&begun, line(1400, 0, 0)), line(1420, 14201, 1));
        assert_eq!(properties(config, &copy), ["items[1].groupId", "items"], "no volume, no copy");
    }

    #[test]
    fn what_is_fixed_stays() {
        let (config, begun) = started("100601");
        assert_eq!(properties(config, &with(&begun, line(1100, 11002, 1))), ["items[5].itemId"]);
        let (deal, begun) = started("100603");
        let broken = |line| properties(deal, &with(&begun, line));
        assert_eq!(broken(line(1110, 11103, 1)), ["items[5].itemId"]);
        assert_eq!(broken(line(1170, 11701, 1)), ["items[6].itemId"]);
        assert_eq!(broken(line(1140, 0, 0)), ["items"]);
    }

    #[test]
    fn what_cannot_be_downgraded_only_grows() {
        let (large, begun) = started("100602");
        let broken = |line| properties(large, &with(&begun, line));
        assert_eq!(broken(line(1110, 11104, 1)), [""; 0]);
        assert_eq!(broken(line(1110, 11102, 1)), ["items[6].itemId"]);
        assert_eq!(
            broken(line(1150, 11501, 1)),
            ["items[6].itemId"],
            "traffic is priced by its location"
        );
        assert_eq!(
            broken(line(1140, 11402, 1)),
            [""; 0],
            "an operating system is not bigger than another"
        );
        let (small, begun) = started("100601");
        assert_eq!(properties(small, &with(&begun, line(1160, 11602, 1))), [""; 0]);
    }

    #[test]
    fn colocation_may_be_without_connectivity() {
        let (config, begun) = started("300602");
        assert_eq!(begun.len(), 2);
        assert_eq!(properties(config, &with(&begun, line(1320, 13201, 1))), ["items[2].itemId"]);
    }
}
