//! What broke: each kind of failure once, with the cases that show it.

use maud::{Markup, html};

use super::{
    exchange,
    overview::{prose, times},
    parts::{command, found_by, names},
};
use crate::{
    core::profile::ApiProfile,
    report::{
        document::{Breach, Document, Entry},
        grouping::{self, Group},
        terminal::times_found,
    },
};

/// How many cases of one failure are shown with their exchanges.
const SHOWN_MAX: usize = 3;

/// The failures of a run.
pub struct Failures<'a>(Vec<Group<'a, Option<&'a Breach>>>);

impl<'a> Failures<'a> {
    /// The failures of this run.
    pub fn of(document: &'a Document) -> Failures<'a> {
        Failures(grouping::failures(document))
    }

    /// The anchor of the first failure of an operation of an API.
    pub fn anchor(&self, profile: &ApiProfile, operation: &str) -> Option<String> {
        let about = |it: &Group<Option<&Breach>>| {
            it.entries[0].api.is_none_or(|api| api == profile.name)
                && it.what.is_some_and(|it| it.finding.operation == operation)
        };
        self.0.iter().position(about).map(anchor)
    }

    /// All of them; `None` where there are none.
    pub fn markup(&self, document: &Document) -> Option<Markup> {
        (!self.0.is_empty()).then(|| {
            html! {
                @if let Some(needs) = document.curl_needs() { p.note { (prose(&needs)) } }
                @for (index, failure) in self.0.iter().enumerate() { (card(index, failure)) }
            }
        })
    }
}

fn anchor(index: usize) -> String {
    format!("f{}", index + 1)
}

fn card(index: usize, Group { what, entries }: &Group<Option<&Breach>>) -> Markup {
    let text = what.map(|it| format!("{} {}", it.finding, it.came)).unwrap_or_default();
    let (shown, others) = entries.split_at(entries.len().min(SHOWN_MAX));
    html! {
        details.card.failure
            id=(anchor(index)) open[index == 0] data-find=(found_by(&[&text], entries)) {
            summary {
                @match what {
                    Some(breach) => (headline(breach)),
                    None => span.what { (entries[0].name) },
                }
                (times(entries.len()))
            }
            @if let Some(breach) = what {
                dl.facts {
                    dt { "Expected" } dd { (breach.law) }
                    @if !breach.came.is_empty() { dt { "Came" } dd { code { (breach.came) } } }
                    dt { "Hint" } dd { (prose(breach.finding.check.explain)) }
                }
            }
            @for (index, entry) in shown.iter().enumerate() { (case(entry, index == 0)) }
            @if !others.is_empty() {
                details.others { summary { (others.len()) " more cases" } (names(others)) }
            }
        }
    }
}

/// Code, operation, place and message of a finding.
pub fn headline(breach: &Breach) -> Markup {
    let finding = &breach.finding;
    html! {
        span.code.warning[breach.warning] title=(breach.law) { (finding.check.code) }
        span.operation { (finding.operation) }
        span.what {
            @if !finding.pointer.is_empty() { code { (finding.pointer) } " " }
            (prose(&finding.message))
        }
    }
}

/// A failed case: what else was found, how to play it again, and its exchanges.
fn case(entry: &Entry, open: bool) -> Markup {
    let guilty = entry.breaches().next();
    html! {
        details.case open[open] {
            summary { b { (entry.name) } " " span.dim { (entry.place()) } }
            @for (other, times) in grouping::others(entry) {
                p.also { "also" (headline(other)) span.dim { (times_found(times)) } }
            }
            @if !entry.replay.is_empty() { p.label { "Play it again" } (command(&entry.replay)) }
            ol.steps {
                @for (index, step) in entry.steps.iter().enumerate() {
                    @let is_here = |it: &&Breach| it.place.is_some_and(|it| it.step == index);
                    @let breach = guilty.filter(is_here);
                    li { (exchange::markup(step, breach)) }
                }
            }
        }
    }
}
