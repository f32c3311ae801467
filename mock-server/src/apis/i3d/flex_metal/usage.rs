//! How long FlexMetal servers ran and how much they transferred.

use std::ops::Range;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    fleet,
    lifecycle::{FlexMetalServer, Server},
};
use crate::{
    apis::i3d::money::contract_term::midnight,
    engine::{Context, Operation, Params, Problem, Result, read},
};

pub(super) fn operations() -> [Operation; 1] {
    [read("getFlexMetalUsages", list)]
}

/// The first and the last day asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Days {
    start_date: Option<String>,
    end_date: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FlexMetalUsage {
    server: FlexMetalServer,
    started_at: String,
    ended_at: String,
    total_hours: i64,
    total_minutes: i64,
    bandwidth_in: i64,
    bandwidth_out: i64,
}

fn list(cx: &Context, Params(by): Params<Days>) -> Result<Vec<FlexMetalUsage>> {
    let period = by.period()?;
    let servers = fleet::delivered(cx)?;
    Ok(servers.into_iter().filter_map(|server| usage(server, &period, cx.now)).collect())
}

impl Days {
    /// From midnight to midnight in UTC, both days included; without limits where no day is given.
    fn period(&self) -> Result<Range<i64>> {
        let start = day("startDate", self.start_date.as_deref())?;
        let end = day("endDate", self.end_date.as_deref())?;
        if start.zip(end).is_some_and(|(start, end)| start > end) {
            return Err(Problem::invalid("endDate", "must not be before startDate"));
        }
        let after_end = end.and_then(|day| day.tomorrow().ok());
        Ok(start.map_or(i64::MIN, midnight)..after_end.map_or(i64::MAX, midnight))
    }
}

fn day(property: &str, text: Option<&str>) -> Result<Option<Date>> {
    let date = text.map(str::parse).transpose();
    date.map_err(|_| Problem::invalid(property, "must be a valid date"))
}

/// The usage of a server in a period, up to now; `None` if there is none.
fn usage(server: Server, period: &Range<i64>, now: i64) -> Option<FlexMetalUsage> {
    let service = server.in_service(now)?;
    let used = service.start.max(period.start)..service.end.min(period.end);
    if used.is_empty() {
        return None;
    }
    let (bytes_in, bytes_out) = bytes_per_second(server.uuid);
    let seconds = used.end - used.start;
    Some(FlexMetalUsage {
        server: server.shown(now),
        started_at: instant(used.start),
        ended_at: instant(used.end),
        total_hours: begun_units(seconds, 3600),
        total_minutes: begun_units(seconds, 60),
        bandwidth_in: bytes_in * seconds,
        bandwidth_out: bytes_out * seconds,
    })
}

/// A rate of its own for each server, so that the traffic of two periods adds up to the traffic of
/// both.
fn bytes_per_second(server: Uuid) -> (i64, i64) {
    let [.., a, b, c, d] = *server.as_bytes();
    let rate = |high, low| 20_000 + i64::from(u16::from_be_bytes([high, low]));
    (rate(a, b), 4 * rate(c, d))
}

/// How many units of time have begun, of which the last may not be over.
fn begun_units(seconds: i64, unit: i64) -> i64 {
    (seconds + unit - 1) / unit
}

fn instant(at: i64) -> String {
    let at = Timestamp::from_second(at).expect("the clock shows a year that can be written");
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begun_minutes_and_hours_count() {
        let seconds = 13 * 3600 + 42 * 60 + 9;
        assert_eq!((begun_units(seconds, 60), begun_units(seconds, 3600)), (823, 14));
        assert_eq!((begun_units(3600, 60), begun_units(3600, 3600)), (60, 1));
    }

    #[test]
    fn instants_have_milliseconds() {
        assert_eq!(instant(1_750_485_664), "2025-06-21T06:01:04.000Z");
    }

    #[test]
    fn a_period_includes_its_last_day() {
        let days = |start: &str, end: &str| Days {
            start_date: Some(start.to_owned()),
            end_date: Some(end.to_owned()),
        };
        let day = days("2025-06-21", "2025-06-21").period().unwrap();
        assert_eq!(day.end - day.start, 86_400);
        assert_eq!(instant(day.start), "2025-06-21T00:00:00.000Z");
        assert!(days("2025-06-22", "2025-06-21").period().is_err());
    }
}
