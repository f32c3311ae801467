//! Where in the exchanges of a case a finding shows.

use http::StatusCode;
use serde::Serialize;

use crate::core::{
    check::Subject,
    exchange::{Exchange, Received},
    finding::Finding,
    judge::shown,
};

/// A half of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Half {
    /// What was sent.
    Request,
    /// What came back.
    Response,
}

/// Where a finding shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FindingPlace {
    /// Which exchange, counted from 0.
    pub step: usize,
    /// Which half of it the pointer points into.
    pub half: Half,
}

impl FindingPlace {
    /// The last exchange of the operation, or the last of all; `None` where there are none.
    pub fn of(finding: &Finding, exchanges: &[Exchange]) -> Option<FindingPlace> {
        let of_operation = exchanges.iter().rposition(|it| it.sent.name() == finding.operation);
        let step = of_operation.or(exchanges.len().checked_sub(1))?;
        // The checks of inputs point into what was sent, if it is there at all.
        let about_input = finding.check.subject == Subject::Input && !finding.pointer.is_empty();
        let in_answer = exchanges[step].received.json().pointer(&finding.pointer).is_some();
        let half = if about_input && !in_answer { Half::Request } else { Half::Response };
        Some(FindingPlace { step, half })
    }

    /// What came, in a few words.
    pub fn came(self, finding: &Finding, exchanges: &[Exchange]) -> String {
        let Exchange { sent, received } = &exchanges[self.step];
        let answer = answer(received);
        let pointer = finding.pointer.as_str();
        let (body, which) = match self.half {
            Half::Request => (sent.json(), " for a request"),
            Half::Response => (received.json(), ""),
        };
        match body.pointer(pointer) {
            _ if pointer.is_empty() => answer + &beginning(received),
            Some(value) => format!("{answer}{which} with {} at {pointer}", shown(value)),
            None => format!("{answer}{which} without {pointer}"),
        }
    }
}

/// The status with its name.
pub fn status(status: u16) -> String {
    let name = StatusCode::from_u16(status).ok().and_then(|it| it.canonical_reason());
    name.map_or_else(|| status.to_string(), |name| format!("{status} {name}"))
}

fn answer(received: &Received) -> String {
    status(received.status)
}

/// How the body begins.
fn beginning(received: &Received) -> String {
    let body = received.json();
    if body.is_null() { String::new() } else { format!(": {}", shown(&body)) }
}
