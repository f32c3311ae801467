//! The worlds of a server: one that is always there, and those that are made beside it; and
//! snapshots, which are copies that nobody writes to.
//!
//! All have names, and no two have the same one, because a world is made from either.

mod choose;
mod keys;
mod names;
mod own;
mod registry;

pub use choose::ChooseWorld;
pub(super) use choose::{Chosen, InWorld};
pub(super) use names::{MAIN, NameError};
pub use own::{OwnWorld, OwnWorldError};
pub(crate) use registry::Worlds;
pub(super) use registry::{KeptSnapshot, Reserved};
