//! What worlds begin with.

use std::sync::Arc;

use super::{clock::ClockState, environment::Settings, kind::WorldKind};
use crate::engine::{store::Snapshot, world_file::WorldFile};

/// What a world goes back to.
#[derive(Debug, Clone)]
pub(super) enum Beginning {
    /// What the providers filled it with at this time.
    Filled(i64),
    /// A copy of a world.
    Copied(Arc<Snapshot>),
    /// What it held when its file was opened, of which there is no copy.
    Opened,
}

/// What a world beside another one begins with.
#[derive(Debug)]
pub enum Origin {
    /// What the providers fill it with.
    Kind(WorldKind),
    /// What a world file says.
    File(Arc<WorldFile>),
    /// A copy of a world, whose seed and clock it goes on with.
    Snapshot(Arc<Snapshot>),
}

/// A world that is to be made beside another one.
#[derive(Debug)]
pub struct NewWorld {
    /// What stands before every path of its URLs.
    pub base_path: String,
    /// What it begins with.
    pub origin: Origin,
    /// Its seed, where it is filled; that of the other world without one.
    pub seed: Option<u64>,
    /// How its clock goes at the beginning.
    pub clock: Option<ClockState>,
    /// How it behaves.
    pub settings: Settings,
}
