//! What the harness must know of an API beyond its contract.

use openapi::Contract;

/// An API under test.
pub struct Suite {
    /// Its short name, as in `openapi/i3d-v3`.
    pub name: &'static str,
    /// Its contract.
    pub contract: &'static Contract,
    /// The header that carries the key.
    pub key_header: &'static str,
    /// The header that asks for a part of a list.
    pub page_header: &'static str,
    /// Every code that a refusal may carry, with the statuses it belongs to.
    pub error_codes: &'static [(i64, &'static [u16])],
    /// The code of a path that no operation has.
    pub no_route: i64,
    /// Names of properties that the contract does not call secret, and that nobody else is to read all the same.
    pub private: &'static [&'static str],
    /// What the demo world of the emulator has, by the names that fixtures use for it.
    pub demo_names: &'static [(&'static str, &'static str)],
}

impl Suite {
    /// The statuses of a code of this API; `None` for a code that it does not know.
    pub fn statuses_of(&self, code: i64) -> Option<&'static [u16]> {
        self.error_codes.iter().find(|(known, _)| *known == code).map(|(_, statuses)| *statuses)
    }
}
