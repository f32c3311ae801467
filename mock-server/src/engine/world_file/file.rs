//! What a world file says, checked.

use serde_json::{Map, Value};

use super::{
    fault::Fault,
    node::Node,
    resource::{Fill, Resource},
};
use crate::engine::world::{
    clock::{ClockReading, ClockState},
    kind::WorldKind,
};

/// A world file, read and checked.
#[derive(Debug)]
pub struct WorldFile {
    /// What it is called.
    pub(super) name: String,
    /// Tells it from files of other texts.
    pub(super) digest: String,
    /// What it stands on.
    pub(super) from: WorldKind,
    /// How the clock goes when the world begins.
    pub(super) clock: Option<ClockReading>,
    /// Where sequences go on.
    pub(super) sequences: Vec<(String, i64)>,
    /// What it says of each provider.
    pub(super) sections: Vec<Section>,
}

/// What it says of a provider.
#[derive(Debug)]
pub(super) struct Section {
    /// The place of the provider among all.
    pub(super) provider: usize,
    pub(super) customers: Vec<Node>,
    /// In the order of the file.
    pub(super) rows: Vec<Row>,
    /// The accounts that it names, with the line of each.
    pub(super) accounts: Vec<(i64, u64)>,
}

/// An object.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) resource: &'static Resource,
    pub(super) account: i64,
    /// With relative times.
    pub(super) body: Map<String, Value>,
    pub(super) columns: Map<String, Value>,
    /// The properties that are drawn when the row is added.
    pub(super) draws: Vec<(String, Fill)>,
}

impl WorldFile {
    /// Tells it from files of other texts.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What it stands on.
    pub fn from(&self) -> WorldKind {
        self.from
    }

    /// How the clock goes when the world begins; `None` where the file does not say.
    pub fn clock(&self) -> Option<ClockState> {
        self.clock.and_then(ClockState::showing)
    }
}

impl Row {
    /// What it is called in a message.
    pub(super) fn title(&self) -> String {
        title(self.resource, self.account)
    }

    /// A fault of it.
    pub(super) fn fault(&self, message: impl std::fmt::Display) -> Fault {
        Fault { line: self.line, message: format!("{}: {message}", self.title()) }
    }
}

/// What an object is called in a message.
pub(super) fn title(resource: &Resource, account: i64) -> String {
    format!("{} of account {account}", resource.name)
}
