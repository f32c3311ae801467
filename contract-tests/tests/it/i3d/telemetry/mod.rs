//! Power and traffic over time, as numbers and as graphs.

mod power;
mod traffic;
mod usage_graphs;
