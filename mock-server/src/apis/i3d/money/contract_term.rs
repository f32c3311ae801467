//! How long a service runs: what was agreed, when notice was given, and the dates that follow from
//! both.

use std::ops::Range;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::engine::{Problem, Result};

/// The contract of a service, as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Contract {
    started_at: i64,
    cancelled_at: Option<i64>,
    #[serde(flatten)]
    periods: Periods,
}

/// Numbers of months.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Periods {
    contract_period: i32,
    extend_period: i32,
    cancellation_period: i32,
}

/// The contract of a service, as the API shows it: days in UTC, and no text where there is none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Terms {
    date_start: String,
    date_end: String,
    date_cancelled: String,
    date_end_contract: String,
    #[serde(flatten)]
    periods: Periods,
}

impl Contract {
    pub(in crate::apis::i3d) fn terms(&self, now: i64) -> Terms {
        let end = self.end(now);
        let paid_until = end_past(self.start(), 1, 1, day(now)).min(end);
        Terms {
            date_start: self.start().to_string(),
            date_end: paid_until.to_string(),
            date_cancelled: self.cancelled_at.map(|at| day(at).to_string()).unwrap_or_default(),
            date_end_contract: end.to_string(),
            periods: self.periods,
        }
    }

    /// When the service was in service, up to now, in unix seconds.
    pub(in crate::apis::i3d) fn in_service(&self, now: i64) -> Range<i64> {
        let end = if self.is_cancelled() { midnight(self.end(now)).min(now) } else { now };
        self.started_at..end.max(self.started_at)
    }

    /// Gives notice. The service goes on until the end of its contract.
    pub(in crate::apis::i3d) fn cancel(&mut self, now: i64) -> Result<()> {
        if self.is_cancelled() {
            return Err(refused("the service is cancelled already"));
        }
        self.cancelled_at = Some(now);
        Ok(())
    }

    /// Takes the notice back, as long as the service still runs.
    pub(in crate::apis::i3d) fn revert_cancel(&mut self, now: i64) -> Result<()> {
        if !self.is_cancelled() {
            return Err(refused("the service is not cancelled"));
        }
        if self.end(now) <= day(now) {
            return Err(refused("the service has ended"));
        }
        self.cancelled_at = None;
        Ok(())
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled_at.is_some()
    }

    fn start(&self) -> Date {
        day(self.started_at)
    }

    /// The first day after the contract. Without notice it is prolonged when it ends; a notice ends
    /// it with the first period that leaves the cancellation period.
    fn end(&self, now: i64) -> Date {
        let Periods { contract_period, extend_period, cancellation_period } = self.periods;
        let past = match self.cancelled_at {
            None => day(now),
            Some(cancelled_at) => {
                let notice = day(cancelled_at);
                let left =
                    notice.saturating_add(cancellation_period.months()).saturating_sub(1.day());
                left.max(notice)
            }
        };
        end_past(self.start(), contract_period, extend_period, past)
    }
}

fn refused(message: &str) -> Problem {
    Problem::invalid("dateCancelled", message)
}

/// The end of a period of `first` months from `start`, prolonged by `next` months until it is later
/// than `past`.
fn end_past(start: Date, first: i32, next: i32, past: Date) -> Date {
    let months = |date: Date| i32::from(date.year()) * 12 + i32::from(date.month());
    // As many prolongations as reach the month of `past`; whether they suffice depends on its day.
    let missing = months(past) - months(start) - first;
    let times = if missing > 0 { (missing + next - 1) / next } else { 0 };
    let end = |times: i32| start.saturating_add((first + times * next).months());
    if end(times) > past { end(times) } else { end(times + 1) }
}

/// The day in UTC.
pub(in crate::apis::i3d) fn day(at: i64) -> Date {
    let at = Timestamp::from_second(at).unwrap_or(Timestamp::MAX);
    at.to_zoned(TimeZone::UTC).date()
}

/// When a day begins in UTC. The last day of the calendar begins later than any instant that can be
/// written.
pub(in crate::apis::i3d) fn midnight(day: Date) -> i64 {
    day.to_zoned(TimeZone::UTC).map_or(i64::MAX, |zoned| zoned.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const DAY: i64 = 86_400;

    fn contract(
        started: Date,
        contract_period: i32,
        extend_period: i32,
        cancellation_period: i32,
    ) -> Contract {
        let periods = Periods { contract_period, extend_period, cancellation_period };
        Contract { started_at: midnight(started), cancelled_at: None, periods }
    }

    fn end(contract: &Contract, on: Date) -> Date {
        contract.end(midnight(on))
    }

    #[test]
    fn a_contract_is_prolonged_until_notice_is_given() {
        let yearly = contract(date(2023, 3, 15), 24, 12, 3);
        assert_eq!(end(&yearly, date(2025, 3, 14)), date(2025, 3, 15));
        assert_eq!(end(&yearly, date(2025, 3, 15)), date(2026, 3, 15));
        let cancelled = |on: Date| {
            let mut contract = yearly.clone();
            contract.cancel(midnight(on)).unwrap();
            end(&contract, date(2040, 1, 1))
        };
        assert_eq!(cancelled(date(2024, 12, 15)), date(2025, 3, 15));
        assert_eq!(cancelled(date(2024, 12, 16)), date(2026, 3, 15));
    }

    #[test]
    fn what_is_over_stays_over() {
        let mut monthly = contract(date(2025, 1, 31), 1, 1, 0);
        let noon = midnight(date(2025, 2, 10)) + DAY / 2;
        monthly.revert_cancel(noon).unwrap_err();
        monthly.cancel(noon).unwrap();
        monthly.cancel(noon).unwrap_err();
        let last = midnight(date(2025, 2, 28));
        let terms = monthly.terms(last + 10 * DAY);
        assert_eq!((&*terms.date_end_contract, &*terms.date_end), ("2025-02-28", "2025-02-28"));
        assert_eq!(terms.date_cancelled, "2025-02-10");
        assert_eq!(monthly.in_service(last + 10 * DAY).end, last);
        assert_eq!(monthly.in_service(last - 5).end, last - 5);
        monthly.clone().revert_cancel(last - 1).unwrap();
        monthly.revert_cancel(last).unwrap_err();
        monthly.cancel(last).unwrap_err();
    }

    #[test]
    fn the_end_of_the_calendar_is_no_obstacle() {
        let mut contract = contract(date(2020, 1, 1), 12, 12, 3);
        for now in [0, midnight(date(9999, 12, 30)), 253_402_300_799, i64::MAX] {
            contract.terms(now);
        }
        contract.cancel(253_402_300_799).unwrap();
        contract.terms(253_402_300_799);
    }

    proptest! {
        #[test]
        fn a_service_ends_with_a_period_and_not_before_its_notice_is_over(
            start in 0..20_000_i64, notice in 0..20_000_i64,
            first in 1..37, next in 1..13, cancellation in 0..7,
        ) {
            let (start, notice) = (start * DAY, (start + notice) * DAY);
            let mut contract = contract(day(start), first, next, cancellation);
            let before = contract.end(notice);
            prop_assert!(before > day(notice), "a contract that runs has not ended");
            contract.cancel(notice).unwrap();
            let end = contract.end(i64::MAX);
            prop_assert!(end >= before, "a notice does not shorten a period");
            prop_assert!(end >= day(notice).saturating_add(cancellation.months()));
            let later = end.saturating_sub(1.day());
            let period = |times: i32| day(start).saturating_add((first + times * next).months());
            let periods = (0..).map(period);
            prop_assert_eq!(periods.take_while(|it| *it <= end).last(), Some(end));
            // One period less would not leave the cancellation period.
            let shorter = (0..).map(period).take_while(|it| *it <= later).last();
            let needed = day(notice).saturating_add(cancellation.months());
            prop_assert!(shorter.is_none_or(|it| it < needed || it <= day(notice)));

            prop_assert!(contract.clone().revert_cancel(midnight(end) - 1).is_ok());
            prop_assert!(contract.clone().revert_cancel(midnight(end)).is_err());
            contract.revert_cancel(notice).unwrap();
            prop_assert_eq!(contract.end(notice), before, "a notice taken back leaves no trace");
        }
    }
}
