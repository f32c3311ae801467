//! The catalogue of what can be ordered, its prices, and orders.

mod catalogue;
mod orders;
mod utilities;
