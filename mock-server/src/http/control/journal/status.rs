//! Statuses, as the control API is told which are meant.

use serde::Deserialize;

/// A status, or a class of them, as in `404` and `4xx`.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct StatusPattern(pub(super) String);

impl StatusPattern {
    pub(super) fn takes(&self, status: u16) -> bool {
        let status = status.to_string();
        let class = self.0.strip_suffix("xx");
        self.0 == status || class.is_some_and(|class| status.starts_with(class))
    }
}
