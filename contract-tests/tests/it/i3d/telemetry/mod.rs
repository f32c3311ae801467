//! Power and traffic over time, as numbers and as graphs.

mod network_graphs;
mod power;
mod traffic;
