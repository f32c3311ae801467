//! Operations of the contract that nobody has written yet. This list may only shrink.

pub(super) const OPERATIONS: &[&str] = &[];
