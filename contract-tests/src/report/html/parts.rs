//! What several sections of the page show.

use maud::{Markup, html};

use crate::report::document::Entry;

/// Cases by name, and how to play them again.
pub(super) fn names(entries: &[&Entry]) -> Markup {
    html! {
        ul.names {
            @for entry in entries {
                li { (entry.name) " " span.dim { (entry.place()) }
                    @if !entry.replay.is_empty() { (command(&entry.replay)) } }
            }
        }
    }
}

/// A line for a shell, with a button that copies it.
pub(super) fn command(line: &str) -> Markup {
    html! { div.command { code { (line) } button type="button" data-copy { "Copy" } } }
}

/// The text by which the filter finds something.
pub(super) fn found_by(texts: &[&str], entries: &[&Entry]) -> String {
    let names = entries.iter().flat_map(|entry| [entry.name.clone(), entry.place()]);
    let mut words: Vec<String> = Vec::new();
    for text in texts.iter().map(|text| (*text).to_owned()).chain(names) {
        if !words.contains(&text) {
            words.push(text);
        }
    }
    words.join(" ").to_lowercase()
}
