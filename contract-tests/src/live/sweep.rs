//! Removes what a run made: what its ledger says, found by id or by name, the last first; then
//! looks whether anything is left.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use openapi::{Location, Route};
use serde_json::Value;

use super::{
    Entry, Event, Guarded, Stage,
    interpret::{id_text, resource_of},
};
use crate::core::{
    check,
    exchange::{Caller, Received},
    finding::Finding,
    live_rules::Makes,
    request::Request,
    transport::denied::Denied,
};

/// How often a removal is tried that fails without the host saying that it takes time.
const ROUNDS: usize = 3;
/// How long to wait before looking again; each time twice as long.
const PAUSE: Duration = Duration::from_secs(2);
/// How long to wait at most.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// How many rows of a list are asked for at once.
const PAGE: u32 = 100;
/// How many pages a list may have.
const PAGES_MAX: u32 = 50;

/// What a sweep did.
#[derive(Debug, Default)]
pub struct Swept {
    /// How many resources were found to be gone in the end.
    pub cleaned: usize,
    /// What is left, in words.
    pub left: BTreeSet<String>,
    /// What the host accepted to remove and did not remove in time.
    pub overdue: Vec<Finding>,
    /// Whether the host said anything at all.
    pub was_answered: bool,
}

/// Removes everything that the ledger of `guard` says. What it does not say is never removed, only
/// told. What takes time is waited for, as long as the guard allows.
pub async fn sweep(guard: &Guarded) -> Swept {
    guard.begin_cleanup().await;
    let mut sweeper = Sweeper::new(guard);
    let (mut pause, mut failures) = (PAUSE, 0);
    loop {
        sweeper.round().await;
        failures += usize::from(sweeper.outcome == Outcome::Stuck);
        let again = match sweeper.outcome {
            Outcome::Done => false,
            Outcome::Stuck => failures < ROUNDS,
            Outcome::Pending => true,
        };
        if !again || !guard.pause(pause).await {
            return sweeper.end().await;
        }
        pause = PAUSE_MAX.min(2 * pause);
    }
}

/// How far the removal has come, and so whether to look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Looking again would change nothing.
    Done,
    /// Something stays that the host should have removed.
    Stuck,
    /// The host is still removing something.
    Pending,
}

/// What was done to remove something.
#[derive(Debug, Default, Clone, Copy)]
struct Removal {
    /// How often its removal was requested.
    times: usize,
    /// Whether the host accepted a request (202) and removes it later.
    accepted: bool,
}

/// Why something is still there.
struct NotRemoved {
    why: String,
    outcome: Outcome,
}

impl From<String> for NotRemoved {
    fn from(why: String) -> NotRemoved {
        NotRemoved { why, outcome: Outcome::Stuck }
    }
}

struct Sweeper<'a> {
    guard: &'a Guarded,
    /// What is left after this round, and why.
    left: BTreeMap<String, String>,
    outcome: Outcome,
    /// What was done to remove each resource, by number of the entry and id.
    removals: BTreeMap<(usize, String), Removal>,
    was_answered: bool,
}

impl<'a> Sweeper<'a> {
    fn new(guard: &'a Guarded) -> Sweeper<'a> {
        let (left, removals) = (BTreeMap::new(), BTreeMap::new());
        Sweeper { guard, left, outcome: Outcome::Done, removals, was_answered: false }
    }

    async fn round(&mut self) {
        self.left.clear();
        self.outcome = Outcome::Done;
        let entries = self.guard.entries().await;
        if entries.iter().any(|entry| !entry.is_found()) {
            self.find(&entries).await;
        }
        for entry in self.guard.entries().await.iter().rev() {
            for id in
                entry.ids.iter().filter(|(_, stage)| **stage != Stage::Cleaned).map(|(id, _)| id)
            {
                if let Err(NotRemoved { why, outcome }) = self.remove(entry, id).await {
                    let what = format!("{} {id} ({})", entry.operation, entry.names.join(", "));
                    self.note(what, why, outcome);
                }
            }
        }
        // The lists show what is on its way as well.
        if self.outcome != Outcome::Pending {
            self.check_lists(&entries).await;
        }
    }

    /// The result of the sweep; closes the ledger if nothing is left.
    async fn end(mut self) -> Swept {
        let entries = self.guard.entries().await;
        if self.left.is_empty()
            && !entries.is_empty()
            && let Err(stop) = self.guard.note(0, Event::Closed).await
        {
            self.left.insert("the ledger".to_owned(), stop.to_string());
        }
        let ids = entries.iter().flat_map(|entry| entry.ids.values());
        let cleaned = ids.filter(|stage| **stage == Stage::Cleaned).count();
        let left = self.left.iter().map(|(what, why)| format!("{what}: {why}")).collect();
        Swept {
            cleaned,
            left,
            overdue: self.overdue(&entries).await,
            was_answered: self.was_answered,
        }
    }

    /// What the host accepted to remove and still shows, unless the sweep was stopped before its
    /// time.
    async fn overdue(&self, entries: &[Entry]) -> Vec<Finding> {
        if self.guard.stopped().await.is_some() {
            return Vec::new();
        }
        let kept = entries.iter().flat_map(|entry| {
            let ids = entry.ids.iter().filter(|(_, stage)| **stage != Stage::Cleaned);
            ids.filter(|(id, _)| self.removal(entry, id).accepted).map(move |_| entry)
        });
        let makes = kept.filter_map(|entry| self.makes(&entry.operation).ok());
        makes
            .map(|makes| {
                let message = format!("still shows what {} accepted to remove", makes.remove);
                Finding::new(&check::GONE, &makes.read, message)
            })
            .collect()
    }

    fn note(&mut self, what: String, why: String, outcome: Outcome) {
        self.left.insert(what, why);
        self.outcome = self.outcome.max(outcome);
    }

    /// Lists what was made without an answer that told its id. The guard finds it by name in the
    /// lists that pass through it.
    async fn find(&mut self, entries: &[Entry]) {
        let lost: BTreeSet<&str> = entries
            .iter()
            .filter(|entry| !entry.is_found())
            .map(|entry| entry.operation.as_str())
            .collect();
        for create in lost {
            if let Err(why) = self.rows(create).await {
                self.note(create.to_owned(), format!("cannot be listed: {why}"), Outcome::Stuck);
                continue;
            }
            for entry in self
                .guard
                .entries()
                .await
                .iter()
                .filter(|it| it.operation == create && !it.is_found())
            {
                self.note_absent(entry).await;
            }
        }
    }

    /// No list has the name of an entry: it was never made, unless the request may still arrive.
    async fn note_absent(&mut self, entry: &Entry) {
        let names = entry.names.join(", ");
        let arrival = Duration::from_secs(self.guard.rules().limits.arrival_seconds);
        if self.guard.now() < entry.at + arrival {
            self.note(
                names,
                "its creation had no answer, and may still arrive".to_owned(),
                Outcome::Pending,
            );
        } else if let Err(stop) = self.guard.note(entry.n, Event::Absent).await {
            self.note(names, stop.to_string(), Outcome::Stuck);
        }
    }

    /// Removes the resource with `id` if it still has a name of this run, and checks that it is
    /// gone.
    async fn remove(&mut self, entry: &Entry, id: &str) -> Result<(), NotRemoved> {
        let makes = self.makes(&entry.operation)?;
        let found = self.send(&makes.read, Some(id), None).await?;
        if self.is_cleaned(entry, id).await {
            return Ok(());
        }
        let profile = self.guard.profile();
        if !profile.is_success(&found) {
            return Err(
                format!("{} answers {}, so it is not touched", makes.read, found.status).into()
            );
        }
        let body = found.json();
        let resource = resource_of(profile.payload(self.route(&makes.read), &body));
        let name = resource[&makes.name].as_str().unwrap_or_default();
        if !self.is_ours(entry, name) {
            return Err(format!("it is called `{name}` now, so it is not touched").into());
        }
        self.check_not_pending(entry, id, makes, &found)?;
        if self.removal(entry, id).times == ROUNDS {
            return Err(
                format!("{} was sent {ROUNDS} times, and it is still there", makes.remove).into()
            );
        }
        let removed = self.send(&makes.remove, Some(id), None).await?;
        let removal = self.removals.entry((entry.n, id.to_owned())).or_default();
        removal.times += 1;
        removal.accepted |= removed.status == 202;
        let looked = self.send(&makes.read, Some(id), None).await?;
        if self.is_cleaned(entry, id).await {
            return Ok(());
        }
        self.check_not_pending(entry, id, makes, &looked)?;
        let Received { status, .. } = looked;
        Err(format!(
            "{} answers {}, and {} still {status}",
            makes.remove, removed.status, makes.read
        )
        .into())
    }

    fn removal(&self, entry: &Entry, id: &str) -> Removal {
        self.removals.get(&(entry.n, id.to_owned())).copied().unwrap_or_default()
    }

    /// A resource whose removal was accepted, or that shows that it is being removed, is waited for
    /// and not removed again.
    fn check_not_pending(
        &self,
        entry: &Entry,
        id: &str,
        makes: &Makes,
        shown: &Received,
    ) -> Result<(), NotRemoved> {
        let body = shown.json();
        let payload = self.guard.profile().payload(self.route(&makes.read), &body);
        if !self.removal(entry, id).accepted && !makes.is_going(resource_of(payload)) {
            return Ok(());
        }
        let why = format!(
            "{} was accepted, and {} still answers {}",
            makes.remove, makes.read, shown.status
        );
        Err(NotRemoved { why, outcome: Outcome::Pending })
    }

    /// Notes every listed resource whose name has the prefix of the run, also those that the ledger
    /// does not know.
    async fn check_lists(&mut self, entries: &[Entry]) {
        let prefix = self.guard.run().prefix();
        for create in entries.iter().map(|entry| entry.operation.as_str()).collect::<BTreeSet<_>>()
        {
            let rows = match self.rows(create).await {
                Ok(rows) => rows,
                Err(why) => {
                    self.note(
                        create.to_owned(),
                        format!("cannot be listed: {why}"),
                        Outcome::Stuck,
                    );
                    continue;
                }
            };
            let Ok(makes) = self.makes(create) else { continue };
            for row in rows.iter().filter(|row| !makes.is_gone(row)) {
                let name = row[&makes.name].as_str().unwrap_or_default();
                if name.starts_with(&prefix) {
                    let id = id_text(&row[&makes.id]).unwrap_or_default();
                    let is_known = entries.iter().any(|entry| self.is_ours(entry, name));
                    let outcome = if is_known { Outcome::Stuck } else { Outcome::Done };
                    self.note(
                        format!("{create} {id} ({name})"),
                        "it is still listed".to_owned(),
                        outcome,
                    );
                }
            }
        }
    }

    /// Every row of the list of what `create` makes.
    async fn rows(&mut self, create: &str) -> Result<Vec<Value>, String> {
        let list = &self.makes(create)?.list;
        let (profile, route) = (self.guard.profile(), self.route(list));
        let has_pages = profile.is_paged(route);
        let mut rows = Vec::new();
        for page in 0..PAGES_MAX {
            let range = profile.range(route, page * PAGE, PAGE);
            let answer = self.send(list, None, range).await?;
            let body = answer.json();
            let more = match profile.payload(route, &body) {
                Value::Array(more) if profile.is_success(&answer) => more.clone(),
                _ => return Err(format!("{list} answers {}", answer.status)),
            };
            let is_last = !has_pages || more.len() < PAGE as usize;
            rows.extend(more);
            if is_last {
                return Ok(rows);
            }
        }
        Err(format!("{list} has more than {PAGES_MAX} pages"))
    }

    async fn send(
        &mut self,
        operation: &str,
        id: Option<&str>,
        range: Option<String>,
    ) -> Result<Received, String> {
        let route = self.route(operation);
        let parameter = route.parameters.iter().find(|it| it.location == Location::Path);
        let parameters =
            parameter.zip(id).map(|(parameter, id)| (parameter.name.clone(), id.to_owned()));
        let paging = self.guard.profile().paging;
        let range = paging.zip(range).map(|(paging, words)| (paging.header.to_owned(), words));
        let parameters = parameters.into_iter().chain(range).collect();
        let request = Request { parameters, ..Request::of(route) };
        let passed = self.guard.pass(&request.sent(Caller::Customer)).await;
        let answered = passed.map_err(|denied: Denied| denied.to_string())?;
        self.was_answered |= answered.is_ok();
        answered.map_err(|error| error.to_string())
    }

    fn is_ours(&self, entry: &Entry, name: &str) -> bool {
        name.starts_with(&self.guard.run().prefix()) && entry.names.iter().any(|it| it == name)
    }

    async fn is_cleaned(&self, entry: &Entry, id: &str) -> bool {
        let entries = self.guard.entries().await;
        let now = entries.iter().find(|it| it.n == entry.n);
        now.is_some_and(|now| now.ids.get(id) == Some(&Stage::Cleaned))
    }

    fn makes(&self, create: &str) -> Result<&'a Makes, String> {
        let makes = self.guard.rules().makes(create);
        makes.ok_or_else(|| format!("the rules do not say how what {create} makes is removed"))
    }

    fn route(&self, operation: &str) -> &'static Route {
        self.guard
            .profile()
            .contract
            .route(operation)
            .expect("the rules name operations of the contract")
    }
}
