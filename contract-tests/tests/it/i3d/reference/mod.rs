//! What is the same for everybody: countries, currencies, systems, sites.

mod countries;
mod currencies;
mod health;
mod heat_map;
mod operating_systems;
mod ping_sites;
