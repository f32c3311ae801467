//! The top of the page: how the run ended, and its figures.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::super::document::{Document, Totals};
use crate::core::{
    coverage::{COVERAGE, Share},
    run::{Outcome, Verdict},
};

/// The verdict in words, and its class.
pub fn verdict(document: &Document) -> (&'static str, &'static str) {
    if document.verb == COVERAGE {
        return match document.coverage.operations.is_whole() {
            true => ("Every operation was reached", "good"),
            false => ("Not every operation was reached", "fair"),
        };
    }
    match document.verdict {
        Verdict::Holds => ("The contract holds", "good"),
        Verdict::Broken => ("The contract is broken", "bad"),
        Verdict::Usage | Verdict::Unchecked => ("Not everything was checked", "fair"),
    }
}

/// Verdict, facts and figures.
pub fn header(document: &Document) -> Markup {
    let (words, class) = verdict(document);
    html! {
        header class=(class) {
            p.verdict { (words) }
            h1 { (document.verb) " of " (document.api) " against " b { (document.target) } }
            p.facts { @for (name, value) in facts(document) { span { (name) " " b { (value) } } } }
            div.tiles {
                (outcomes(document.totals))
                @let it = &document.coverage;
                (tile("Operations", it.operations))
                (tile("Statuses 2xx to 4xx", it.statuses))
                (tile("Statuses 5xx", it.server_errors))
                (tile("Parameters", it.parameters))
                (tile("Properties", it.properties))
            }
        }
    }
}

fn facts(document: &Document) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    facts.extend(document.seed.map(|seed| ("seed", seed.to_string())));
    facts.push(("began", document.started_at.replace('T', " ").replace('Z', " UTC")));
    facts.push(("took", format!("{:.1} s", document.took_ms / 1000.0)));
    facts.push(("requests", document.requests.to_string()));
    facts.extend(document.rate().map(|rate| ("per second", rate.to_string())));
    facts
}

fn outcomes(totals: Totals) -> Markup {
    let Totals { passed, failed, skipped, unchecked, .. } = totals;
    let parts = [
        (passed, "passed", "good"),
        (failed, "failed", "bad"),
        (unchecked, "not checked", "fair"),
        (skipped, "skipped", "none"),
    ];
    html! {
        div.tile.wide {
            p.label { "Cases" }
            p.parts {
                @for (number, word, class) in
                    parts.iter().filter(|part| part.0 > 0 || part.1 == "passed") {
                    span class=(class) { b { (number) } " " (word) }
                }
            }
            (bar(&parts.map(|(number, _, class)| (number, class)), totals.cases()))
        }
    }
}

fn tile(label: &str, share: Share) -> Markup {
    html! {
        div.tile {
            p.label { (label) }
            p { b { (share.percent().map_or("–".to_owned(), |percent| format!("{percent} %"))) }
                " " span.dim { (share.reached) " of " (share.of) } }
            (bar(&[(share.reached, "good")], share.of))
        }
    }
}

/// A bar of parts; what is not in any part stays empty.
fn bar(parts: &[(usize, &str)], of: usize) -> Markup {
    let mut from = 0;
    let mut parts = parts.iter().map(|(number, class)| {
        let begin = from;
        from += number;
        (begin, *number, *class)
    });
    html! {
        svg.bar viewBox={ "0 0 " (of.max(1)) " 1" } preserveAspectRatio="none" aria-hidden="true" {
            @for (begin, number, class) in parts.by_ref().filter(|part| part.1 > 0) {
                rect class=(class) x=(begin) width=(number) height="1" {}
            }
        }
    }
}

/// Text in which what stands between backticks is code.
pub fn prose(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// How many cases there are, where that is more than one.
pub fn times(cases: usize) -> Markup {
    html! { @if cases > 1 { " " span.count { (cases) " cases" } } }
}

/// How the cases of each group ended.
pub fn cases(document: &Document) -> Option<Markup> {
    let mut groups: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    for entry in &document.cases {
        groups.entry(entry.place()).or_default()[column(entry.outcome)] += 1;
    }
    let most = groups.values().map(|counts| counts.iter().sum()).max()?;
    Some(html! {
        table.groups {
            thead {
                tr {
                    th { "Group" }
                    th { "passed" } th { "failed" } th { "not checked" } th { "skipped" } th {}
                }
            }
            tbody {
                @for (group, counts) in &groups {
                    tr data-find=(group.to_lowercase()) {
                        th { (group) }
                        @for (count, class) in counts.iter().zip(CLASSES) {
                            td class=(if *count > 0 { class } else { "dim" }) { (count) }
                        }
                        @let parts = [0, 1, 2, 3].map(|index| (counts[index], CLASSES[index]));
                        td { (bar(&parts, most)) }
                    }
                }
            }
        }
    })
}

/// The classes of the columns, in their order.
const CLASSES: [&str; 4] = ["good", "bad", "fair", "none"];

fn column(outcome: Outcome) -> usize {
    match outcome {
        Outcome::Passed => 0,
        Outcome::Failed => 1,
        Outcome::Unchecked => 2,
        Outcome::Skipped => 3,
    }
}
