//! A crate with one circle, for the tests of the graph of modules. It is read and never compiled.

mod high;
mod low;
mod round;

pub use high::{Top, top};
pub use std::fmt::Debug;
