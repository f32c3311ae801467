//! The power distribution units of colocation services, and what their meters show.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{
    apis::i3d::{
        metering::series::{STEP_SECONDS, decivolts, energy, power_factor},
        money::contract_term::day,
    },
    engine::{Context, Page, Result, RowType, Table},
};

const PDUS: Table<Pdu> = Table::new("colocation_pdu", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[PDUS.row_type()];

const JOULES_PER_KWH: i64 = 3_600_000;
const DAY: i64 = 86_400;
/// How many days the history of a service shows.
const HISTORY_DAYS: i64 = 31;

/// A unit as it is stored. What it measures follows from the time.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Pdu {
    pub(super) id: i64,
    pub(in crate::apis::i3d) colocation_id: i64,
    name: String,
    serial: String,
    input_feed_type: String,
    outlets: i64,
    phases: i64,
    amperage: i64,
    /// The names of its conduits.
    conduits: Vec<String>,
}

/// A reading of a unit: what it showed at that time, and the energy since the reading before.
#[derive(Debug, Clone, Copy)]
pub(in crate::apis::i3d) struct Reading {
    pub(in crate::apis::i3d) at: i64,
    pub(in crate::apis::i3d) milliamps: i64,
    pub(in crate::apis::i3d) decivolts: i64,
    pub(in crate::apis::i3d) joules: i64,
    /// kWh since the service began.
    pub(in crate::apis::i3d) power_meter: i64,
}

/// A unit as the API shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shown {
    id: i64,
    name: String,
    serial: String,
    updated_at: i64,
    input_feed_type: String,
    outlets: i64,
    phases: i64,
    power_meter: i64,
    power_factor: f64,
    amperage: f64,
    peak_amperage: f64,
    voltage: f64,
    min_voltage: f64,
    conduits: Vec<Conduit>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Conduit {
    conduit_name: String,
    power_meter: i64,
    amperage: f64,
    peak_amperage: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PowerConsumptionPerDay {
    date: String,
    power_meter: String,
    power_used: String,
}

/// The units of a service.
pub(in crate::apis::i3d) fn of(cx: &Context, colocation: i64) -> Result<Vec<Pdu>> {
    PDUS.rows_where(cx, Page::ALL, "colocation = ?", &[&colocation])
}

/// One unit.
pub(in crate::apis::i3d) fn find(cx: &Context, id: i64) -> Result<Pdu> {
    PDUS.find(cx, id)
}

impl Pdu {
    /// The reading at a time in which the service was in service.
    pub(in crate::apis::i3d) fn reading(&self, in_service: &Range<i64>, at: i64) -> Reading {
        let conduits =
            || (0..self.conduits.len()).map(|conduit| self.reading_of(conduit, in_service, at));
        Reading {
            at,
            milliamps: conduits().map(|it| it.milliamps).sum(),
            decivolts: decivolts(self.id, at),
            joules: conduits().map(|it| it.joules).sum(),
            power_meter: conduits().map(|it| it.power_meter).sum(),
        }
    }

    fn reading_of(&self, conduit: usize, in_service: &Range<i64>, at: i64) -> Reading {
        let decivolts = decivolts(self.id, at);
        let joules = energy(self.id, conduit, (at - STEP_SECONDS).max(in_service.start), at);
        // Watts by volts and power factor, whose units are a tenth and a hundredth.
        let milliamps = joules * 1_000_000 / (STEP_SECONDS * decivolts * power_factor(self.id));
        Reading {
            at,
            milliamps,
            decivolts,
            joules,
            power_meter: self.counted(conduit, in_service, at),
        }
    }

    /// What the counter of a conduit shows in kWh; it began with the service.
    fn counted(&self, conduit: usize, in_service: &Range<i64>, at: i64) -> i64 {
        energy(self.id, conduit, in_service.start, at) / JOULES_PER_KWH
    }

    /// The unit with its last reading. The peaks are those of the day before it.
    pub(super) fn shown(self, in_service: &Range<i64>) -> Shown {
        let last = (in_service.end - in_service.end.rem_euclid(STEP_SECONDS)).max(in_service.start);
        let day = move || (0..DAY / STEP_SECONDS).map(move |step| last - step * STEP_SECONDS);
        let peak =
            |read: &dyn Fn(i64) -> Reading| day().map(|at| read(at).milliamps).max().unwrap_or(0);
        let now = self.reading(in_service, last);
        let conduits = self.conduits.iter().enumerate().map(|(conduit, name)| {
            let read = |at| self.reading_of(conduit, in_service, at);
            Conduit {
                conduit_name: name.clone(),
                power_meter: read(last).power_meter,
                amperage: read(last).milliamps as f64 / 1000.0,
                peak_amperage: peak(&read) as f64 / 1000.0,
            }
        });
        Shown {
            conduits: conduits.collect(),
            peak_amperage: peak(&|at| self.reading(in_service, at)) as f64 / 1000.0,
            min_voltage: day().map(|at| decivolts(self.id, at)).min().unwrap_or(0) as f64 / 10.0,
            id: self.id,
            name: self.name,
            serial: self.serial,
            updated_at: last,
            input_feed_type: self.input_feed_type,
            outlets: self.outlets,
            phases: self.phases,
            power_meter: now.power_meter,
            power_factor: power_factor(self.id) as f64 / 100.0,
            amperage: self.amperage as f64,
            voltage: now.decivolts as f64 / 10.0,
        }
    }
}

/// The sum of the counters of all units at the last reading before `at`.
pub(in crate::apis::i3d) fn meter(pdus: &[Pdu], in_service: &Range<i64>, at: i64) -> i64 {
    let at = (at - at.rem_euclid(STEP_SECONDS)).max(in_service.start);
    let counters = pdus
        .iter()
        .flat_map(|pdu| (0..pdu.conduits.len()).map(|it| pdu.counted(it, in_service, at)));
    counters.sum()
}

/// The last days that are over, the oldest first: what the counters showed at the end of the day,
/// and how much was used on it.
pub(super) fn history(pdus: &[Pdu], in_service: &Range<i64>) -> Vec<PowerConsumptionPerDay> {
    let today = in_service.end.div_euclid(DAY);
    let first = (today - HISTORY_DAYS).max(in_service.start.div_euclid(DAY));
    let days = (first..today).map(|number| {
        let [before, after] =
            [number, number + 1].map(|number| meter(pdus, in_service, number * DAY));
        PowerConsumptionPerDay {
            date: day(number * DAY).to_string(),
            power_meter: after.to_string(),
            power_used: (after - before).to_string(),
        }
    });
    days.collect()
}
