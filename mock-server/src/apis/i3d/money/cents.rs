//! Amounts of money: whole cents, never a fraction.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, Mul, Neg, Sub},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::rate::Rate;

/// An amount in hundredths of its currency, which the API writes as a text; negative for a credit.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::apis::i3d) struct Cents(pub i64);

impl Cents {
    pub(in crate::apis::i3d) const ZERO: Cents = Cents(0);

    /// The VAT on this amount, rounded half up; the VAT on a credit is that on the same amount
    /// taken, negated.
    pub(in crate::apis::i3d) fn vat(self, rate: Rate) -> Cents {
        Cents(rate.of(self.0.abs()) * self.0.signum())
    }

    /// As people read it, with the sign of the currency: `€ 1,234.50`.
    pub(in crate::apis::i3d) fn with_sign(self, sign: &str) -> String {
        format!("{sign} {self}")
    }
}

/// As people read it: `1,234.50`.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (sign, cents) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let units = (cents / 100).to_string();
        let groups: Vec<&str> = units
            .as_bytes()
            .rchunks(3)
            .rev()
            .map(|it| str::from_utf8(it).expect("digits"))
            .collect();
        write!(f, "{sign}{}.{:02}", groups.join(","), cents % 100)
    }
}

impl Add for Cents {
    type Output = Cents;
    fn add(self, other: Cents) -> Cents {
        Cents(self.0 + other.0)
    }
}

impl Sub for Cents {
    type Output = Cents;
    fn sub(self, other: Cents) -> Cents {
        Cents(self.0 - other.0)
    }
}

impl Neg for Cents {
    type Output = Cents;
    fn neg(self) -> Cents {
        Cents(-self.0)
    }
}

impl Mul<i64> for Cents {
    type Output = Cents;
    fn mul(self, times: i64) -> Cents {
        Cents(self.0 * times)
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Cents>>(amounts: I) -> Cents {
        amounts.fold(Cents::ZERO, Add::add)
    }
}

impl Serialize for Cents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Cents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Cents, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        text.parse().map(Cents).map_err(|_| de::Error::custom("cents are a whole number in a text"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn percent(percentage: i64) -> Rate {
        serde_json::from_value((100 * percentage).into()).unwrap()
    }

    #[test]
    fn vat_is_rounded_half_up() {
        for (amount, vat) in
            [(0, 0), (2, 0), (3, 1), (50, 11), (150, 32), (14_900, 3_129), (-50, -11)]
        {
            assert_eq!(Cents(amount).vat(percent(21)), Cents(vat), "{amount}");
        }
        assert_eq!(Cents(14_900).vat(Rate::NOTHING), Cents::ZERO);
    }

    #[test]
    fn thousands_stand_apart() {
        for (cents, text) in
            [(0, "0.00"), (7, "0.07"), (123_450, "1,234.50"), (-100_000_000, "-1,000,000.00")]
        {
            assert_eq!(Cents(cents).to_string(), text);
        }
    }

    #[test]
    fn an_amount_is_a_text_of_cents() {
        assert_eq!(serde_json::to_string(&Cents(-1250)).unwrap(), r#""-1250""#);
        assert_eq!(serde_json::from_str::<Cents>(r#""-1250""#).unwrap(), Cents(-1250));
        for bad in ["12", r#""12.5""#, r#""""#] {
            assert!(serde_json::from_str::<Cents>(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn vat_is_the_nearest_whole_cent(
            amount in -1_000_000_000..1_000_000_000_i64,
            percentage in 0..=27_i64,
        ) {
            let Cents(vat) = Cents(amount).vat(percent(percentage));
            prop_assert!((2 * (100 * vat - amount * percentage)).abs() <= 100);
            prop_assert_eq!(Cents(-amount).vat(percent(percentage)), -Cents(vat));
        }
    }
}
