//! Shares of amounts, such as percentages and factors.

use serde::{Deserialize, Serialize};

/// A share in ten-thousandths: 2100 is 21 %, or a factor of 0.21.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(transparent)]
pub(in crate::apis::i3d) struct Rate(pub u32);

impl Rate {
    pub(in crate::apis::i3d) const NOTHING: Rate = Rate(0);
    pub(in crate::apis::i3d) const WHOLE: Rate = Rate(10_000);

    /// This share of an amount that is not negative, rounded half up.
    pub(in crate::apis::i3d) fn of(self, cents: i64) -> i64 {
        let whole = i64::from(Rate::WHOLE.0);
        (cents * i64::from(self.0) + whole / 2) / whole
    }

    /// The share that is left when this one is taken.
    pub(in crate::apis::i3d) fn rest(self) -> Rate {
        Rate(Rate::WHOLE.0.saturating_sub(self.0))
    }

    /// As the API writes a percentage.
    pub(in crate::apis::i3d) fn percent(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// As the API writes a percentage without a fraction.
    pub(in crate::apis::i3d) fn whole_percent(self) -> u32 {
        (self.0 + 50) / 100
    }

    /// As the API writes a factor.
    pub(in crate::apis::i3d) fn factor(self) -> f64 {
        f64::from(self.0) / 10_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_cent_is_a_cent() {
        let rounded = |rate, cents| Rate(rate).of(cents);
        assert_eq!((rounded(2100, 50), rounded(2100, 49)), (11, 10));
        assert_eq!((rounded(5000, 1), rounded(4999, 1)), (1, 0));
        assert_eq!((Rate(2550).percent(), Rate(9500).factor()), (25.5, 0.95));
    }
}
