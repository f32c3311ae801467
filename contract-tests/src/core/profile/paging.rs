//! How an API is asked for a part of a list.

use openapi::{Location, Parameter, Route};

use crate::core::exchange::Sent;

/// How an API is asked for a part of a list: by a header.
#[derive(Clone, Copy)]
pub struct Paging {
    /// The header, as the contract spells it.
    pub header: &'static str,
    /// How many rows are answered where no part is asked for.
    pub default_rows: u32,
    /// The words for a part: which row is the first, and how many rows.
    pub range: fn(u32, u32) -> String,
    /// The part that words stand for; `None` for words that mean none.
    pub read: fn(&str) -> Option<(u32, u32)>,
    /// Words that stand for no part, the most telling first.
    pub invalid: &'static [&'static str],
}

impl Paging {
    /// Whether a parameter of the contract asks for a part.
    pub fn is_range(&self, parameter: &Parameter) -> bool {
        parameter.location == Location::Header && parameter.name.eq_ignore_ascii_case(self.header)
    }

    /// Whether an operation can be asked for a part.
    pub fn pages(&self, route: &Route) -> bool {
        route.parameters.iter().any(|parameter| self.is_range(parameter))
    }

    /// The words by which a request asks for a part.
    pub fn asked<'a>(&self, sent: &'a Sent) -> Option<&'a str> {
        let header = sent.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(self.header));
        header.map(|(_, words)| words.as_str())
    }

    /// Has a request ask for another part; for none without words.
    pub fn ask(&self, sent: &mut Sent, words: Option<String>) {
        sent.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(self.header));
        sent.headers.extend(words.map(|words| (self.header.to_lowercase(), words)));
    }
}
