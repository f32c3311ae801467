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
    /// What may be done to the real API, as YAML; see [`live::Rules`](crate::live::Rules).
    pub live: &'static str,
}

impl Suite {
    /// The statuses of a code of this API; `None` for a code that it does not know.
    pub fn statuses_of(&self, code: i64) -> Option<&'static [u16]> {
        self.error_codes.iter().find(|(known, _)| *known == code).map(|(_, statuses)| *statuses)
    }
}
