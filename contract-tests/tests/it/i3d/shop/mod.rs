//! The catalogue of what can be ordered, its prices, and orders.

mod catalogue;
mod margins_and_vat;
mod orders;
