//! Pictures of the traffic of an uplink.

use jiff::{Timestamp, Zoned, tz::TimeZone};

use super::{
    chart::Chart,
    chart_axis::Tick,
    telemetry_series::{Traffic, traffic},
};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How far a picture looks back.
struct Window {
    name: &'static str,
    seconds: i64,
    bucket_seconds: i64,
    bucket_name: &'static str,
    /// How a time is written in the legend.
    time: &'static str,
    /// The label of a time that stands at the axis.
    mark: fn(&Zoned) -> Option<&'static str>,
}
