//! Steps that are played one after the other.

use crate::explore::step::Step;

/// Steps that belong together: they are played in a fresh world.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// What it is about: a family, or the group of an operation.
    pub group: String,
    /// What it does, in a few words.
    pub title: &'static str,
    /// Its steps.
    pub steps: Vec<Step>,
}

impl Sequence {
    /// Steps that somebody gave.
    pub fn given(steps: Vec<Step>) -> Sequence {
        Sequence { group: "explore".to_owned(), title: "as it was given", steps }
    }
}
