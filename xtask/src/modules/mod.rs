//! The graph of the modules of a crate: which file uses which, in which circles and layers; and its
//! public API.

mod circles;
mod graph;
mod layers;
mod paths;
mod public_api;
mod reading;
mod resolving;

pub use graph::{Edge, Graph};
pub use layers::Layers;
pub use public_api::public_api;
