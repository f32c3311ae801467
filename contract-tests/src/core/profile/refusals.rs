//! How an API refuses: which answers are refusals, what a refusal says, and what is right for which
//! reason.

use openapi::{Route, json_pointer};
use serde_json::Value;

use crate::core::exchange::Received;

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// No operation has its path.
    NoRoute,
    /// Its path has other methods only.
    Method,
    /// It has no credentials, or wrong ones.
    Unauthenticated,
    /// Its credentials may not be used from where it comes.
    Excluded,
    /// It is about what belongs to somebody else.
    Foreign,
    /// It names what does not exist.
    UnknownId,
    /// A parameter of its path has a value that the contract forbids.
    PathParameter,
    /// Another parameter is missing, or has a value that the contract forbids.
    Parameter,
    /// It has no body, or one that is not what it claims to be.
    NotReadable,
    /// Its body is one that parsers trip over.
    Malformed,
    /// Its body can be read, and breaks the contract.
    Body,
    /// Another resource has a value that must be unique.
    Taken,
    /// Another request changed the resource at the same time.
    Conflict,
    /// The state of the resource does not allow it.
    State,
    /// The server failed.
    Failure,
}

/// Something that a refusal names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedError {
    /// The property at fault, as in `os.partitions[0].size`.
    pub property: String,
    /// What is wrong with it.
    pub message: String,
}

/// How an API refuses.
#[derive(Clone, Copy)]
pub struct Refusals {
    /// Whether an answer is a refusal. Every other one is a success.
    pub is_refusal: fn(&Received) -> bool,
    /// Whether a refusal says that there is no such path, whatever operation was meant.
    pub is_unknown_route: fn(&Received) -> bool,
    /// The statuses that are right for a reason; none where the operation is never refused for it.
    pub statuses: fn(RefusalKind, &Route) -> Vec<u16>,
    /// Whether what a refusal says fits the reason, for APIs whose statuses do not tell.
    pub fits: fn(RefusalKind, &Received) -> bool,
    /// Statuses that a server may answer before an operation runs; a contract sums them up as
    /// `default`.
    pub platform: &'static [u16],
    /// Where the number or word stands that is the same for all refusals for one reason; `None`
    /// where there is none.
    pub code: Option<&'static str>,
    /// Where it says what is wrong, in words.
    pub message: &'static str,
    /// Where the properties at fault are named; empty where refusals need not name any.
    pub errors: &'static str,
    /// The properties at fault.
    pub named: fn(&Value) -> Vec<NamedError>,
    /// What is wrong with its form: where, and what, to be read after the name of the place.
    pub breaches: fn(&Received) -> Vec<(&'static str, String)>,
    /// The status and body that a server of this API would answer.
    pub made_up: fn(RefusalKind) -> (u16, Value),
}

impl Refusals {
    /// Whether an answer refuses a request of an operation for this reason.
    pub fn refuses(&self, kind: RefusalKind, route: &Route, received: &Received) -> bool {
        (self.is_refusal)(received)
            && (self.statuses)(kind, route).contains(&received.status)
            && (self.fits)(kind, received)
    }

    /// What a refusal has in common with others for the same reason: its status, and its code.
    pub fn reason<'a>(&self, status: u16, body: &'a Value) -> (u16, Option<&'a Value>) {
        (status, self.code.and_then(|code| body.pointer(code)))
    }

    /// Whether a refusal names a property.
    pub fn names(&self, received: &Received, property: &str) -> bool {
        (self.named)(&received.json()).iter().any(|error| error.property == property)
    }

    /// What a refusal says, in one line.
    pub fn words(&self, received: &Received) -> String {
        let body = received.json();
        let named = (self.named)(&body);
        let named: Vec<String> =
            named.iter().map(|it| format!("{} {}", it.property, it.message)).collect();
        if named.is_empty() {
            openapi::plain(body.pointer(self.message).unwrap_or(&Value::Null))
        } else {
            named.join(", ")
        }
    }

    /// Puts another code into a refusal.
    pub fn set_code(&self, body: &mut Value, code: Value) {
        if let Some(at) = self.code {
            set(body, at, code);
        }
    }

    /// Has a refusal say something else.
    pub fn set_message(&self, body: &mut Value, message: &str) {
        set(body, self.message, message.into());
    }
}

/// How an answer ended, for a message about it. Where a good status does not tell, the words do.
pub fn ending(refusals: &Refusals, received: &Received) -> String {
    let is_told = !received.is_2xx() || !(refusals.is_refusal)(received);
    let told = if is_told { "" } else { " and refuses" };
    format!("has the status {}{told}", received.status)
}

/// The statuses that were expected, for a message.
pub fn expected(statuses: &[u16]) -> String {
    if statuses.is_empty() || statuses.iter().any(|status| (200..300).contains(status)) {
        return "a refusal".to_owned();
    }
    statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ")
}

fn set(body: &mut Value, at: &str, value: Value) {
    let parent = json_pointer::split_last(at)
        .and_then(|(parent, name)| Some((body.pointer_mut(parent)?.as_object_mut()?, name)));
    if let Some((parent, name)) = parent {
        parent.insert(name, value);
    }
}
