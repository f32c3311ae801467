//! Uses nothing, but for its tests.

pub struct Thing;

#[cfg(test)]
use crate::high::Top;
