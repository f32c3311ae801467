//! Amounts of money, exact to a ten-millionth, because prices of an hour are that small.

use std::{
    iter::Sum,
    ops::{Add, Neg, Sub},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Ten-millionths of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Amount(pub(super) i64);

const UNIT: i64 = 10_000_000;
const CENT: i64 = UNIT / 100;

impl Amount {
    pub(super) const ZERO: Amount = Amount(0);

    /// The amount that a number of units is.
    pub(super) fn of(units: f64) -> Amount {
        Amount((units * UNIT as f64).round() as i64)
    }

    pub(super) fn times(self, number: i64) -> Amount {
        Amount(self.0 * number)
    }

    /// A share of it in percent.
    pub(super) fn percent(self, percent: f64) -> Amount {
        Amount((self.0 as f64 * percent / 100.0).round() as i64)
    }

    /// Rounded to whole cents, half a cent away from zero.
    pub(super) fn in_cents(self) -> Amount {
        let half = CENT / 2 * self.0.signum();
        Amount((self.0 + half) / CENT * CENT)
    }
}

impl Add for Amount {
    type Output = Amount;
    fn add(self, other: Amount) -> Amount {
        Amount(self.0 + other.0)
    }
}

impl Sub for Amount {
    type Output = Amount;
    fn sub(self, other: Amount) -> Amount {
        Amount(self.0 - other.0)
    }
}

impl Neg for Amount {
    type Output = Amount;
    fn neg(self) -> Amount {
        Amount(-self.0)
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Amount>>(amounts: I) -> Amount {
        amounts.fold(Amount::ZERO, Add::add)
    }
}

/// Whole where it can be: some clients read whole numbers only.
impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 % UNIT {
            0 => serializer.serialize_i64(self.0 / UNIT),
            _ => serializer.serialize_f64(self.0 as f64 / UNIT as f64),
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
        f64::deserialize(deserializer).map(Amount::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_whole_where_they_can_be() {
        let written = |units: f64| serde_json::to_string(&Amount::of(units)).unwrap();
        let all = [59.96, 100.0, 0.000_034_2, -3.44].map(written);
        assert_eq!(all, ["59.96", "100", "0.0000342", "-3.44"]);
        assert_eq!(Amount::of(0.1) + Amount::of(0.2), Amount::of(0.3));
        assert_eq!(Amount::of(1.005).in_cents(), Amount::of(1.01));
        assert_eq!(Amount::of(-1.005).in_cents(), Amount::of(-1.01));
        assert_eq!(Amount::of(1.01).percent(20.0).in_cents(), Amount::of(0.2));
    }
}
