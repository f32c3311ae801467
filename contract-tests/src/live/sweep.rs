//! Removes what a run made: what its ledger says, found by id or by name, the last first; then looks whether anything is left.

use std::collections::{BTreeMap, BTreeSet};

use openapi::{Location, Route};
use serde_json::Value;

use super::{
    Denied, Entry, Event, Guarded, Makes, Stage,
    meaning::{first, text},
};
use crate::{
    exchange::{Caller, Received},
    request::{Content, Request},
};

/// How often everything is looked for and removed before it counts as left.
const ROUNDS: usize = 3;
/// How many rows of a list are asked for at once.
const PAGE: usize = 100;
/// How many pages a list may have.
const PAGES_MAX: usize = 50;

/// What a sweep did.
#[derive(Debug, Default)]
pub struct Swept {
    /// How many resources were found to be gone in the end.
    pub cleaned: usize,
    /// What is left, in words.
    pub left: BTreeSet<String>,
}

/// Removes everything that the ledger of `guard` says. What it does not say is never removed, only told.
pub async fn sweep(guard: &Guarded) -> Swept {
    guard.begin_cleanup().await;
    let mut left = BTreeMap::new();
    for _ in 0..ROUNDS {
        left = Sweeper { guard, left: BTreeMap::new() }.round().await;
        if left.is_empty() {
            break;
        }
    }
    let entries = guard.entries().await;
    let ids = entries.iter().flat_map(|entry| entry.ids.values());
    let cleaned = ids.filter(|stage| **stage == Stage::Cleaned).count();
    if left.is_empty()
        && !entries.is_empty()
        && let Err(stop) = guard.note(0, Event::Closed).await
    {
        left.insert("the ledger".to_owned(), stop.to_string());
    }
    Swept { cleaned, left: left.into_iter().map(|(what, why)| format!("{what}: {why}")).collect() }
}

/// One round.
struct Sweeper<'a> {
    guard: &'a Guarded,
    /// What is left, and why.
    left: BTreeMap<String, String>,
}

impl<'a> Sweeper<'a> {
    async fn round(mut self) -> BTreeMap<String, String> {
        let entries = self.guard.entries().await;
        if entries.iter().any(|entry| !entry.is_found()) {
            self.find(&entries).await;
        }
        for entry in self.guard.entries().await.iter().rev() {
            for id in entry.ids.iter().filter(|(_, stage)| **stage != Stage::Cleaned).map(|(id, _)| id) {
                if let Err(why) = self.remove(entry, id).await {
                    self.left.insert(format!("{} {id} ({})", entry.operation, entry.names.join(", ")), why);
                }
            }
        }
        self.look(&entries).await;
        self.left
    }

    /// Looks by name for what was made without an answer that says its id. The guard reads the lists as well.
    async fn find(&mut self, entries: &[Entry]) {
        let lost: BTreeSet<&str> =
            entries.iter().filter(|entry| !entry.is_found()).map(|entry| entry.operation.as_str()).collect();
        for create in lost {
            if let Err(why) = self.rows(create).await {
                self.left.insert(create.to_owned(), format!("cannot be listed: {why}"));
                continue;
            }
            for entry in
                self.guard.entries().await.iter().filter(|it| it.operation == create && !it.is_found())
            {
                if let Err(stop) = self.guard.note(entry.n, Event::Absent).await {
                    self.left.insert(entry.names.join(", "), stop.to_string());
                }
            }
        }
    }

    /// Removes what `id` names, if it is still what was made, and sees that it is gone.
    async fn remove(&self, entry: &Entry, id: &str) -> Result<(), String> {
        let makes = self.makes(&entry.operation);
        let found = self.send(&makes.read, Some(id), None).await?;
        if self.is_cleaned(entry, id).await {
            return Ok(());
        }
        let body = found.json();
        let name = first(&body)[&makes.name].as_str().unwrap_or_default();
        if found.is_success() && !self.is_ours(entry, name) {
            return Err(format!("it is called `{name}` now, so it is not touched"));
        }
        let removed = self.send(&makes.remove, Some(id), None).await?;
        let looked = self.send(&makes.read, Some(id), None).await?;
        if self.is_cleaned(entry, id).await {
            return Ok(());
        }
        Err(format!(
            "{} answers {}, and {} still {}",
            makes.remove, removed.status, makes.read, looked.status
        ))
    }

    /// Looks whether anything is left that is called after the run, whether or not the ledger knows it.
    async fn look(&mut self, entries: &[Entry]) {
        let prefix = self.guard.run().prefix();
        for create in entries.iter().map(|entry| entry.operation.as_str()).collect::<BTreeSet<_>>() {
            let makes = self.makes(create);
            let rows = match self.rows(create).await {
                Ok(rows) => rows,
                Err(why) => {
                    self.left.insert(create.to_owned(), format!("cannot be listed: {why}"));
                    continue;
                }
            };
            for row in rows.iter().filter(|row| !makes.is_gone(row)) {
                let name = row[&makes.name].as_str().unwrap_or_default();
                if name.starts_with(&prefix) {
                    let id = text(&row[&makes.id]).unwrap_or_default();
                    self.left.insert(format!("{create} {id} ({name})"), "it is still listed".to_owned());
                }
            }
        }
    }

    /// Every row of the list of what `create` makes.
    async fn rows(&self, create: &str) -> Result<Vec<Value>, String> {
        let list = &self.makes(create).list;
        let has_pages = self.route(list).parameters.iter().any(|it| it.location == Location::Header);
        let mut rows = Vec::new();
        for page in 0..PAGES_MAX {
            let range = has_pages.then(|| format!("start={},results={PAGE}", page * PAGE));
            let answer = self.send(list, None, range).await?;
            let more = match answer.json() {
                Value::Array(more) if answer.is_success() => more,
                _ => return Err(format!("{list} answers {}", answer.status)),
            };
            let is_last = !has_pages || more.len() < PAGE;
            rows.extend(more);
            if is_last {
                return Ok(rows);
            }
        }
        Err(format!("{list} has more than {PAGES_MAX} pages"))
    }

    async fn send(
        &self,
        operation: &str,
        id: Option<&str>,
        range: Option<String>,
    ) -> Result<Received, String> {
        let route = self.route(operation);
        let parameter = route.parameters.iter().find(|it| it.location == Location::Path);
        let parameters = parameter.zip(id).map(|(parameter, id)| (parameter.name.clone(), id.to_owned()));
        let parameters = parameters.into_iter().collect();
        let request = Request { route, parameters, range, content: Content::Nothing };
        let passed = self.guard.pass(&request.sent(Caller::Customer)).await;
        passed.map_err(|denied: Denied| denied.to_string())?.map_err(|error| error.to_string())
    }

    fn is_ours(&self, entry: &Entry, name: &str) -> bool {
        name.starts_with(&self.guard.run().prefix()) && entry.names.iter().any(|it| it == name)
    }

    async fn is_cleaned(&self, entry: &Entry, id: &str) -> bool {
        let entries = self.guard.entries().await;
        let now = entries.iter().find(|it| it.n == entry.n);
        now.is_some_and(|now| now.ids.get(id) == Some(&Stage::Cleaned))
    }

    fn makes(&self, create: &str) -> &'a Makes {
        self.guard.rules().makes(create).expect("a ledger names what the rules can remove")
    }

    fn route(&self, operation: &str) -> &'static Route {
        self.guard.suite().contract.route(operation).expect("the rules name operations of the contract")
    }
}
