//! World files: what a world holds, as a text in the shape of the objects of the API.
//!
//! A provider describes its tables as [`Resources`]: what a file calls each, and the schema of the
//! contract that its objects have. So one way leads from a text to rows, and one back.

mod customers;
#[cfg(test)]
pub(crate) mod documented;
mod export;
mod fault;
mod file;
mod fill;
mod node;
mod object;
mod put;
mod read;
mod resource;
mod tables;

pub use fault::{Fault, Faults};
pub use file::WorldFile;
pub use resource::{Resource, Resources};

pub(super) use customers::add as add_customer;
pub(super) use export::export;
pub(super) use fill::fill;
