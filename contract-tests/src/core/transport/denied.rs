//! Why the guard of a live API did not send a request: errors of one request, and of the run.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::core::live_rules::Class;

/// Why a request is never sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It comes without the key of the customer.
    #[error("requests with a missing, wrong or foreign key may lock an account")]
    Caller,
    /// It is not what the contract describes.
    #[error("{0} is no request of the contract: {1}")]
    Invalid(String, String),
    /// The rules give the operation no class.
    #[error("{0} has no class in the rules of the API")]
    Unlisted(String),
    /// The operation is of a class that is never sent.
    #[error("{0} is {1}: it {2}")]
    Class(String, Class, String),
    /// The operation is not in the plan, or not so often.
    #[error("{0} is {1} and not planned, or not so often; see `plan`")]
    Unplanned(String, Class),
    /// It is sent during the cleanup and does not serve it.
    #[error("{0} removes nothing of this run")]
    Cleanup(String),
    /// A write names a resource that the run has not made.
    #[error("{0} is about `{1}`, which this run has not made")]
    Foreign(String, String),
    /// A read names a resource that no answer has shown.
    #[error("{0} is about `{1}`, which no answer of this run has shown")]
    Unknown(String, String),
    /// What it makes could not be recognised by its name afterwards.
    #[error("{0} needs a name that begins with `{1}` and was not used before")]
    Name(String, String),
    /// The limit of resources of this kind is reached.
    #[error("{0}: {1} at once are enough")]
    Enough(String, usize),
}

/// Why nothing more is sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The kill switch exists.
    #[error("{} exists, so nothing is sent; remove it to go on", .0.display())]
    Switch(PathBuf),
    /// The run was interrupted.
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
    /// The run has reached its deadline.
    #[error("the run may not last longer")]
    Deadline,
    /// The wait for the next request would pass the deadline.
    #[error(
        "nothing may be sent before {0}, and this run ends before that; another one, or `sweep`, \
        can go on then"
    )]
    WaitTooLong(Timestamp),
    /// The host answered too many requests in a row with errors, or not at all.
    #[error("the host failed {0} times in a row")]
    Failing(u32),
    /// The host answered 429 twice.
    #[error("the host said a second time that there are too many requests")]
    Throttled,
    /// What is done could not be written down.
    #[error("the records cannot be written: {0}")]
    Records(String),
}

/// Why a request was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The rules do not allow this request.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The run is stopped.
    #[error(transparent)]
    Stopped(#[from] Stop),
}

impl Stop {
    /// The records cannot be written.
    pub fn unwritten(error: std::io::Error) -> Stop {
        Stop::Records(error.to_string())
    }
}
