//! Groups what is alike, so that a report tells it once: one fault usually shows in many cases.

use super::document::{Breach, Document, Entry};
use crate::core::run::Outcome;

/// Cases that have something in common.
pub struct Group<'a, T> {
    /// What they have in common, as the first of them has it.
    pub what: T,
    /// The cases, in the order of the run.
    pub entries: Vec<&'a Entry>,
}

/// The failed cases by the breach that came first in each.
pub fn failures(document: &Document) -> Vec<Group<'_, Option<&Breach>>> {
    let failed = document.ended(Outcome::Failed).map(|entry| (entry.breaches().next(), entry));
    grouped(failed, |breach, entry| (entry.api, breach.map(fingerprint)))
}

/// The warnings, with the cases that have them.
pub fn warnings(document: &Document) -> Vec<Group<'_, &Breach>> {
    let of = |entry| Entry::warnings(entry).map(move |breach| (breach, entry));
    grouped(document.cases.iter().flat_map(of), |breach, entry| (entry.api, fingerprint(breach)))
}

/// The cases that ended in this way without being played, by the reason.
pub fn reasons(document: &Document, outcome: Outcome) -> Vec<Group<'_, &str>> {
    let ended = document.ended(outcome).map(|entry| (entry.reason.as_str(), entry));
    grouped(ended, |reason, _| reason)
}

/// What else was found in a case beside its first breach, and how often, however many rows of a
/// list have it.
pub fn others(entry: &Entry) -> Vec<(&Breach, usize)> {
    let first = entry.breaches().next();
    let mut others: Vec<(&Breach, usize)> = Vec::new();
    for breach in
        entry.findings.iter().filter(|it| !first.is_some_and(|first| std::ptr::eq(first, *it)))
    {
        match others.iter_mut().find(|(other, _)| fingerprint(other) == fingerprint(breach)) {
            Some((_, times)) => *times += 1,
            None => others.push((breach, 1)),
        }
    }
    others
}

fn grouped<'a, T: Copy, K: PartialEq>(
    all: impl Iterator<Item = (T, &'a Entry)>,
    key: impl Fn(T, &'a Entry) -> K,
) -> Vec<Group<'a, T>> {
    let mut gathered: Vec<Group<'a, T>> = Vec::new();
    for (what, entry) in all {
        let alike = |it: &&mut Group<'a, T>| key(it.what, it.entries[0]) == key(what, entry);
        match gathered.iter_mut().find(alike) {
            Some(alike) => alike.entries.push(entry),
            None => gathered.push(Group { what, entries: vec![entry] }),
        }
    }
    gathered
}

/// What two breaches share that are the same but for the row of a list.
fn fingerprint(breach: &Breach) -> (&'static str, &str, Vec<&str>, &str) {
    let finding = &breach.finding;
    let segment = |it| if str::parse::<usize>(it).is_ok() { "*" } else { it };
    let pointer = finding.pointer.split('/').map(segment).collect();
    (finding.check.code, &finding.operation, pointer, &finding.message)
}
