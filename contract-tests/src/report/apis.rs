//! What a document says of one API, or of several.

use std::{
    collections::BTreeMap,
    fmt::{self, Display},
};

use serde::Serialize;

use crate::core::{coverage::reached::Reached, profile::ApiProfile};

/// The APIs of a document by name: as JSON a text, or a list of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Apis {
    /// One.
    One(&'static str),
    /// Several, in the order in which they were run.
    Several(Vec<&'static str>),
}

impl Display for Apis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Apis::One(name) => f.write_str(name),
            Apis::Several(names) => f.write_str(&names.join(", ")),
        }
    }
}

/// What was reached, by operation; of several APIs by API before, because two of them may call
/// operations alike.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Operations {
    /// Of one API.
    One(Reached),
    /// Of several.
    Several(BTreeMap<&'static str, Reached>),
}

impl Operations {
    /// What was reached of an API.
    pub fn of(&self, profile: &ApiProfile) -> Option<&Reached> {
        match self {
            Operations::One(reached) => Some(reached),
            Operations::Several(all) => all.get(profile.name),
        }
    }
}
