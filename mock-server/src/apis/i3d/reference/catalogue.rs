//! A list that comes with the program and never changes, read once and answered as text.

use serde_json::value::RawValue;

use crate::engine::{Page, Rows};

/// The list of a data file.
pub(super) struct Catalogue(Vec<Box<RawValue>>);

impl Catalogue {
    /// Reads a data file; panics on a malformed one, because it ships with the program.
    pub(super) fn parse(json: &str) -> Catalogue {
        Catalogue(serde_json::from_str(json).expect("a catalogue is a list"))
    }

    /// One page of it.
    pub(super) fn page(&self, page: Page) -> Rows {
        Rows::of(page.of(&self.0).map(|row| row.get()))
    }
}
