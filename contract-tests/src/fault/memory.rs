//! What a fault must remember of the requests before.

use std::collections::HashMap;

use openapi::plain;
use serde_json::Value;

use super::answer::{edit, refused};
use crate::core::exchange::{Received, Sent};

/// What a fault must remember.
#[derive(Default)]
pub(super) struct Memory {
    /// What was made and is not shown, by its id as text.
    pub hidden: Vec<String>,
    /// The first id that was given.
    pub first_id: Option<Value>,
    /// The last answer of each target.
    pub answers: HashMap<String, Received>,
    /// How often the operation was called.
    pub reads: u64,
    /// What is being sent now: where, and what.
    pub under_way: Vec<(String, Value)>,
}

impl Memory {
    /// The answer without what was made and is not shown.
    pub(super) fn without_hidden(
        &self,
        key: &str,
        sent: &Sent,
        mut received: Received,
    ) -> Received {
        let is_hidden = |row: &Value| self.hidden.contains(&plain(&row[key]));
        if !received.is_success() || sent.method != http::Method::GET || self.hidden.is_empty() {
            return received;
        }
        if self.hidden.iter().any(|id| sent.target.split(['/', '?']).any(|part| part == id)) {
            return refused(404, 10001, "Entity not found");
        }
        edit(&mut received, |body| {
            if let Some(rows) = body.as_array_mut() {
                rows.retain(|row| !is_hidden(row));
            }
        });
        received
    }
}
