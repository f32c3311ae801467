//! The page to look at in a browser: one file without anything from outside, the same for the same
//! run.

mod exchange;
mod failures;
mod json;
mod matrix;
mod overview;
mod parts;

use base64::{Engine, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use self::{
    failures::Failures,
    overview::verdict,
    parts::{found_by, names},
};
use super::{
    document::Document,
    grouping::{self, Group},
};
use crate::core::run::Outcome;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The whole page.
pub fn page(document: &Document) -> String {
    let failures = Failures::of(document);
    let sections = [
        section("failures", "Failures", document.totals.failed, failures.markup(document)),
        section("warnings", "Warnings", document.totals.warnings, warnings(document)),
        section(
            "unchecked",
            "Not checked",
            document.totals.unchecked,
            reasons(document, Outcome::Unchecked),
        ),
        section("coverage", "Coverage", 0, matrix::matrices(document, &failures)),
        section("skipped", "Skipped", document.totals.skipped, reasons(document, Outcome::Skipped)),
        section("cases", "Cases", document.totals.cases(), overview::cases(document)),
    ];
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(document))
            body {
                (overview::header(document))
                nav {
                    @for section in sections.iter().flatten() { (section.link) }
                    output #found {}
                    label { span { "Filter" }
                        input #find type="search"
                            placeholder="Filter: operation, code, text  ( / )" autocomplete="off"; }
                }
                main { @for section in sections.iter().flatten() { (section.markup) } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// A part of the page, and the link to it.
struct Section {
    link: Markup,
    markup: Markup,
}

/// A section; none where there is nothing in it. `count` is shown beside the title, unless it is 0.
fn section(id: &str, title: &str, count: usize, markup: Option<Markup>) -> Option<Section> {
    let markup = markup?;
    let count = html! { @if count > 0 { " " span.count { (count) } } };
    Some(Section {
        link: html! { a href={ "#" (id) } { (title) (count) } },
        markup: html! { section id=(id) { h2 { (title) (count) } (markup) } },
    })
}

fn head(document: &Document) -> Markup {
    // Nothing is loaded, and nothing runs but the one style and the one script of this page.
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let policy = format!(
        "default-src 'none'; img-src data:; style-src {}; script-src {}",
        hash(STYLE),
        hash(SCRIPT)
    );
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            link rel="icon" href="data:,";
            title { (verdict(document).0) " · " (document.verb) " of " (document.api) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

fn warnings(document: &Document) -> Option<Markup> {
    let warnings = grouping::warnings(document);
    (!warnings.is_empty()).then(|| {
        html! {
            @for Group { what, entries } in &warnings {
                details.card data-find=(found_by(&[&what.finding.to_string()], entries)) {
                    summary { (failures::headline(what)) (overview::times(entries.len())) }
                    p { (what.law) }
                    (names(entries))
                }
            }
        }
    })
}

/// What was not played, by the reason.
fn reasons(document: &Document, outcome: Outcome) -> Option<Markup> {
    let reasons = grouping::reasons(document, outcome);
    (!reasons.is_empty()).then(|| {
        html! {
            @for Group { what, entries } in &reasons {
                details.card
                    data-find=(found_by(&[what], entries)) open[outcome == Outcome::Unchecked] {
                    summary {
                        span.what { (overview::prose(what)) } (overview::times(entries.len()))
                    }
                    (names(entries))
                }
            }
        }
    })
}
