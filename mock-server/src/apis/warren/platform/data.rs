//! The data files of `mock-server/world/warren/`, which `build.rs` turns into JSON.

/// A data file of the world, as JSON, by room and name.
macro_rules! data {
    ($name:literal) => {
        include_str!(concat!(env!("OUT_DIR"), "/warren/", $name, ".json"))
    };
}
pub(in crate::apis::warren) use data;
