//! What the demo world refers to exists: an id of a list can be asked for, and a value that names
//! something finds it.
//!
//! A pointer leads into one row of an answer; `*` stands for each item of a list.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use contract_tests::{Api, Emulator, Request, profiles::i3d_v3::PROFILE};
use http::Method;
use openapi::{Location, Route, json_pointer, plain};
use serde_json::Value;
use tokio::runtime::Runtime;

/// As many rows as one request may ask for, which are more than any list of the demo world has.
const WHOLE: &str = "results=1000";

/// Parameters, each with a pointer to its values.
type Pointers = [(&'static str, &'static str)];

/// How the path of an operation is filled: from each row of another, by parameter and pointer. A
/// parameter that does not stand here has the value by which the row itself was asked for.
const LISTED: &[(&str, &str, &Pointers)] = &[
    ("downloadAccountFile", "getAccountFiles", &[("fileId", "/id")]),
    ("getAccountApiKeyWhitelists", "getAccountApiKeys", &[("apiKeyId", "/id")]),
    ("getAccountInvoice", "getAccountInvoices", &[("invoiceId", "/id")]),
    ("getAccountInvoiceNumber", "getAccountInvoices", &[("invoiceNumber", "/invoiceNumber")]),
    ("getAccountInvoicePdfs", "getAccountInvoices", &[("invoiceId", "/id")]),
    ("getCalcConfig", "getCalcCategories", &[("categoryName", "/name")]),
    ("getCalcItem", "getCalcCategories", &[("categoryName", "/name")]),
    ("getCalcOrder", "getCalcOrders", &[("orderId", "/id")]),
    ("getCalcUtilitiesMarginFactors", "getCalcCategories", &[("categoryName", "/name")]),
    ("getCalcUtilitiesServiceVatPercentage", "getCalcCategories", &[("serviceName", "/name")]),
    ("getCallback", "getCallbacks", &[("callbackSettingId", "/id")]),
    ("getColocation", "getColocations", &[("colocationId", "/id")]),
    ("getColocationAccess", "getColocationAccesses", &[("accessId", "/id")]),
    ("getColocationAccessDocument", "getColocationAccessDocuments", &[("documentId", "/id")]),
    ("getColocationAccessDocuments", "getColocationAccesses", &[("accessId", "/id")]),
    ("getColocationAlerts", "getColocations", &[("colocationId", "/id")]),
    ("getColocationInvoices", "getColocations", &[("colocationId", "/id")]),
    (
        "getColocationNetworkUsageGraphDays",
        "getColocations",
        &[("colocationId", "/id"), ("upLinkId", "/uplinks/*/uplinkId")],
    ),
    (
        "getColocationNetworkUsageRaw",
        "getColocations",
        &[("colocationId", "/id"), ("upLinkId", "/uplinks/*/uplinkId")],
    ),
    ("getColocationPdus", "getColocations", &[("colocationId", "/id")]),
    ("getCrossConnect", "getCrossConnects", &[("crossConnectId", "/id")]),
    ("getCrossConnectInvoices", "getCrossConnects", &[("crossConnectId", "/id")]),
    (
        "getCrossConnectNetworkUsageGraphDays",
        "getCrossConnects",
        &[("crossConnectId", "/id"), ("upLinkId", "/uplinks/*/uplinkId")],
    ),
    ("getDedicatedServer", "getDedicatedServers", &[("dedicatedServerId", "/id")]),
    ("getFlexMetalLocationInstanceTypes", "getFlexMetalLocations", &[("locationId", "/id")]),
    ("getFlexMetalServer", "getFlexMetalServers", &[("uuid", "/uuid")]),
    ("getFlexMetalTag", "getFlexMetalTags", &[("tag", "/tag")]),
    ("getJob", "getJobs", &[("jobId", "/id")]),
    ("getSlackSetting", "getSlackSettings", &[("slackSettingId", "/id")]),
    ("getSshKey", "getSshKeys", &[("uuid", "/uuid")]),
    ("getTelemetryColocationNetworks", "getColocations", &[("colocationId", "/id")]),
    ("getTelemetryColocationPdu", "getColocationPdus", &[("pduId", "/id")]),
    (
        "getTelemetryCrossConnectUsageRaw",
        "getCrossConnects",
        &[("crossConnectId", "/id"), ("uplinkId", "/uplinks/*/uplinkId")],
    ),
    ("getTelemetryPdu", "getColocationPdus", &[("pduId", "/id")]),
    ("getTicket", "getTickets", &[("ticketId", "/id")]),
    ("getTicketAttachment", "getTicket", &[("attachmentId", "/replies/*/attachments/*/id")]),
    ("getTriggerById", "getTriggerList", &[("triggerId", "/id")]),
];

/// Operations whose path no list fills.
const NOT_LISTED: &[&str] = &[
    // It takes a method of HTTP.
    "getAccountApiLog",
    // Few servers have one, and no list says which.
    "getFlexMetalServerRootPasswords",
    // They find an uplink as the graph of days does, and drawing is slow.
    "getColocationNetworkUsageGraphMonths",
    "getColocationNetworkUsageGraphWeeks",
    "getColocationNetworkUsageGraphYears",
    "getCrossConnectNetworkUsageGraphMonths",
    "getCrossConnectNetworkUsageGraphWeeks",
    "getCrossConnectNetworkUsageGraphYears",
];

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
        "say in this file which list fills the path: give each a line in LISTED, or in NOT_LISTED \
         with a reason: {unknown:?}"
    );
}

/// The operation of this name.
fn route(operation: &str) -> &'static Route {
    let route = openapi::i3d_v3().route(operation);
    route.unwrap_or_else(|| panic!("the contract has no operation {operation}"))
}

/// An emulator, and a client that may wait.
struct World {
    emulator: Emulator,
    runtime: Runtime,
}

impl World {
    fn start() -> World {
        World { emulator: Emulator::start(), runtime: Runtime::new().unwrap() }
    }

    fn customers(&self) -> [Customer<'_>; 2] {
        let customer = |api| Customer { api, runtime: &self.runtime, answered: RefCell::default() };
        [customer(self.emulator.api()), customer(self.emulator.other_customer())]
    }
}

/// What a customer sees; each operation is asked once.
struct Customer<'a> {
    api: Api,
    runtime: &'a Runtime,
    answered: RefCell<BTreeMap<&'static str, Rc<Vec<Row>>>>,
}

/// One row of an answer, and by which parameters it was asked for.
struct Row {
    value: Value,
    parameters: Vec<(String, String)>,
}

impl Customer<'_> {
    /// Every row that the operation answers to any of its requests.
    fn rows(&self, operation: &'static Route) -> Rc<Vec<Row>> {
        let known = self.answered.borrow().get(operation.id.as_str()).cloned();
        known.unwrap_or_else(|| {
            let rows =
                Rc::new(self.requests(operation).iter().flat_map(|it| self.ask(it)).collect());
            self.answered.borrow_mut().insert(&operation.id, Rc::clone(&rows));
            rows
        })
    }

    fn ask(&self, request: &Request) -> Vec<Row> {
        let values = match self.runtime.block_on(request.call(&self.api).ok()) {
            Value::Array(values) => values,
            value => vec![value],
        };
        values
            .into_iter()
            .map(|value| Row { value, parameters: request.parameters.clone() })
            .collect()
    }

    /// One request for each way to fill the path of the operation.
    fn requests(&self, operation: &'static Route) -> Vec<Request> {
        let request = whole(operation);
        match LISTED.iter().find(|it| it.0 == operation.id) {
            None => vec![request],
            Some((_, list, pointers)) => {
                let list = route(list);
                self.rows(list).iter().flat_map(|row| filled(&request, row, pointers)).collect()
            }
        }
    }

    /// The values at a pointer of all rows of an operation.
    fn values(&self, operation: &'static Route, pointer: &str) -> BTreeSet<String> {
        self.rows(operation).iter().flat_map(|row| at(&row.value, pointer)).map(plain).collect()
    }
}

/// The example of an operation, but for all that there is.
fn whole(operation: &'static Route) -> Request {
    let example = Request::example(&PROFILE, operation).unwrap_or_else(|advice| panic!("{advice}"));
    let least = example.without_optional_parameters().unwrap_or(example);
    let ranged = operation.parameter(Location::Header, "RANGED-DATA").is_some();
    if ranged { least.with("RANGED-DATA", WHOLE) } else { least }
}

/// The request with every way to fill its path from a row.
fn filled(request: &Request, row: &Row, pointers: &Pointers) -> Vec<Request> {
    let of_path = |name: &str| request.route.parameter(Location::Path, name).is_some();
    let inherited = row.parameters.iter().filter(|(name, _)| of_path(name));
    let request = inherited.fold(request.clone(), |request, (name, text)| request.with(name, text));
    pointers.iter().fold(vec![request], |requests, (name, pointer)| {
        let values = at(&row.value, pointer);
        requests
            .iter()
            .flat_map(|request| values.iter().map(|it| request.with(name, plain(it))))
            .collect()
    })
}

/// What stands at a pointer; `null` is nothing.
fn at<'a>(value: &'a Value, pointer: &str) -> Vec<&'a Value> {
    let step = |values: Vec<&'a Value>, name: &str| -> Vec<&'a Value> {
        let inside = |value: &'a Value| match name {
            "*" => value.as_array().into_iter().flatten().collect(),
            _ => value.get(name).into_iter().collect::<Vec<_>>(),
        };
        values.into_iter().flat_map(inside).collect()
    };
    let names = json_pointer::names(pointer);
    let mut values = names.fold(vec![value], |values, name| step(values, &name));
    values.retain(|it| !it.is_null());
    values
}
