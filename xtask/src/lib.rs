//! What must hold of the source of this repository and the compiler does not check.

pub mod modules;
pub mod source;
