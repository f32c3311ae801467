//! The VAT that a customer pays: a Dutch seller's rules, simplified.

use serde::{Deserialize, Serialize};

/// The Dutch rate, in percent.
const STANDARD: i64 = 21;

/// The other countries of the European Union, where a business owes the VAT itself.
const REST_OF_EU: [&str; 26] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
    "LU", "LV", "MT", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Which rule an invoice falls under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Vat {
    /// The customer is in the Netherlands.
    Standard,
    /// A business elsewhere in the European Union.
    ReverseCharged,
    /// Everybody else.
    None,
}

impl Vat {
    /// The rule for a customer of this country.
    pub(super) fn of(country_code: &str, vat_number: &str) -> Vat {
        let country = country_code.to_ascii_uppercase();
        match &*country {
            "NL" => Vat::Standard,
            other if REST_OF_EU.contains(&other) && !vat_number.is_empty() => Vat::ReverseCharged,
            _ => Vat::None,
        }
    }

    pub(super) fn percentage(self) -> i64 {
        match self {
            Vat::Standard => STANDARD,
            Vat::ReverseCharged | Vat::None => 0,
        }
    }

    /// What an invoice must say about it.
    pub(super) fn note(self) -> Option<&'static str> {
        (self == Vat::ReverseCharged).then_some("VAT reverse charged to the customer.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_country_and_the_vat_number_decide() {
        for (country, number, vat) in [
            ("NL", "NL001234567B01", Vat::Standard),
            ("nl", "", Vat::Standard),
            ("DE", "DE123456789", Vat::ReverseCharged),
            ("DE", "", Vat::None),
            ("GB", "GB123456789", Vat::None),
            ("US", "", Vat::None),
        ] {
            assert_eq!(Vat::of(country, number), vat, "{country}, {number:?}");
        }
        assert_eq!([Vat::Standard, Vat::ReverseCharged, Vat::None].map(Vat::percentage), [21, 0, 0]);
    }
}
