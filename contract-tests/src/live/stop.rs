//! Why a request was not sent.

use std::path::PathBuf;

use jiff::Timestamp;

use super::Refusal;

/// Why nothing more is sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// Somebody wants everything to stop.
    #[error("{} exists, so nothing is sent; remove it to go on", .0.display())]
    Switch(PathBuf),
    /// Somebody wants the run to end.
    #[error("the run was interrupted")]
    Interrupted,
    /// The requests of the day are spent.
    #[error("the {0} requests of today are spent, but for those that remove what was made")]
    Requests(u32),
    /// The requests of the day for one operation are spent.
    #[error("the {1} requests of today for {0} are spent")]
    Operation(String, u32),
    /// It would cost more than was agreed to.
    #[error("it would cost {cents} cents today, and {max} were agreed to")]
    Money {
        /// The cost of today with it.
        cents: u64,
        /// What was agreed to.
        max: u64,
    },
    /// It lasts too long.
    #[error("the run may not last longer")]
    Time,
    /// It would have to wait for longer than it may last.
    #[error(
        "nothing may be sent before {0}, and this run ends before that; another one, or `sweep`, can go on then"
    )]
    Patience(Timestamp),
    /// The host is not well.
    #[error("the host failed {0} times in a row")]
    Failing(u32),
    /// The host wants fewer requests.
    #[error("the host said a second time that there are too many requests")]
    Throttled,
    /// What is done could not be written down.
    #[error("the records cannot be written: {0}")]
    Records(String),
}

/// Why a request was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Because of what it is.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Because of what was before.
    #[error(transparent)]
    Stopped(#[from] Stop),
}

/// The records cannot be written.
pub(super) fn unwritten(error: std::io::Error) -> Stop {
    Stop::Records(error.to_string())
}
