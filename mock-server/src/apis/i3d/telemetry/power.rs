//! The readings of power distribution units over time, of one unit and of all together.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{
    apis::i3d::{
        colocation::{
            self,
            pdu_meters::{Pdu, Reading},
            services::{COLOCATIONS, Colocation},
        },
        metering::{
            series::STEP_SECONDS,
            time_window::{Window, malformed},
            traffic_sums::this_month,
        },
    },
    engine::{Context, Operation, Page, Params, Problem, Result, read},
};

pub(super) fn operations() -> [Operation; 4] {
    [
        read("getTelemetryPdu", of_pdu),
        read("getTelemetryColocationPdu", of_pdu_of_colocation),
        read("getTelemetryColocationPowerUsages", of_all),
        read("getTelemetryColocationPowerUsageCurrents", used_this_month),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfPdu {
    /// Absent where the path does not name it.
    colocation_id: Option<i64>,
    pdu_id: i64,
    start_time: Option<i64>,
    end_time: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    start_time: Option<i64>,
    end_time: Option<i64>,
}

#[derive(Serialize)]
struct ColocationPDUHistoryTelemetry {
    /// Nothing is aggregated.
    unit: Option<&'static str>,
    data: Vec<ColocationPDUHistoryDataTelemetry>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ColocationPDUHistoryDataTelemetry {
    timestamp: i64,
    amps: f64,
    volts: f64,
    kwh: f64,
    power_meter: i64,
}

#[derive(Serialize)]
struct ColocationPDUTelemetry {
    id: i64,
    name: String,
    kwh: i64,
}

/// A unit, and when its service was in service.
type Metered = (Pdu, Range<i64>);

fn of_pdu(cx: &Context, Params(of): Params<OfPdu>) -> Result<[ColocationPDUHistoryTelemetry; 1]> {
    let (pdu, in_service) = metered(cx, &of)?;
    let window = Window::new(of.start_time, of.end_time, cx.now).map_err(malformed)?;
    let times = window.readings(STEP_SECONDS, &in_service).within_bounds().map_err(malformed)?;
    let data = times.into_iter().map(|at| pdu.reading(&in_service, at).into()).collect();
    Ok([ColocationPDUHistoryTelemetry { unit: None, data }])
}

/// The range of the request bounds this list, so that the window has no bound.
fn of_pdu_of_colocation(
    cx: &Context,
    Params(of): Params<OfPdu>,
    page: Page,
) -> Result<Vec<ColocationPDUHistoryDataTelemetry>> {
    let (pdu, in_service) = metered(cx, &of)?;
    let window = Window::new(of.start_time, of.end_time, cx.now).map_err(malformed)?;
    let times = window.readings(STEP_SECONDS, &in_service).page(page);
    Ok(times.map(|at| pdu.reading(&in_service, at).into()).collect())
}

fn metered(cx: &Context, of: &OfPdu) -> Result<Metered> {
    let pdu = colocation::pdu_meters::find(cx, of.pdu_id)?;
    if of.colocation_id.is_some_and(|id| id != pdu.colocation_id) {
        return Err(Problem::not_found());
    }
    let in_service = colocation::services::in_service(cx, pdu.colocation_id)?;
    Ok((pdu, in_service))
}

/// One series for all units of all services: a reading adds up what each showed at that time.
fn of_all(cx: &Context, Params(of): Params<Span>) -> Result<[ColocationPDUHistoryTelemetry; 1]> {
    let window = Window::new(of.start_time, of.end_time, cx.now).map_err(malformed)?;
    let mut pdus: Vec<Metered> = Vec::new();
    for Colocation { service, contract, .. } in COLOCATIONS.rows(cx, Page::ALL)? {
        let in_service = contract.in_service(cx.now);
        pdus.extend(
            colocation::pdu_meters::of(cx, service.id)?
                .into_iter()
                .map(|pdu| (pdu, in_service.clone())),
        );
    }
    let first = pdus.iter().map(|(_, in_service)| in_service.start).min().unwrap_or(cx.now);
    let times =
        window.readings(STEP_SECONDS, &(first..cx.now)).within_bounds().map_err(malformed)?;
    let data =
        times.into_iter().filter_map(|at| reading_of_all(&pdus, at)).map(Into::into).collect();
    Ok([ColocationPDUHistoryTelemetry { unit: None, data }])
}

/// The sum of the readings of all units in service at this time, with the mean of their voltages.
fn reading_of_all(pdus: &[Metered], at: i64) -> Option<Reading> {
    let running =
        pdus.iter().filter(|(_, in_service)| (in_service.start..=in_service.end).contains(&at));
    let readings: Vec<Reading> =
        running.map(|(pdu, in_service)| pdu.reading(in_service, at)).collect();
    let sum = |value: fn(&Reading) -> i64| readings.iter().map(value).sum::<i64>();
    let decivolts = sum(|it| it.decivolts).checked_div(readings.len() as i64)?;
    Some(Reading {
        at,
        milliamps: sum(|it| it.milliamps),
        decivolts,
        joules: sum(|it| it.joules),
        power_meter: sum(|it| it.power_meter),
    })
}

fn used_this_month(cx: &Context, page: Page) -> Result<Vec<ColocationPDUTelemetry>> {
    let used =
        COLOCATIONS.rows(cx, page)?.into_iter().map(|Colocation { service, contract, .. }| {
            let in_service = contract.in_service(cx.now);
            let month = this_month(&in_service, cx.now);
            let pdus = colocation::pdu_meters::of(cx, service.id)?;
            let [before, after] = [month.start, month.end]
                .map(|at| colocation::pdu_meters::meter(&pdus, &in_service, at));
            Ok(ColocationPDUTelemetry { id: service.id, name: service.name, kwh: after - before })
        });
    used.collect()
}

impl From<Reading> for ColocationPDUHistoryDataTelemetry {
    fn from(reading: Reading) -> ColocationPDUHistoryDataTelemetry {
        ColocationPDUHistoryDataTelemetry {
            timestamp: reading.at,
            amps: reading.milliamps as f64 / 1000.0,
            volts: reading.decivolts as f64 / 10.0,
            kwh: (reading.joules / 3_600) as f64 / 1000.0,
            power_meter: reading.power_meter,
        }
    }
}
