//! Charts of the traffic of an uplink: of the last day, week, month and year.

use std::ops::Range;

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{Timestamp, Zoned, tz::TimeZone};
use serde::Deserialize;

use crate::{
    apis::i3d::{
        colocation,
        drawing::{axis::Tick, chart::Chart},
        metering::series::{Traffic, traffic},
    },
    engine::{Context, Operation, Params, Problem, Result, read},
};

pub(super) fn operations() -> [Operation; 8] {
    [
        read("getColocationNetworkUsageGraphDays", graph(&COLOCATION, &DAY)),
        read("getColocationNetworkUsageGraphWeeks", graph(&COLOCATION, &WEEK)),
        read("getColocationNetworkUsageGraphMonths", graph(&COLOCATION, &MONTH)),
        read("getColocationNetworkUsageGraphYears", graph(&COLOCATION, &YEAR)),
        read("getCrossConnectNetworkUsageGraphDays", graph(&CROSS_CONNECT, &DAY)),
        read("getCrossConnectNetworkUsageGraphWeeks", graph(&CROSS_CONNECT, &WEEK)),
        read("getCrossConnectNetworkUsageGraphMonths", graph(&CROSS_CONNECT, &MONTH)),
        read("getCrossConnectNetworkUsageGraphYears", graph(&CROSS_CONNECT, &YEAR)),
    ]
}

const MINUTE_SECONDS: i64 = 60;
const HOUR_SECONDS: i64 = 60 * MINUTE_SECONDS;
const DAY_SECONDS: i64 = 24 * HOUR_SECONDS;

/// How far a chart looks back.
struct Window {
    name: &'static str,
    buckets: i64,
    bucket_seconds: i64,
    bucket_name: &'static str,
    /// Whether the bucket that is not over is shown, too. It is for days, as in the other figures
    /// of traffic, so that all have the same peak.
    unfinished: bool,
    /// The format of its limits, and of the time of a bucket.
    limit: &'static str,
    moment: &'static str,
    /// The format of an hour or day that is marked at the axis; `None` for the others.
    mark: fn(&Zoned) -> Option<&'static str>,
}

const DAY: Window = Window {
    name: "24 hours",
    buckets: 288,
    bucket_seconds: 5 * MINUTE_SECONDS,
    bucket_name: "5 minutes",
    unfinished: false,
    limit: "%-d %b %Y %H:%M",
    moment: "%-d %b %H:%M",
    mark: |at| match at.hour() {
        0 => Some("%-d %b"),
        hour => (hour % 3 == 0).then_some("%H:%M"),
    },
};

const WEEK: Window = Window {
    name: "7 days",
    buckets: 168,
    bucket_seconds: HOUR_SECONDS,
    bucket_name: "an hour",
    mark: |at| (at.hour() == 0).then_some("%a %-d %b"),
    ..DAY
};

const MONTH: Window = Window {
    name: "30 days",
    buckets: 30,
    bucket_seconds: DAY_SECONDS,
    bucket_name: "a day",
    unfinished: true,
    limit: "%-d %b %Y",
    moment: "%a %-d %b",
    mark: |at| (at.timestamp().as_second() % (3 * DAY_SECONDS) == 0).then_some("%-d %b"),
};

const YEAR: Window = Window {
    name: "365 days",
    buckets: 365,
    moment: "%-d %b %Y",
    mark: |at| match (at.month(), at.day()) {
        (1, 1) => Some("%Y"),
        (_, day) => (day == 1).then_some("%b"),
    },
    ..MONTH
};

/// A kind of service that has uplinks as long as it is in service.
struct Service {
    noun: &'static str,
    uplinks: fn(&Context, i64) -> Result<Vec<i64>>,
    in_service: fn(&Context, i64) -> Result<Range<i64>>,
    name: fn(&Context, i64) -> Result<String>,
}

const COLOCATION: Service = Service {
    noun: "Colocation",
    uplinks: colocation::services::uplinks,
    in_service: colocation::services::in_service,
    name: colocation::services::name,
};

const CROSS_CONNECT: Service = Service {
    noun: "Cross connect",
    uplinks: colocation::cross_connects::uplinks,
    in_service: colocation::cross_connects::in_service,
    name: colocation::cross_connects::name,
};

#[derive(Deserialize)]
struct ByUplink {
    #[serde(alias = "colocationId", alias = "crossConnectId")]
    service: i64,
    #[serde(rename = "upLinkId")]
    uplink: i64,
}

/// The chart in base64, in a list of one.
fn graph(
    service: &'static Service,
    window: &'static Window,
) -> impl Fn(&Context, Params<ByUplink>) -> Result<[String; 1]> + Send + Sync + 'static {
    move |cx: &Context, Params(by): Params<ByUplink>| {
        let in_service = (service.in_service)(cx, by.service)?;
        if in_service.end < cx.now || !(service.uplinks)(cx, by.service)?.contains(&by.uplink) {
            return Err(Problem::not_found());
        }
        let title = match (service.name)(cx, by.service)?.as_str() {
            "" => format!("{} {}", service.noun, by.service),
            name => format!("{} {}, {name}", service.noun, by.service),
        };
        Ok([STANDARD.encode(window.chart(by.uplink, &in_service, title, cx.now).png())])
    }
}

impl Window {
    fn chart(
        &'static self,
        uplink: i64,
        in_service: &Range<i64>,
        title: String,
        now: i64,
    ) -> Chart {
        let Range { start: from, end: to } = self.span(now);
        let through: Vec<Traffic> = (from..to)
            .step_by(self.bucket_seconds as usize)
            .map(|start| {
                let [start, end] = [start, start + self.bucket_seconds]
                    .map(|at| at.clamp(in_service.start, in_service.end));
                traffic(uplink, start, end)
            })
            .collect();
        let last = if self.unfinished { to - 1 } else { to };
        let [first, last] = [from, last].map(|at| formatted(at, self.limit));
        let (name, zone) = (self.name, if to > now { "UTC, the last day so far" } else { "UTC" });
        Chart {
            title,
            subtitle: format!(
                "Traffic of uplink {uplink} in the last {name}: {first} to {last} ({zone})"
            ),
            bucket_seconds: self.bucket_seconds,
            bucket_name: self.bucket_name,
            counted_seconds: to.min(in_service.end) - from.max(in_service.start),
            incoming: through.iter().map(|it| it.ingress).collect(),
            outgoing: through.iter().map(|it| it.egress).collect(),
            times: self.times(from..to),
            time_of: Box::new(move |bucket| {
                formatted(from + bucket as i64 * self.bucket_seconds, self.moment)
            }),
        }
    }

    /// The span of the buckets: the last ones that are over, and the unfinished one if the window
    /// shows it.
    fn span(&self, now: i64) -> Range<i64> {
        let begun = if self.unfinished { self.bucket_seconds - 1 } else { 0 };
        let end = (now + begun).div_euclid(self.bucket_seconds) * self.bucket_seconds;
        end - self.buckets * self.bucket_seconds..end
    }

    fn times(&self, span: Range<i64>) -> Vec<Tick<f32>> {
        let step = self.bucket_seconds.max(HOUR_SECONDS);
        let first = span.start + (-span.start).rem_euclid(step);
        let tick = |at: i64| {
            let label = (self.mark)(&zoned(at))?;
            let buckets = (at - span.start) as f32 / self.bucket_seconds as f32;
            Some(Tick { at: buckets, label: formatted(at, label) })
        };
        (first..span.end).step_by(step as usize).filter_map(tick).collect()
    }
}

fn zoned(at: i64) -> Zoned {
    Timestamp::from_second(at).unwrap_or(Timestamp::MAX).to_zoned(TimeZone::UTC)
}

fn formatted(at: i64, format: &str) -> String {
    zoned(at).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noon of 2025-12-31.
    const NOW: i64 = 1_767_182_400;

    fn chart(window: &'static Window, in_service: Range<i64>, now: i64) -> Chart {
        window.chart(70_511, &in_service, "Colocation 5201".to_owned(), now)
    }

    fn times(chart: &Chart) -> String {
        let labels: Vec<&str> = chart.times.iter().map(|it| it.label.as_str()).collect();
        labels.join(", ")
    }

    #[test]
    fn every_window_has_its_buckets_and_marks() {
        let in_service = NOW - 800 * DAY_SECONDS..NOW;
        let day = chart(&DAY, in_service.clone(), NOW + 299);
        assert_eq!(times(&day), "12:00, 15:00, 18:00, 21:00, 31 Dec, 03:00, 06:00, 09:00");
        let limits = "Traffic of uplink 70511 in the last 24 hours: \
                      30 Dec 2025 12:00 to 31 Dec 2025 12:00 (UTC)";
        assert_eq!(day.subtitle, limits);
        let week = chart(&WEEK, in_service.clone(), NOW);
        assert!(times(&week).starts_with("Thu 25 Dec, Fri 26 Dec, "), "{}", times(&week));
        let month = chart(&MONTH, in_service.clone(), NOW);
        assert!(
            month.subtitle.ends_with(": 2 Dec 2025 to 31 Dec 2025 (UTC, the last day so far)"),
            "{}",
            month.subtitle
        );
        let year = chart(&YEAR, in_service, NOW);
        assert!(times(&year).starts_with("2025, Feb, Mar, "), "{}", times(&year));
        let buckets = [&day, &week, &month, &year].map(|it| (it.incoming.len(), it.outgoing.len()));
        assert_eq!(buckets, [(288, 288), (168, 168), (30, 30), (365, 365)]);
    }

    #[test]
    fn buckets_hold_what_went_through_while_the_service_ran() {
        let began = NOW - 10 * DAY_SECONDS;
        for window in [&WEEK, &MONTH, &YEAR] {
            let chart = chart(window, began..NOW, NOW);
            let span = window.span(NOW);
            let expected = traffic(70_511, span.start.max(began), span.end.min(NOW));
            assert_eq!(chart.incoming.iter().sum::<i64>(), expected.ingress, "{}", window.name);
            assert_eq!(chart.outgoing.iter().sum::<i64>(), expected.egress, "{}", window.name);
        }
        let month = chart(&MONTH, began..NOW, NOW);
        assert!(month.incoming[..19].iter().all(|bytes| *bytes == 0));
        assert!(month.incoming[19..].iter().all(|bytes| *bytes > 0));
        assert_eq!(month.counted_seconds, 10 * DAY_SECONDS);
    }

    #[test]
    fn at_midnight_the_last_day_is_the_one_that_is_over() {
        let midnight = NOW + DAY_SECONDS / 2;
        assert_eq!(MONTH.span(midnight).end, midnight);
        assert_eq!(MONTH.span(midnight + 1).end, midnight + DAY_SECONDS);
        assert_eq!(DAY.span(midnight + 1).end, midnight);
    }
}
