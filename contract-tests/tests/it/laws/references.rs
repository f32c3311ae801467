//! What the demo world refers to exists: an id of a list can be asked for, and a value that names
//! something finds it.

use std::collections::BTreeSet;

use contract_tests::profiles::i3d_v3::PROFILE;
use http::Method;
use openapi::{Location, Route};

use super::listed::{LISTED, NOT_LISTED, World, route};

/// The values at a pointer of one operation are among the values at a pointer of another. Where the
/// first ends in `?`, zero and the empty text name nothing.
const REFERENCES: &[(&str, &str, &str, &str)] = &[
    ("getAccountBillingDetails", "/countryCode", "getCountries", "/code"),
    ("getAccountDetails", "/countryCode", "getCountries", "/code"),
    ("getCalcConfig", "/locationId", "getCalcLocations", "/locationId"),
    ("getCalcLocations", "/categoryIds/*", "getCalcCategories", "/id"),
    ("getCalcOrder", "/categoryId", "getCalcCategories", "/id"),
    ("getCalcOrder", "/categoryName", "getCalcCategories", "/name"),
    ("getCalcOrder", "/configTag", "getCalcConfig", "/tag"),
    ("getCalcUtilitiesMarginFactors", "/categoryId", "getCalcCategories", "/id"),
    ("getColocationAccesses", "/colocatedAccessServers/*/coloserverId", "getColocations", "/id"),
    ("getColocationAccesses", "/datacenterId", "getPingSiteAction", "/dcLocationId"),
    ("getColocations", "/currencyId", "getCurrencies", "/id"),
    ("getCrossConnects", "/colocatedServerId?", "getColocations", "/id"),
    ("getCrossConnects", "/currencyId", "getCurrencies", "/id"),
    ("getCrossConnects", "/diverseFromPatchId?", "getCrossConnects", "/id"),
    ("getDedicatedServers", "/currencyId", "getCurrencies", "/id"),
    ("getDedicatedServers", "/dcLocationId", "getPingSiteAction", "/dcLocationId"),
    ("getDedicatedServers", "/id", "getDedicatedServerSummaries", "/id"),
    ("getDedicatedServers", "/osId", "getOperatingsystems", "/id"),
    ("getDedicatedServers", "/userId", "getUser", "/userId"),
    ("getDedicatedServerSummaries", "/id", "getDedicatedServers", "/id"),
    ("getFlexMetalCapacityCommits", "/location/id", "getFlexMetalLocations", "/id"),
    ("getFlexMetalLocations", "/countryId", "getCountries", "/id"),
    ("getFlexMetalLocations", "/countryShortName", "getCountries", "/code"),
    ("getFlexMetalQuotaUsages", "/location/id", "getFlexMetalLocations", "/id"),
    ("getFlexMetalQuotaUsages", "/location/name", "getFlexMetalLocations", "/name"),
    ("getFlexMetalServers", "/contractId", "getFlexMetalQuotaUsages", "/quotaUsage/*/contractId"),
    ("getFlexMetalServers", "/instanceType/id", "getFlexMetalLocationInstanceTypes", "/id"),
    ("getFlexMetalServers", "/location/id", "getFlexMetalLocations", "/id"),
    ("getFlexMetalServers", "/location/name", "getFlexMetalLocations", "/name"),
    ("getFlexMetalServers", "/os/slug", "getOperatingsystems", "/slug"),
    ("getFlexMetalServers", "/tags/*", "getFlexMetalTags", "/tag"),
    ("getPingSiteAction", "/countryId", "getCountries", "/id"),
    ("getPingSiteDetailAction", "/countryId", "getCountries", "/id"),
    ("getPingSiteDetailAction", "/dcLocationId", "getPingSiteAction", "/dcLocationId"),
    ("getTickets", "/categoryName", "getTicketsCategories", ""),
    ("getTicketsOpenOrUnreads", "/id", "getTickets", "/id"),
    ("getTriggerList", "/actions/*/action", "getTriggerTypeActions", "/id"),
    ("getTriggerList", "/conditions/*/conditionId", "getTriggerTypeConditions", "/id"),
    ("getTriggerList", "/id", "getTriggerSummary", "/id"),
    ("getTriggerList", "/rules/*/rule/operator", "getTriggerTypeOperators", "/id"),
    ("getTriggerList", "/rules/*/ruleAction", "getTriggerTypeRuleActions", "/id"),
    ("getTriggerList", "/rules/*/ruleDataType", "getTriggerTypeRuleDataTypes", "/id"),
    ("getUser", "/billingDetails/countryCode", "getCountries", "/code"),
    ("getUser", "/details/countryCode", "getCountries", "/code"),
    ("getUser", "/requestIpCountryCode", "getCountries", "/code"),
];

#[test]
fn every_reference_finds_its_target() {
    let world = World::start();
    let customers = world.customers();
    let mut faults = Vec::new();
    for (operation, pointer, target, key) in REFERENCES {
        let (operation, target) = (route(operation), route(target));
        let mut found = 0;
        for customer in &customers {
            let names = customer.values(operation, pointer.trim_end_matches('?'));
            found += names.len();
            let targets = customer.values(target, key);
            let missing = names.difference(&targets);
            let missing =
                missing.filter(|it| !(pointer.ends_with('?') && ["", "0"].contains(&it.as_str())));
            faults.extend(
                missing.map(|it| {
                    format!("{} {pointer} has {it}, {} {key} not", operation.id, target.id)
                }),
            );
        }
        if found == 0 {
            faults.push(format!("{} has nothing at {pointer}", operation.id));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn whatever_a_list_names_can_be_asked_for() {
    let world = World::start();
    let customers = world.customers();
    for (operation, list, _) in LISTED {
        let operation = route(operation);
        let asked: usize =
            customers.iter().map(|customer| customer.requests(operation).len()).sum();
        assert!(asked > 0, "the rows of {list} fill the path of {}", operation.id);
        // A refusal of any of the requests fails here.
        customers.iter().for_each(|customer| drop(customer.rows(operation)));
    }
}

#[test]
fn every_path_is_filled_from_a_list() {
    let with_path = |route: &&'static Route| {
        route.method == Method::GET
            && route.parameters.iter().any(|it| it.location == Location::Path)
    };
    let known: BTreeSet<&str> =
        LISTED.iter().map(|it| it.0).chain(NOT_LISTED.iter().copied()).collect();
    let unknown: Vec<&str> = PROFILE
        .operations()
        .filter(with_path)
        .map(|it| it.id.as_str())
        .filter(|id| !known.contains(id))
        .collect();
    assert!(
        unknown.is_empty(),
        "say in `laws/listed.rs` which list fills the path: give each a line in LISTED, or in NOT_LISTED \
         with a reason: {unknown:?}"
    );
}
