//! What goes over the wire, as data: what was sent, what came back.

use std::time::Duration;

use http::{HeaderMap, Method, header};
use openapi::Route;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The status by which an emulator says that it does not do an operation.
pub const NOT_EMULATED: u16 = 501;

/// Who sends a request. The credentials themselves are added by the transport and stand in no
/// exchange.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Caller {
    /// The customer whom the harness works for.
    #[default]
    Customer,
    /// Another customer of the same world.
    Other,
    /// An anonymous client, which sends no credentials.
    Nobody,
    /// A client with a key that does not exist.
    Stranger,
    /// The customer, with a key whose whitelist excludes this machine.
    Excluded,
}

impl Caller {
    /// Whether it is the customer whom the harness works for.
    pub fn is_customer(&self) -> bool {
        *self == Caller::Customer
    }

    /// How a request of this caller is described; `None` for the customer.
    pub fn description(self) -> Option<&'static str> {
        match self {
            Caller::Customer => None,
            Caller::Other => Some("as another customer"),
            Caller::Nobody => Some("without a key"),
            Caller::Stranger => Some("with a wrong key"),
            Caller::Excluded => Some("with a key that may not be used from here"),
        }
    }
}

/// The path of an operation as it goes over the wire: what stands behind a `#` only tells
/// operations of one path apart.
pub fn wire_path(route: &Route) -> &str {
    route.path.split('#').next().unwrap_or_default()
}

/// A request as it goes over the wire, without the credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The operation that it means to call; `None` for a path that no operation has.
    pub route: Option<&'static Route>,
    /// Who sends it.
    pub caller: Caller,
    /// The method, which may be another than that of the operation.
    pub method: Method,
    /// Path and query, encoded.
    pub target: String,
    /// Headers beside the credentials, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; empty where there is none.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// How long it took.
    pub took: Duration,
}

/// A request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The request.
    pub sent: Sent,
    /// The answer.
    pub received: Received,
}

impl Sent {
    /// A request of an operation by the customer: at its path as the contract writes it, with
    /// nothing else.
    pub fn to(route: &'static Route) -> Sent {
        Sent {
            route: Some(route),
            caller: Caller::Customer,
            method: route.method.clone(),
            target: wire_path(route).to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether it asks an emulator to fail, as in docs/faults.md.
    pub fn asks_for_a_fault(&self) -> bool {
        let asks = |(name, value): &(String, String)| match name.as_str() {
            "mock-fault" => true,
            "prefer" => value.split([',', ';']).any(|it| it.trim().starts_with("code=")),
            _ => false,
        };
        self.headers.iter().any(asks)
    }

    /// The operation, or method and path where there is none.
    pub fn name(&self) -> String {
        self.route
            .map_or_else(|| format!("{} {}", self.method, self.target), |route| route.id.clone())
    }
}

impl Received {
    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The media type with its parameters.
    pub fn media(&self) -> Option<&str> {
        self.header(header::CONTENT_TYPE.as_str())
    }

    /// Whether an emulator says that it does not do this operation, which is no fault.
    pub fn is_not_emulated(&self) -> bool {
        self.status == NOT_EMULATED
    }

    /// Whether the status is 2xx. Whether that is a success is a matter of the API.
    pub fn is_2xx(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
