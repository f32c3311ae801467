//! Months, in UTC.

use std::ops::Range;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::engine::{Problem, Result};

/// A month, by its number since January 2000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month(i64);

impl Month {
    /// The month that a time belongs to.
    pub(super) fn of(at: i64) -> Result<Month> {
        let at = Timestamp::from_second(at).map_err(Problem::internal)?.to_zoned(TimeZone::UTC);
        Ok(Month((i64::from(at.year()) - 2000) * 12 + i64::from(at.month()) - 1))
    }

    pub(super) fn number(self) -> i64 {
        self.0
    }

    pub(super) fn next(self) -> Month {
        Month(self.0 + 1)
    }

    pub(super) fn previous(self) -> Month {
        Month(self.0 - 1)
    }

    /// Its first second.
    pub(super) fn start(self) -> Result<i64> {
        let year = i16::try_from(2000 + self.0.div_euclid(12)).map_err(Problem::internal)?;
        let month = i8::try_from(1 + self.0.rem_euclid(12)).map_err(Problem::internal)?;
        let first = Date::new(year, month, 1).map_err(Problem::internal)?;
        let first = first.to_zoned(TimeZone::UTC).map_err(Problem::internal)?;
        Ok(first.timestamp().as_second())
    }

    /// From its first second to that of the next month.
    pub(super) fn span(self) -> Result<Range<i64>> {
        Ok(self.start()?..self.next().start()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_where_the_next_begins() {
        let month = Month::of(1_519_862_399).unwrap();
        assert_eq!(month.number(), 18 * 12 + 1);
        assert_eq!(month.span().unwrap(), 1_517_443_200..1_519_862_400);
        assert_eq!(Month::of(1_519_862_400).unwrap(), month.next());
        assert_eq!(month.next().previous(), month);
    }
}
