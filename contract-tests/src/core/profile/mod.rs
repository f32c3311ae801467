//! What the harness must know of an API beyond its contract.

pub mod families;
pub mod family;
pub mod flow;
pub mod random;

use std::fmt;

use openapi::Contract;

use crate::core::profile::{family::Family, flow::Flow};

/// An API under test.
pub struct ApiProfile {
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
    pub unknown_route_code: i64,
    /// The words for a part of a list: which row is the first, and how many rows.
    pub range: fn(u32, u32) -> String,
    /// How many rows of a list are answered where no part is asked for.
    pub page_default: u32,
    /// Whether a path with a slash at the end means the same as without it.
    pub ignores_trailing_slash: bool,
    /// Operations whose example does not succeed in a fresh world, because it needs other requests
    /// before.
    pub prepared: &'static [&'static str],
    /// Operations whose answers hold the keys of the caller.
    pub shows_keys: &'static [&'static str],
    /// Operations whose path names what every customer may see.
    pub shared: &'static [&'static str],
    /// Its resources.
    pub families: &'static [&'static [Family]],
    /// Where answers show what a parameter of a path stands for, beyond the lists of the families:
    /// the parameter, the operation, and the place in its answer.
    pub shown: &'static [(&'static str, &'static str, &'static str)],
    /// State machines, such as a login.
    pub flows: &'static [Flow],
    /// Names of properties that are masked in outputs although the contract does not mark them as
    /// secret.
    pub private: &'static [&'static str],
    /// The keys of the demo world of the emulator.
    pub demo_keys: DemoKeys,
    /// What the demo world of the emulator has, by the names that fixtures use for it.
    pub demo_names: &'static [(&'static str, &'static str)],
    /// The faults that the harness is measured by, as YAML; see
    /// [`fault::catalogue`](crate::fault::catalogue).
    pub faults: &'static str,
    /// What may be done to the real API, as YAML; see
    /// [`live::Rules`](crate::live::Rules).
    pub live: &'static str,
}

/// The keys of the demo world of an emulator, which are no secrets.
#[derive(Debug, Clone, Copy)]
pub struct DemoKeys {
    /// The key of the customer.
    pub customer: &'static str,
    /// The key of another customer.
    pub other: &'static str,
    /// A key of the customer whose whitelist excludes this machine.
    pub excluded: &'static str,
}

impl fmt::Debug for ApiProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl ApiProfile {
    /// The statuses of a code of this API; `None` for a code that it does not know.
    pub fn statuses_of(&self, code: i64) -> Option<&'static [u16]> {
        self.error_codes.iter().find(|(known, _)| *known == code).map(|(_, statuses)| *statuses)
    }

    /// Whether the example of an operation needs other requests before it succeeds.
    pub fn is_prepared(&self, operation: &str) -> bool {
        self.prepared.contains(&operation)
    }
}
