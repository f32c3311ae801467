//! The power distribution units of colocation services, and what their meters show.

use std::ops::Range;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::telemetry_series::energy;
use crate::engine::{Context, Page, Result, Table};

const PDUS: Table<Pdu> = Table::new("colocation_pdu", "id");

const JOULES_PER_KWH: i64 = 3_600_000;
const DAY: i64 = 86_400;
/// How many days the history of a service shows.
const HISTORY_DAYS: i64 = 31;

/// A power distribution unit as it is stored. What it measures follows from the time.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pdu {
    pub(super) id: i64,
    name: String,
    serial: String,
    input_feed_type: String,
    outlets: i64,
    phases: i64,
    amperage: i64,
    /// Their names.
    conduits: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PowerConsumptionPerDay {
    date: String,
    power_meter: String,
    power_used: String,
}

impl Pdu {
    /// What the counter shows in kWh, which began with the service. Every conduit counts for itself.
    fn meter(&self, ran: &Range<i64>, at: i64) -> i64 {
        (0..self.conduits.len()).map(|conduit| energy(self.id, conduit, ran.start, at) / JOULES_PER_KWH).sum()
    }
}

/// The units of a service.
pub(super) fn of(cx: &Context, colocation: i64) -> Result<Vec<Pdu>> {
    PDUS.rows_where(cx, Page::ALL, "colocation = ?", &[&colocation])
}

/// What the counters of all units show together.
pub(super) fn meter(pdus: &[Pdu], ran: &Range<i64>, at: i64) -> i64 {
    pdus.iter().map(|pdu| pdu.meter(ran, at)).sum()
}

/// The last days that are over, the oldest first: what the counters showed when a day ended, and the use of that day.
pub(super) fn history(pdus: &[Pdu], ran: &Range<i64>) -> Vec<PowerConsumptionPerDay> {
    let today = ran.end.div_euclid(DAY);
    let first = (today - HISTORY_DAYS).max(ran.start.div_euclid(DAY));
    let days = (first..today).map(|day| {
        let [before, after] = [day, day + 1].map(|day| meter(pdus, ran, (day * DAY).max(ran.start)));
        let date = Timestamp::from_second(day * DAY).unwrap_or(Timestamp::MAX);
        PowerConsumptionPerDay {
            date: date.to_zoned(TimeZone::UTC).date().to_string(),
            power_meter: after.to_string(),
            power_used: (after - before).to_string(),
        }
    });
    days.collect()
}
