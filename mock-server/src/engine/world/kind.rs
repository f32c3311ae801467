//! What a fresh world holds.

use serde::Deserialize;

/// What a fresh world holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WorldKind {
    /// Customers with servers, tickets and everything else.
    #[default]
    Demo,
    /// Customers with their keys and nothing else.
    Empty,
    /// Not even customers.
    Nothing,
}
