//! The contract of the v3 API, and the name that it goes by.

use openapi::Contract;

/// The short name, as in `openapi/i3d-v3`.
pub(super) const NAME: &str = "i3d-v3";

pub(super) fn contract() -> &'static Contract {
    openapi::i3d_v3()
}
