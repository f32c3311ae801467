//! Checks of the source of this repository that the compiler does not make: the graph of modules,
//! the public API, and the sizes of files and lines.

pub mod modules;
pub mod source;
