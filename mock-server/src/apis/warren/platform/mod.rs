//! What all rooms share: brands, locations, times, refusals, and what is charged for.

pub(in crate::apis::warren) mod brand;
pub(in crate::apis::warren) mod data;
pub(in crate::apis::warren) mod located;
pub(in crate::apis::warren) mod metering;
pub(in crate::apis::warren) mod refusals;
pub(in crate::apis::warren) mod success;
pub(in crate::apis::warren) mod time;
pub(in crate::apis::warren) mod token;

/// The short name of the provider.
pub(super) const NAME: &str = "warren";

pub(super) const SCHEMA: &str = include_str!("schema.sql");
