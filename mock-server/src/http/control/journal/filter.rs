//! Which exchanges of a journal are wanted.

use serde::Deserialize;
use serde_json::Value;
use wildmatch::WildMatch;

use super::{shown::Shown, status::StatusPattern};
use crate::{
    engine::{Exchange, World},
    http::{control::shared::Control, matcher},
};

/// Which exchanges are wanted; without anything, all of them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::control) struct Filter {
    /// The name of an operation, in which `*` stands for any letters.
    operation: Option<String>,
    status: Option<StatusPattern>,
    /// Only what came after this exchange.
    pub(super) since: Option<u64>,
    /// The key of the caller.
    key: Option<String>,
    /// A text in the path, the query or a body.
    text: Option<String>,
    #[serde(default)]
    pub(super) format: Format,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    #[default]
    Json,
    Har,
}

impl Filter {
    /// Whether an exchange is wanted, as it is shown.
    pub(super) fn takes(&self, shown: &Shown) -> bool {
        let exchange = shown.exchange;
        let operation = self.operation.as_ref().is_none_or(|it| {
            exchange.operation.is_some_and(|operation| WildMatch::new(it).matches(operation))
        });
        operation
            && self.status.as_ref().is_none_or(|it| it.takes(exchange.status))
            && self.since.is_none_or(|since| exchange.id > since)
            && self.key.as_ref().is_none_or(|key| carries_key(exchange, key))
            && self.text.as_ref().is_none_or(|text| has_text(shown, text))
    }
}

fn carries_key(exchange: &Exchange, key: &str) -> bool {
    matcher::carries_key(exchange.header_lines().map(|(_, value)| value), &exchange.query, key)
}

/// Whether a text is in what is shown, so that nobody finds a secret by trying.
fn has_text(shown: &Shown, text: &str) -> bool {
    let bodies = || [shown.request_body(), shown.response_body()].map(|body| body.to_string());
    let line = format!("{}?{}", shown.exchange.path, shown.query());
    line.contains(text) || bodies().iter().any(|body| body.contains(text))
}

/// The exchanges of a world that are wanted, oldest first.
pub(super) fn wanted(
    world: &World,
    control: &Control,
    filter: &Filter,
    show: impl Fn(&Shown) -> Value,
) -> Vec<Value> {
    let journal = &world.environment.journal;
    let exchanges = journal.all();
    let shown = exchanges.iter().map(|it| Shown::new(it, journal, &control.apis));
    shown.filter(|it| filter.takes(it)).map(|it| show(&it)).collect()
}

/// The number of the last exchange, and the wanted ones behind that of the filter, which begins
/// anew when the journal did.
pub(super) fn wanted_after(
    world: &World,
    control: &Control,
    filter: &mut Filter,
) -> (u64, Vec<Value>) {
    let journal = &world.environment.journal;
    let last = journal.all().last().map_or(0, |it| it.id);
    filter.since = filter.since.filter(|since| *since <= last);
    (last, wanted(world, control, filter, |it| it.json()))
}
