//! Reads that answer what they answered before.

use axum::http::request::Parts;

use crate::{
    engine::{Caller, World},
    http::response::Answer,
};

/// What the caller was answered the last time, where the journal has that.
pub(in crate::http) fn stale(
    world: &World,
    parts: &Parts,
    caller: Caller,
    answer: Answer,
) -> Answer {
    let journal = &world.environment.journal;
    let query = parts.uri.query().unwrap_or_default();
    let before = journal.all().into_iter().rev().find(|it| {
        it.method == parts.method
            && it.path == parts.uri.path()
            && it.query == query
            && it.account == caller.account
            && it.status == answer.status
    });
    let content = before.map(|it| journal.response_body(&it)).filter(|it| !it.is_empty());
    Answer { content: content.unwrap_or(answer.content), ..answer }
}
