//! What a fault must remember of the requests before.

use std::collections::HashMap;

use openapi::plain;
use serde_json::Value;

use super::answer::{edit, refused};
use crate::core::{
    exchange::{Received, Sent},
    fields::field,
    profile::{ApiProfile, refusals::RefusalKind},
};

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
        profile: &ApiProfile,
        key: &str,
        sent: &Sent,
        mut received: Received,
    ) -> Received {
        let is_hidden = |row: &Value| self.hidden.contains(&plain(&row[key]));
        let reads = profile.is_success(&received) && profile.only_reads(sent);
        if !reads || self.hidden.is_empty() {
            return received;
        }
        let in_path = |id: &String| sent.target.split(['/', '?']).any(|part| part == id);
        let ids = sent.route.map(|route| profile.ids_in_body(route)).unwrap_or_default();
        let in_body = |id: &String| ids.iter().any(|name| field(sent, name).as_ref() == Some(id));
        if self.hidden.iter().any(|id| in_path(id) || in_body(id)) {
            return refused(profile, RefusalKind::UnknownId);
        }
        edit(&mut received, |body| {
            let list = sent.route.and_then(|route| profile.payload_mut(route, body));
            if let Some(rows) = list.and_then(Value::as_array_mut) {
                rows.retain(|row| !is_hidden(row));
            }
        });
        received
    }
}
