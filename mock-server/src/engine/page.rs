//! A part of a list.

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many rows to skip.
    pub start: u32,
    /// How many rows to answer at most.
    pub results: u32,
}

impl Default for Page {
    fn default() -> Page {
        Page::ALL
    }
}

impl Page {
    /// The whole list.
    pub const ALL: Page = Page { start: 0, results: u32::MAX };

    /// This page of a list that is at hand as a whole.
    pub fn of<T>(self, all: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        all.into_iter().skip(self.start as usize).take(self.results as usize)
    }
}
