//! How much the uplinks of a service carried this month, in the unit that it is billed in.

use std::ops::Range;

use jiff::{Timestamp, tz::TimeZone};

use super::series::{Traffic, percentile_95, traffic};

/// The `bandwidthBillingType` of a service that is billed by volume; others are billed by megabits
/// a second.
pub(in crate::apis::i3d) const BY_VOLUME: i64 = 2;
/// The `bandwidthBillingType` of a service without a limit.
pub(in crate::apis::i3d) const UNMETERED: i64 = 1;

pub(in crate::apis::i3d) const BYTES_PER_GB: i64 = 1_000_000_000;

/// What uplinks carried: gigabytes where the volume is billed, otherwise the 95th percentile in
/// Mbit.
pub(in crate::apis::i3d) struct TrafficSums {
    pub(in crate::apis::i3d) incoming: i64,
    pub(in crate::apis::i3d) outgoing: i64,
    /// The 95th percentile of both directions together; 0 where the volume is billed.
    pub(in crate::apis::i3d) month_mbit: i64,
}

/// The part of `in_service` that lies in this calendar month, in UTC.
pub(in crate::apis::i3d) fn this_month(in_service: &Range<i64>, now: i64) -> Range<i64> {
    let today =
        Timestamp::from_second(now).unwrap_or(Timestamp::MAX).to_zoned(TimeZone::UTC).date();
    let first = today.first_of_month().to_zoned(TimeZone::UTC);
    let first = first.map_or(now, |midnight| midnight.timestamp().as_second());
    let start = in_service.start.max(first);
    start..in_service.end.max(start)
}

pub(in crate::apis::i3d) fn traffic_sums(
    uplinks: &[i64],
    billing_type: i64,
    span: Range<i64>,
) -> TrafficSums {
    if billing_type == BY_VOLUME {
        let sum: Traffic =
            uplinks.iter().map(|uplink| traffic(*uplink, span.start, span.end)).sum();
        let (incoming, outgoing) = (sum.ingress / BYTES_PER_GB, sum.egress / BYTES_PER_GB);
        return TrafficSums { incoming, outgoing, month_mbit: 0 };
    }
    let [incoming, outgoing, month_mbit] = percentile_95(uplinks, span);
    TrafficSums { incoming, outgoing, month_mbit }
}
