//! Which file of a crate uses which other one, and the circles among them.

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
