//! The span of time that telemetry is asked for, and the times of measurements in it.

use std::ops::Range;

use openapi::Violation;

use crate::engine::{Page, Problem, ProblemKind};

/// How many measurements an answer has at most: a month of readings, or a year of hours.
pub(super) const POINTS_MAX: i64 = 31 * 288 + 1;

const DAY: i64 = 86_400;

/// A span in unix seconds; both ends belong to it.
#[derive(Debug, Clone, Copy)]
pub(in crate::apis::i3d) struct Window {
    start: i64,
    end: i64,
}

impl Window {
    /// The window of a request, by default the last day; refuses one that ends before it begins.
    pub(in crate::apis::i3d) fn new(
        start: Option<i64>,
        end: Option<i64>,
        now: i64,
    ) -> Result<Window, Violation> {
        let window = Window { start: start.unwrap_or(now - DAY), end: end.unwrap_or(now) };
        if window.start > window.end {
            return Err(Violation::new("startTime", "must not be after endTime"));
        }
        Ok(window)
    }

    /// When the steps begin that lie in the window and overlap with the time `in_service`.
    pub(in crate::apis::i3d) fn steps(
        self,
        step: i64,
        in_service: &Range<i64>,
    ) -> Result<Vec<i64>, Violation> {
        let begun = in_service.start - in_service.start.rem_euclid(step);
        Times { first: self.start.max(begun), last: self.end.min(in_service.end - 1), step }
            .within_bounds()
    }

    /// The whole multiples of `step` that lie in the window and in the time `in_service`.
    pub(in crate::apis::i3d) fn readings(self, step: i64, in_service: &Range<i64>) -> Times {
        Times { first: self.start.max(in_service.start), last: self.end.min(in_service.end), step }
    }
}

/// The whole multiples of `step` from a first to a last time.
#[derive(Debug, Clone, Copy)]
pub(in crate::apis::i3d) struct Times {
    first: i64,
    last: i64,
    step: i64,
}

impl Times {
    /// All of them; refuses more than [`POINTS_MAX`].
    pub(in crate::apis::i3d) fn within_bounds(self) -> Result<Vec<i64>, Violation> {
        if self.last.saturating_sub(self.first) / self.step >= POINTS_MAX {
            let message = format!("is too early: at most {POINTS_MAX} measurements are answered");
            return Err(Violation::new("startTime", message));
        }
        Ok(self.page(Page::ALL).collect())
    }

    /// A page of them.
    pub(in crate::apis::i3d) fn page(self, page: Page) -> impl Iterator<Item = i64> {
        let after_first = self.first.rem_euclid(self.step) != 0;
        let first = self.first.div_euclid(self.step) + i64::from(after_first);
        page.of(first..=self.last.div_euclid(self.step)).map(move |number| number * self.step)
    }
}

/// Telemetry of traffic refuses an impossible window like a form.
pub(in crate::apis::i3d) fn refused(violation: Violation) -> Problem {
    Problem::form(vec![violation])
}

/// Telemetry of power refuses it as malformed, because the contract lists 400 there.
pub(in crate::apis::i3d) fn malformed(violation: Violation) -> Problem {
    Problem { errors: vec![violation], ..Problem::new(ProblemKind::Malformed) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn window(start: i64, end: i64) -> Window {
        Window::new(Some(start), Some(end), 0).unwrap()
    }

    #[test]
    fn both_ends_of_a_window_belong_to_it() {
        let readings =
            |start, end| window(start, end).readings(300, &(650..2_000)).within_bounds().unwrap();
        assert_eq!(readings(900, 1_500), [900, 1_200, 1_500]);
        assert_eq!(readings(901, 1_499), [1_200]);
        assert_eq!(readings(i64::MIN, i64::MAX), [900, 1_200, 1_500, 1_800]);
        let steps = |start, end| window(start, end).steps(300, &(650..1_800)).unwrap();
        assert_eq!(steps(i64::MIN, i64::MAX), [600, 900, 1_200, 1_500]);
        assert_eq!(steps(601, 900), [900]);
    }

    #[test]
    fn a_window_is_a_day_unless_it_says_otherwise_and_never_ends_before_it_begins() {
        let last = Window::new(None, None, 100_000).unwrap();
        assert_eq!((last.start, last.end), (13_600, 100_000));
        for (start, end) in [(Some(100_001), None), (None, Some(13_599)), (Some(5), Some(4))] {
            assert!(Window::new(start, end, 100_000).is_err());
        }
    }

    proptest! {
        #[test]
        fn no_window_answers_more_than_the_bound(
            start: i64, end: i64, from in 0..253_402_300_799_i64, seconds in 0..253_402_300_799_i64,
        ) {
            let Ok(window) = Window::new(Some(start), Some(end), 0) else { return Ok(()) };
            let in_service = from..from + seconds;
            let readings = window.readings(300, &in_service).within_bounds();
            for times in [window.steps(3_600, &in_service), readings] {
                match times {
                    Ok(times) => prop_assert!(times.len() as i64 <= POINTS_MAX),
                    Err(violation) => prop_assert_eq!(violation.property, "startTime"),
                }
            }
        }
    }
}
