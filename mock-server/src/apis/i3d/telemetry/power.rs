//! What the meters of power distribution units showed over time, alone and all together.

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
            series::STEP,
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
        read("getTelemetryColocationPowerUsageCurrents", this_months),
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

/// A unit, and when its service ran.
type Metered = (Pdu, Range<i64>);

fn of_pdu(cx: &Context, Params(of): Params<OfPdu>) -> Result<[ColocationPDUHistoryTelemetry; 1]> {
    let (pdu, ran) = metered(cx, &of)?;
    let window = Window::new(of.start_time, of.end_time, cx.now).map_err(malformed)?;
    let times = window.readings(STEP, &ran).within_bounds().map_err(malformed)?;
    let data = times.into_iter().map(|at| pdu.reading(&ran, at).into()).collect();
    Ok([ColocationPDUHistoryTelemetry { unit: None, data }])
}

/// Here the range bounds the list.
fn of_pdu_of_colocation(
    cx: &Context,
    Params(of): Params<OfPdu>,
    page: Page,
) -> Result<Vec<ColocationPDUHistoryDataTelemetry>> {
    let (pdu, ran) = metered(cx, &of)?;
    let window = Window::new(of.start_time, of.end_time, cx.now).map_err(malformed)?;
    let times = window.readings(STEP, &ran).page(page);
    Ok(times.map(|at| pdu.reading(&ran, at).into()).collect())
}

fn metered(cx: &Context, of: &OfPdu) -> Result<Metered> {
    let pdu = colocation::pdu_meters::find(cx, of.pdu_id)?;
    if of.colocation_id.is_some_and(|id| id != pdu.colocation_id) {
        return Err(Problem::not_found());
    }
    let ran = colocation::services::ran(cx, pdu.colocation_id)?;
    Ok((pdu, ran))
}

/// One series for all units of all services: a reading adds up what each showed at that time.
fn of_all(cx: &Context, Params(of): Params<Span>) -> Result<[ColocationPDUHistoryTelemetry; 1]> {
    let window = Window::new(of.start_time, of.end_time, cx.now).map_err(malformed)?;
    let mut pdus: Vec<Metered> = Vec::new();
    for Colocation { service, contract, .. } in COLOCATIONS.rows(cx, Page::ALL)? {
        let ran = contract.ran(cx.now);
        pdus.extend(
            colocation::pdu_meters::of(cx, service.id)?.into_iter().map(|pdu| (pdu, ran.clone())),
        );
    }
    let first = pdus.iter().map(|(_, ran)| ran.start).min().unwrap_or(cx.now);
    let times = window.readings(STEP, &(first..cx.now)).within_bounds().map_err(malformed)?;
    let data = times.into_iter().filter_map(|at| together(&pdus, at)).map(Into::into).collect();
    Ok([ColocationPDUHistoryTelemetry { unit: None, data }])
}

/// What the units showed that ran at this time; the voltage is the mean of theirs.
fn together(pdus: &[Metered], at: i64) -> Option<Reading> {
    let running = pdus.iter().filter(|(_, ran)| (ran.start..=ran.end).contains(&at));
    let readings: Vec<Reading> = running.map(|(pdu, ran)| pdu.reading(ran, at)).collect();
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

fn this_months(cx: &Context, page: Page) -> Result<Vec<ColocationPDUTelemetry>> {
    let used =
        COLOCATIONS.rows(cx, page)?.into_iter().map(|Colocation { service, contract, .. }| {
            let ran = contract.ran(cx.now);
            let month = this_month(&ran, cx.now);
            let pdus = colocation::pdu_meters::of(cx, service.id)?;
            let [before, after] =
                [month.start, month.end].map(|at| colocation::pdu_meters::meter(&pdus, &ran, at));
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
