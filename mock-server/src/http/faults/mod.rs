//! Faults on demand: which requests go wrong, and how.

mod effect;
mod rate;
mod rule;
mod rules;
mod stale;

pub(super) use rate::Rates;
pub(super) use rules::{Fault, Faults};
pub(super) use stale::stale;
