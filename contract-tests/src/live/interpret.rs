//! Turns answers into events of the ledger.

use serde_json::Value;

use super::{Effect, Entry, Event, Stage};
use crate::core::live_rules::Makes;

/// The events that an answer tells of, each with the number of its entry. Outside of a cleanup, a
/// resource that cannot be read counts as gone only after its removal.
pub(super) fn interpret(
    entries: &[Entry],
    cleanup: bool,
    effect: &Effect,
    status: u16,
    body: &Value,
) -> Vec<(usize, Event)> {
    let good = (200..300).contains(&status);
    let resource = resource_of(body);
    let stage = |n: usize, id: &str| entries.iter().find(|it| it.n == n)?.ids.get(id).copied();
    match effect {
        Effect::Make(makes, _) => {
            let made = id_text(&resource[&makes.id]).filter(|_| good).map(|id| Event::Made { id });
            let event = made.or(is_refusal(status).then_some(Event::Refused { status }));
            event.map(|event| (entries.len(), event)).into_iter().collect()
        }
        Effect::Rename(makes, n, _) if good => {
            let id = id_text(&resource[&makes.id]).filter(|id| stage(*n, id).is_none());
            id.map(|id| (*n, Event::Made { id })).into_iter().collect()
        }
        Effect::Remove(n, id) if good || status == 404 => {
            vec![(*n, Event::Removed { id: id.clone() })]
        }
        Effect::Read(makes, n, id) if status == 404 || (good && makes.is_gone(resource)) => {
            let removed = cleanup || stage(*n, id) == Some(Stage::Removed);
            removed.then(|| (*n, Event::Cleaned { id: id.clone() })).into_iter().collect()
        }
        Effect::List(create, makes) if good => listed(entries, create, makes, body),
        _ => Vec::new(),
    }
}

/// The resources made by `create` that a list shows: they exist, whatever the ledger says.
fn listed(entries: &[Entry], create: &str, makes: &Makes, body: &Value) -> Vec<(usize, Event)> {
    let rows = body.as_array().into_iter().flatten().filter(|row| !makes.is_gone(row));
    let ours = rows.filter_map(|row| {
        let (name, id) = (row[&makes.name].as_str()?, id_text(&row[&makes.id])?);
        let is_named = |it: &&Entry| it.operation == create && it.names.iter().any(|it| it == name);
        let entry = entries.iter().find(is_named)?;
        let is_news = match entry.ids.get(&id) {
            None => true,
            Some(Stage::Live) => false,
            Some(Stage::Removed | Stage::Cleaned) => !makes.is_going(row),
        };
        is_news.then_some((entry.n, Event::Made { id }))
    });
    ours.collect()
}

/// Whether a status says that nothing was done. After 408, the server may have done it all the
/// same.
fn is_refusal(status: u16) -> bool {
    status == 501 || ((400..500).contains(&status) && status != 408)
}

/// The resource in an answer, which many operations answer in a list of one.
pub(super) fn resource_of(body: &Value) -> &Value {
    body.get(0).unwrap_or(body)
}

/// An id as text, as it stands in a path.
pub(super) fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
