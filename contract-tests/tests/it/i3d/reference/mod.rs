//! What is the same for everybody: countries, currencies, operating systems.

mod countries;
mod currencies;
mod operating_systems;
