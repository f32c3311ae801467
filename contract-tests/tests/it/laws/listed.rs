//! Which lists fill the paths of which operations, and what each customer of the demo world sees.
//!
//! A pointer leads into one row of an answer; `*` stands for each item of a list.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use contract_tests::{Api, Emulator, Received, Request, profiles::i3d_v3::PROFILE};
use openapi::{Location, Route, json_pointer, plain};
use serde_json::Value;
use tokio::runtime::Runtime;

/// As many rows as one request may ask for, which are more than any list of the demo world has.
const WHOLE: &str = "results=1000";

/// Parameters, each with a pointer to its values.
pub type Pointers = [(&'static str, &'static str)];

/// How the path of an operation is filled: from each row of another, by parameter and pointer. A
/// parameter that does not stand here has the value by which the row itself was asked for.
pub const LISTED: &[(&str, &str, &Pointers)] = &[
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
        "getColocationNetworkUsageGraphMonths",
        "getColocations",
        &[("colocationId", "/id"), ("upLinkId", "/uplinks/*/uplinkId")],
    ),
    (
        "getColocationNetworkUsageGraphWeeks",
        "getColocations",
        &[("colocationId", "/id"), ("upLinkId", "/uplinks/*/uplinkId")],
    ),
    (
        "getColocationNetworkUsageGraphYears",
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
    (
        "getCrossConnectNetworkUsageGraphMonths",
        "getCrossConnects",
        &[("crossConnectId", "/id"), ("upLinkId", "/uplinks/*/uplinkId")],
    ),
    (
        "getCrossConnectNetworkUsageGraphWeeks",
        "getCrossConnects",
        &[("crossConnectId", "/id"), ("upLinkId", "/uplinks/*/uplinkId")],
    ),
    (
        "getCrossConnectNetworkUsageGraphYears",
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
pub const NOT_LISTED: &[&str] = &[
    // It takes a method of HTTP.
    "getAccountApiLog",
    // Few servers have one, and no list says which.
    "getFlexMetalServerRootPasswords",
];

/// The operation of this name.
pub fn route(operation: &str) -> &'static Route {
    let route = openapi::i3d_v3().route(operation);
    route.unwrap_or_else(|| panic!("the contract has no operation {operation}"))
}

/// An emulator, and a client that may wait.
pub struct World {
    pub emulator: Emulator,
    runtime: Runtime,
}

impl World {
    pub fn start() -> World {
        World { emulator: Emulator::start(), runtime: Runtime::new().unwrap() }
    }

    /// What comes of a future.
    pub fn wait<R>(&self, future: impl Future<Output = R>) -> R {
        self.runtime.block_on(future)
    }

    /// Both customers of the demo world.
    pub fn customers(&self) -> [Customer<'_>; 2] {
        let customer = |api| Customer { api, runtime: &self.runtime, answered: RefCell::default() };
        [customer(self.emulator.api()), customer(self.emulator.other_customer())]
    }
}

/// What a customer sees; each operation is asked once.
pub struct Customer<'a> {
    api: Api,
    runtime: &'a Runtime,
    answered: RefCell<BTreeMap<&'static str, Rc<Vec<Row>>>>,
}

/// One row of an answer, and by which parameters it was asked for.
pub struct Row {
    value: Value,
    parameters: Vec<(String, String)>,
}

impl Customer<'_> {
    /// Every row that the operation answers to any of its requests.
    pub fn rows(&self, operation: &'static Route) -> Rc<Vec<Row>> {
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

    /// Sends a request, whatever is answered.
    pub fn send(&self, request: &Request) -> Received {
        self.runtime.block_on(request.call(&self.api).send())
    }

    /// One request for each way to fill the path of any operation: from its own list, or from that
    /// of an operation whose path names the same.
    pub fn paths(&self, operation: &'static Route) -> Vec<Request> {
        let named = |path: &'static str| path.rfind('}').map(|end| &path[..=end]);
        let alike = |it: &&'static Route| named(&it.path) == named(&operation.path);
        let Some(listed) = LISTED.iter().map(|it| route(it.0)).find(alike) else {
            return Vec::new();
        };
        let example =
            Request::example(&PROFILE, operation).unwrap_or_else(|advice| panic!("{advice}"));
        let like = |request: Request| {
            let of_path = |name: &str| operation.parameter(Location::Path, name).is_some();
            let values = request.parameters.iter().filter(|(name, _)| of_path(name));
            values.fold(example.clone(), |example, (name, text)| example.with(name, text))
        };
        self.requests(listed).into_iter().map(like).collect()
    }

    /// One request for each way to fill the path of the operation.
    pub fn requests(&self, operation: &'static Route) -> Vec<Request> {
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
    pub fn values(&self, operation: &'static Route, pointer: &str) -> BTreeSet<String> {
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
