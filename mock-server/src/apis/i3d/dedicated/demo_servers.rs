//! The dedicated servers of the demo world, made of models, locations and one line for each server.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    apis::i3d::reference::data::data,
    engine::{Context, Problem, Result},
};

/// What traffic beyond the contract costs, in cents for a TB.
const PRICE_PER_TB_OVERUSE: &str = "450";
const DAY: i64 = 86_400;

#[derive(Deserialize)]
struct Data {
    models: BTreeMap<String, Model>,
    /// By the name of their region.
    locations: BTreeMap<String, Location>,
    /// By account.
    servers: BTreeMap<i64, Vec<Server>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Model {
    server_type: i64,
    os_id: i64,
    brand: String,
    model: String,
    cpu: Value,
    disk: Vec<Map<String, Value>>,
    /// How many of `memory` it has.
    modules: i64,
    memory: Map<String, Value>,
    uplinks: i64,
    aggregate: bool,
    /// Cents a month, by currency.
    prices: BTreeMap<i64, String>,
    bandwidth_billing_type: i64,
    bandwidth_contractual: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    location_id: i64,
    dc_location_id: i64,
    code: String,
    currency_id: i64,
    network: String,
    /// The last number of its address.
    gateway: i64,
    netmask: String,
    prefix: i64,
    vlan_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Server {
    id: i64,
    model: String,
    location: String,
    /// The last number of both its addresses.
    address: i64,
    name: String,
    project: String,
    fleet: String,
    new_fleet: Option<String>,
    /// How long it is rented by now.
    months: i64,
    /// How many months the contract ran at first.
    period: i64,
    /// Incoming and outgoing.
    traffic: [i64; 2],
    /// Percent of the processor and of the memory.
    load: [i64; 2],
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    broken: bool,
    #[serde(default)]
    cancelled: bool,
}

static DATA: LazyLock<Data> = LazyLock::new(|| {
    serde_json::from_str(data!("dedicated/servers"))
        .expect("the dedicated servers of the demo world")
});

/// A server of the demo world as JSON text, in two parts: between them belong the members that
/// depend on the time.
struct Draft {
    account: i64,
    server: &'static Server,
    /// The members before, with the opening brace.
    before: String,
    /// The members after, with the closing brace.
    after: String,
}

static DRAFTS: LazyLock<Vec<Draft>> = LazyLock::new(|| {
    let accounts = DATA.servers.iter();
    accounts
        .flat_map(|(account, servers)| servers.iter().map(|it| Draft::new(*account, it)))
        .collect()
});

/// Reads the servers, which takes longer than to add them.
pub(in crate::apis::i3d) fn read_data() {
    LazyLock::force(&DRAFTS);
}

/// Adds the servers to a fresh world.
pub(in crate::apis::i3d) fn insert(cx: &Context) -> Result<()> {
    let sql = "INSERT INTO dedicated_server (account, region_name, body) VALUES (?1, ?2, ?3)";
    let mut statement = cx.db.prepare_cached(sql)?;
    for draft in DRAFTS.iter() {
        let dates = dates(draft.server, cx.now)?.to_string();
        let body = format!("{},{},{}", draft.before, members(&dates), draft.after);
        statement.execute((draft.account, &draft.server.location, body))?;
    }
    Ok(())
}

impl Draft {
    fn new(account: i64, server: &'static Server) -> Draft {
        let model = &DATA.models[&server.model];
        let location = &DATA.locations[&server.location];
        let identity = identity(server, account, model, location).to_string();
        let parts = [
            terms(server, model, location),
            hardware(server, model, location),
            state(server, model),
        ];
        let parts = parts.map(|part| part.to_string());
        Draft {
            account,
            server,
            before: format!("{{{}", members(&identity)),
            after: format!("{}}}", parts.each_ref().map(|part| members(part)).join(",")),
        }
    }
}

/// The members of a JSON object, without its braces.
fn members(object: &str) -> &str {
    &object[1..object.len() - 1]
}

fn identity(server: &Server, account: i64, model: &Model, location: &Location) -> Value {
    let machine = server.id + 30_000;
    json!({
        "id": server.id,
        "userId": account,
        "serverId": machine,
        "serverName": format!("{}-{machine}", location.code),
        "serverType": model.server_type,
        "projectName": server.project,
        "clientServerName": server.name,
        "clientState": if server.broken { "out of rotation" } else { "in use" },
        "liveHostName": host_name(server, location),
        "isVirtual": i64::from(model.server_type == 3),
        "category": category(server),
        "osId": model.os_id,
        "locationId": location.location_id,
        "dcLocationId": location.dc_location_id,
        "instanceType": server.model,
        "fleetId": server.fleet,
        "newFleetId": server.new_fleet,
    })
}

fn dates(server: &Server, now: i64) -> Result<Value> {
    let today =
        Timestamp::from_second(now).map_err(Problem::internal)?.to_zoned(TimeZone::UTC).date();
    let (start, end) = contract(server, today);
    let cancelled = today.saturating_sub(9.days()).to_string();
    let fleet_since = if server.serves_fleet() { now - server.months * 20 * DAY } else { 0 };
    Ok(json!({
        "fleetAssociatedSince": fleet_since,
        "rackName": format!("R{:02}", 1 + server.id % 12),
        "dateStart": start.to_string(),
        "dateEnd": end.to_string(),
        "dateCancelled": if server.cancelled { &cancelled } else { "" },
        "dateEndContract": end.to_string(),
    }))
}

fn terms(server: &Server, model: &Model, location: &Location) -> Value {
    json!({
        "contractPeriod": server.period,
        "extendPeriod": server.extension(),
        "cancellationPeriod": 1,
        "purchaseOrder": if server.period > 1 { format!("PO{}", server.id) } else { String::new() },
        "paymentTerm": 14,
        "pricePerMonth": model.prices[&location.currency_id],
        "pricePerTbOveruse": PRICE_PER_TB_OVERUSE,
        "currencyId": location.currency_id,
        "bandwidthBillingType": model.bandwidth_billing_type,
        "bandwidthContractual": model.bandwidth_contractual,
    })
}

fn hardware(server: &Server, model: &Model, location: &Location) -> Value {
    let [cpu_percent, memory_percent] = if server.broken { [0, 0] } else { server.load };
    let memory_max = model.modules * model.memory["size"].as_i64().expect("a size is a number");
    let memory_used = memory_max * memory_percent / 100;
    json!({
        "ipAddress": addresses(server, location),
        "brand": model.brand,
        "model": model.model,
        "numCpu": model.cpu["socket"],
        "cpuInfo": model.cpu["info"],
        "cpuType": model.cpu["type"],
        "cpuLoad": cpu_percent,
        "cpu": model.cpu,
        "memUsed": memory_used,
        "memMax": memory_max,
        "memFree": memory_max - memory_used,
        "disk": disks(server, model),
        "memory": memory(server, model),
    })
}

fn state(server: &Server, model: &Model) -> Value {
    let [incoming, outgoing] = server.traffic;
    let labels = server.labels.iter().map(|(key, value)| json!({ "key": key, "value": value }));
    let mut state = json!({
        "isReserve": i64::from(server.new_fleet.is_some()),
        "labels": labels.collect::<Value>(),
        "serviceTag": format!("I3D{:05X}", server.id * 11),
        "isODP": i64::from(server.serves_fleet()),
        "fmOrderId": null,
        "installStatus": "finished",
        "status": if server.broken { "offline" } else { "online" },
        "uptime": server.months * 9 * DAY + server.id % DAY,
        "trafficSum": incoming + outgoing,
        "uplinks": uplinks(server, model),
        "freeIncomingTraffic": false,
        "outgoingTrafficSum": outgoing,
        "incomingTrafficSum": incoming,
    });
    if server.broken {
        state.as_object_mut().expect("an object").shift_remove("uptime");
    }
    state
}

impl Server {
    fn serves_fleet(&self) -> bool {
        self.fleet != "0"
    }

    /// By how many months the contract goes on when it ends.
    fn extension(&self) -> i64 {
        self.period.min(12)
    }
}

fn host_name(server: &Server, location: &Location) -> String {
    format!("{}.{}.example", server.name, location.code)
}

fn category(server: &Server) -> &'static str {
    if server.broken {
        "Broken"
    } else if server.serves_fleet() {
        "Dedicated Game Servers"
    } else {
        "Dedicated Servers"
    }
}

/// The first day of the contract, and the end of the period that runs today.
fn contract(server: &Server, today: Date) -> (Date, Date) {
    let start = today.first_of_month().saturating_sub(server.months.months());
    let mut months = server.period;
    while start.saturating_add(months.months()) <= today {
        months += server.extension();
    }
    (start, start.saturating_add(months.months()))
}

fn addresses(server: &Server, location: &Location) -> Value {
    let Server { id, address, .. } = server;
    let (high, low) = (id / 256 % 256, id % 256);
    let mac = format!("3c:ec:ef:10:{high:02x}:{low:02x}");
    let name = host_name(server, location);
    let address_of =
        |text: String, version: i64, gateway: String, netmask: Option<&str>, prefix: i64| {
            json!({
                "ipAddress": text,
                "version": version,
                "type": 1,
                "private": 0,
                "interface": 0,
                "macAddress": mac,
                "rDns": name,
                "vlanId": location.vlan_id,
                "gateway": gateway,
                "netmask": netmask,
                "prefix": prefix,
            })
        };
    let v4 = |last: i64| format!("{}.{last}", location.network);
    let v6 = |last: i64| format!("2001:db8:{:x}::{last:x}", location.dc_location_id);
    json!([
        address_of(v4(*address), 4, v4(location.gateway), Some(&location.netmask), location.prefix),
        address_of(v6(*address), 6, v6(1), None, 64),
    ])
}

fn disks(server: &Server, model: &Model) -> Value {
    let disk = |(number, disk): (usize, &Map<String, Value>)| {
        let mut disk = disk.clone();
        disk.insert("diskSerial".to_owned(), format!("S64G{:06}{number:02}", server.id).into());
        Value::Object(disk)
    };
    (1..).zip(&model.disk).map(disk).collect()
}

fn memory(server: &Server, model: &Model) -> Value {
    let module = |number: i64| {
        let mut module = model.memory.clone();
        module.insert("memoryBank".to_owned(), number.into());
        module.insert("memorySlot".to_owned(), format!("A{number}").into());
        module
            .insert("memorySerial".to_owned(), format!("{:08X}", server.id * 1000 + number).into());
        Value::Object(module)
    };
    (1..=model.modules).map(module).collect()
}

fn uplinks(server: &Server, model: &Model) -> Value {
    (1..=model.uplinks)
        .map(|number| json!({ "uplinkId": server.id * 10 + number, "aggregate": model.aggregate }))
        .collect()
}
