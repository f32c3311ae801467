//! What the invoices of the demo world bill: the services that an account has, each with its price.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Deserialize;

use super::bill::ServiceKind;
use crate::{
    apis::i3d::{
        colocation::rentals::{self, Rental},
        flex_metal::{self, lifecycle::Server},
        money::cents::Cents,
        reference::data::data,
    },
    engine::{Context, Problem, Result},
};

const HOUR: i64 = 3600;
const EURO: i64 = 0;

/// A service of an account.
#[derive(Debug, Clone)]
pub(super) struct Service {
    pub kind: ServiceKind,
    pub id: i64,
    pub description: String,
    pub currency_id: i64,
    /// The price of a month, or of one unit of `quantity`.
    pub price: Cents,
    /// The one-time fee at the beginning.
    pub setup: Cents,
    /// How many months ago it began.
    pub months: i64,
    /// How much was used last month; `None` for a service that is billed by the month.
    pub quantity: Option<i64>,
}

/// The dedicated servers of the demo world, as far as an invoice needs them.
#[derive(Deserialize)]
struct DedicatedServers {
    models: BTreeMap<String, Model>,
    locations: BTreeMap<String, Location>,
    servers: BTreeMap<i64, Vec<DedicatedServer>>,
}

#[derive(Deserialize)]
struct Model {
    brand: String,
    model: String,
    /// By currency.
    prices: BTreeMap<i64, Cents>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    currency_id: i64,
}

#[derive(Deserialize)]
struct DedicatedServer {
    id: i64,
    model: String,
    location: String,
    name: String,
    months: i64,
}

/// Prices and services that only invoices know.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Prices {
    /// Prices of an hour, by instance type.
    flex_metal: BTreeMap<String, Cents>,
    hosting: BTreeMap<i64, Vec<Hosting>>,
}

#[derive(Deserialize)]
struct Hosting {
    id: i64,
    description: String,
    price: Cents,
    setup: Cents,
    months: i64,
}

static PRICES: LazyLock<Prices> = LazyLock::new(|| {
    serde_json::from_str(data!("billing/billed_services")).expect("the prices of the demo world")
});

/// The services that do not depend on the time, by account.
static FIXED_SERVICES: LazyLock<BTreeMap<i64, Vec<Service>>> = LazyLock::new(|| {
    let mut services = dedicated_servers();
    for (account, hosting) in &PRICES.hosting {
        services.entry(*account).or_default().extend(hosting.iter().map(Hosting::service));
    }
    services
});

/// The services of the account, grouped by kind and sorted by id.
pub(super) fn services(cx: &Context) -> Result<Vec<Service>> {
    let mut services = FIXED_SERVICES.get(&cx.account()?).cloned().unwrap_or_default();
    services.extend(rented(cx, ServiceKind::Colocation, rentals::services(cx)?)?);
    services.extend(rented(cx, ServiceKind::CrossConnect, rentals::cross_connects(cx)?)?);
    services.extend(flex_metal(cx)?);
    Ok(services)
}

fn dedicated_servers() -> BTreeMap<i64, Vec<Service>> {
    let data: DedicatedServers = serde_json::from_str(data!("dedicated/servers"))
        .expect("the dedicated servers of the demo world");
    let service = |server: &DedicatedServer| {
        let (model, currency_id) =
            (&data.models[&server.model], data.locations[&server.location].currency_id);
        let DedicatedServer { id, location, name, months, .. } = server;
        Service {
            kind: ServiceKind::DedicatedServer,
            id: *id,
            description: format!("{} {}, {location}: {name}", model.brand, model.model),
            currency_id,
            price: model.prices[&currency_id],
            setup: Cents::ZERO,
            months: *months,
            quantity: None,
        }
    };
    data.servers
        .iter()
        .map(|(account, servers)| (*account, servers.iter().map(service).collect()))
        .collect()
}

impl Hosting {
    fn service(&self) -> Service {
        Service {
            kind: ServiceKind::Hosting,
            id: self.id,
            description: self.description.clone(),
            currency_id: EURO,
            price: self.price,
            setup: self.setup,
            months: self.months,
            quantity: None,
        }
    }
}

/// Services that are billed from their first whole month on.
fn rented(cx: &Context, kind: ServiceKind, rentals: Vec<Rental>) -> Result<Vec<Service>> {
    let this_month = months(first_of_month(cx.now)?);
    let service = |it: Rental| {
        let since = months(first_of_month(it.started_at - 1)?) + 1;
        Ok(Service {
            kind,
            id: it.id,
            description: it.name,
            currency_id: it.currency_id,
            price: it.price_per_month,
            setup: it.setup_fee,
            months: this_month - since,
            quantity: None,
        })
    };
    rentals.into_iter().map(service).collect()
}

/// The number of a month, counted from the year 0.
fn months(day: Date) -> i64 {
    12 * i64::from(day.year()) + i64::from(day.month())
}

/// What FlexMetal servers were used in the month before this one, in begun hours.
fn flex_metal(cx: &Context) -> Result<Vec<Service>> {
    let month = first_of_month(cx.now)?;
    let (begin, end) = (midnight(month.saturating_sub(1.month()))?, midnight(month)?);
    let service = |server: Server| {
        let used = server.in_service(cx.now)?;
        let seconds = used.end.min(end) - used.start.max(begin);
        (seconds > 0).then(|| Service {
            kind: ServiceKind::FlexMetal,
            id: server.id.into(),
            description: format!(
                "{}, {}: {}",
                server.instance_type.name, server.location.name, server.name
            ),
            currency_id: EURO,
            price: PRICES.flex_metal[&server.instance_type.name],
            setup: Cents::ZERO,
            months: 1,
            quantity: Some((seconds + HOUR - 1) / HOUR),
        })
    };
    Ok(flex_metal::fleet::delivered(cx)?.into_iter().filter_map(service).collect())
}

/// The first day of the month, in UTC.
pub(super) fn first_of_month(now: i64) -> Result<Date> {
    let now = Timestamp::from_second(now).map_err(Problem::internal)?;
    Ok(now.to_zoned(TimeZone::UTC).date().first_of_month())
}

/// When a day begins in UTC.
pub(super) fn midnight(day: Date) -> Result<i64> {
    let zoned = day.to_zoned(TimeZone::UTC).map_err(Problem::internal)?;
    Ok(zoned.timestamp().as_second())
}
