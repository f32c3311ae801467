//! Re-exports, which are no use.

pub(crate) mod one;
mod two;

pub(crate) use two::Two;
