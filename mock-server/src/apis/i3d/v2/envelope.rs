//! What every answer of this API is wrapped in, and how it writes amounts and dates.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Serialize, Serializer};

use crate::{
    apis::i3d::money::{cents::Cents, rate::Rate},
    engine::{Object, Problem, Result},
};

/// A successful answer.
#[derive(Serialize)]
pub(super) struct Success<T> {
    status: &'static str,
    msg: &'static str,
    data: T,
}

/// The answer with this data.
pub(super) fn success<T>(data: T) -> Result<Object<Success<T>>> {
    Ok(Object(Success { status: "Success", msg: "OK", data }))
}

/// Hundredths as this API writes them: a number of units, whole where it can be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hundredths(pub(super) i64);

impl From<Cents> for Hundredths {
    fn from(cents: Cents) -> Hundredths {
        Hundredths(cents.0)
    }
}

impl From<Rate> for Hundredths {
    fn from(rate: Rate) -> Hundredths {
        Hundredths(rate.0.into())
    }
}

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            whole if whole % 100 == 0 => serializer.serialize_i64(whole / 100),
            part => serializer.serialize_f64(part as f64 / 100.0),
        }
    }
}

/// The day of a time in UTC.
pub(super) fn day(at: i64) -> Result<Date> {
    let at = Timestamp::from_second(at).map_err(Problem::internal)?;
    Ok(at.to_zoned(TimeZone::UTC).date())
}

/// The first second of a day that a request writes as `DD-MM-YYYY`.
pub(super) fn first_second(property: &str, text: &str) -> Result<i64> {
    let refused = |_| Problem::invalid(property, "is no date of the form DD-MM-YYYY");
    let date = Date::strptime("%d-%m-%Y", text).map_err(refused)?;
    let midnight = date.to_zoned(TimeZone::UTC).map_err(refused)?;
    Ok(midnight.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_whole_where_they_can_be() {
        let written = |amount| serde_json::to_string(&Hundredths(amount)).unwrap();
        let all = [42350, 7550, 2100, -105, 0].map(written);
        assert_eq!(all, ["423.5", "75.5", "21", "-1.05", "0"]);
    }

    #[test]
    fn a_date_has_its_day_first() {
        assert_eq!(first_second("dateStart", "06-08-2015").unwrap(), 1_438_819_200);
        for wrong in ["2015-08-06", "31-02-2015", "today", ""] {
            assert_eq!(first_second("dateStart", wrong).unwrap_err().errors.len(), 1, "{wrong}");
        }
    }
}
