//! Charts as PNG and documents as PDF, over the crates that write the formats. Knows no other room.

pub(super) mod axis;
mod canvas;
pub(super) mod chart;
pub(super) mod pdf;
