//! Turns answers into events of the ledger.

use openapi::Route;
use serde_json::Value;

use super::{Effect, Entry, Event, Stage};
use crate::core::{
    exchange::Received,
    live_rules::Makes,
    profile::{ApiProfile, refusals::RefusalKind},
};

/// The events that an answer tells of, each with the number of its entry. Outside of a cleanup, a
/// resource that cannot be read counts as gone only after its removal.
pub(super) fn interpret(
    profile: &ApiProfile,
    route: &Route,
    (entries, cleanup): (&[Entry], bool),
    effect: &Effect,
    received: &Received,
) -> Vec<(usize, Event)> {
    let (good, status) = (profile.is_success(received), received.status);
    let unknown = profile.refusals.refuses(RefusalKind::UnknownId, route, received);
    let body = received.json();
    let payload = profile.payload(route, &body);
    let resource = resource_of(payload);
    let stage = |n: usize, id: &str| entries.iter().find(|it| it.n == n)?.ids.get(id).copied();
    match effect {
        Effect::Make(makes, _) => {
            let made = id_text(&resource[&makes.id]).filter(|_| good).map(|id| Event::Made { id });
            let event = made.or(is_refused(profile, received).then_some(Event::Refused { status }));
            event.map(|event| (entries.len(), event)).into_iter().collect()
        }
        Effect::Rename(makes, n, _) if good => {
            let id = id_text(&resource[&makes.id]).filter(|id| stage(*n, id).is_none());
            id.map(|id| (*n, Event::Made { id })).into_iter().collect()
        }
        Effect::Remove(n, id) if good || unknown => {
            vec![(*n, Event::Removed { id: id.clone() })]
        }
        Effect::Read(makes, n, id) if unknown || (good && makes.is_gone(resource)) => {
            let removed = cleanup || stage(*n, id) == Some(Stage::Removed);
            removed.then(|| (*n, Event::Cleaned { id: id.clone() })).into_iter().collect()
        }
        Effect::List(create, makes) if good => listed(entries, create, makes, payload),
        _ => Vec::new(),
    }
}

/// The resources made by `create` that a list shows: they exist, whatever the ledger says.
fn listed(entries: &[Entry], create: &str, makes: &Makes, list: &Value) -> Vec<(usize, Event)> {
    let rows = list.as_array().into_iter().flatten().filter(|row| !makes.is_gone(row));
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

/// Whether an answer says that nothing was done. After a failure of the server or 408, it may have
/// been done all the same.
fn is_refused(profile: &ApiProfile, received: &Received) -> bool {
    let status = received.status;
    let is_known = matches!(status, 200..300 | 400..500) && status != 408;
    received.is_not_emulated() || (is_known && !profile.is_success(received))
}

/// The resource in what a good answer holds, which may be a list of one.
pub(super) fn resource_of(payload: &Value) -> &Value {
    payload.get(0).unwrap_or(payload)
}

/// An id as text, as it stands in a path.
pub(super) fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
