//! What several operations take of a request.

use serde::Deserialize;

/// The UUID of a machine.
#[derive(Deserialize)]
pub(super) struct ByUuid {
    pub(super) uuid: String,
}
