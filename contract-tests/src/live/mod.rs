//! Safety against a live API: what may be sent to it, how fast and how often, and how everything that was made is removed.

mod rules;

pub use rules::{Change, Class, Details, Limits, Makes, Rules};
