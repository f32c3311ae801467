//! One exchange: the request beside its answer, and the curl line.

use maud::{Markup, html};

use super::{json, parts::command};
use crate::{
    core::exchange::NOT_EMULATED,
    report::{
        document::{Body, Breach, ExchangeEntry, Message},
        place::{Half, status},
    },
};

/// A longer text is cut.
const TEXT_MAX: usize = 20_000;

/// An exchange; one that shows a breach is open, and the place of the breach is marked.
pub fn markup(step: &ExchangeEntry, breach: Option<&Breach>) -> Markup {
    let pointer = |half| {
        let breach = breach.filter(|it| it.place.is_some_and(|place| place.half == half))?;
        Some(breach.finding.pointer.as_str()).filter(|pointer| !pointer.is_empty())
    };
    html! {
        details.step.guilty[breach.is_some()] open[breach.is_some()] {
            summary {
                span.method { (step.method) } " "
                span.target { (step.target) }
                @if let Some(who) = step.caller.description() { span.who { (who) } }
                span class={ "status " (class(step.status)) } { (status(step.status)) }
                span.dim { (format!("{:.1} ms", step.took_ms)) }
            }
            div.halves.slim[matches!(step.request.body, Body::Nothing)] {
                (half("Request", &step.request, pointer(Half::Request)))
                (half("Response", &step.response, pointer(Half::Response)))
            }
            (command(&step.curl))
        }
    }
}

/// The class of a status.
pub fn class(status: u16) -> &'static str {
    match status {
        200..300 => "good",
        NOT_EMULATED => "none",
        500.. => "bad",
        _ => "fair",
    }
}

fn half(title: &str, message: &Message, pointer: Option<&str>) -> Markup {
    html! {
        div.half {
            h4 { (title) }
            @if !message.headers.is_empty() {
                pre.headers {
                    @for (name, value) in &message.headers { b { (name) } ": " (value) "\n" }
                }
            }
            @match &message.body {
                Body::Nothing => p.dim { "no body" },
                Body::Binary { bytes } => p.dim { (bytes) " bytes that are no text" },
                Body::Text(text) => (body(text, pointer)),
            }
        }
    }
}

fn body(text: &str, pointer: Option<&str>) -> Markup {
    if let Ok(value) = serde_json::from_str(text) {
        return html! { pre.body { (json::markup(&value, pointer)) } };
    }
    let end = text.char_indices().nth(TEXT_MAX).map_or(text.len(), |(end, _)| end);
    html! { pre.body { (&text[..end]) @if end < text.len() { span.dim { "\n… cut here" } } } }
}
