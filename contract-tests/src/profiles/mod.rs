//! The APIs that the harness knows.

pub mod i3d_v2;
pub mod i3d_v3;

use crate::core::profile::ApiProfile;

/// Every API, the one first that is meant where none is named.
pub fn all() -> [&'static ApiProfile; 2] {
    [&i3d_v3::PROFILE, &i3d_v2::PROFILE]
}

/// The API of this name.
pub fn find(name: &str) -> Option<&'static ApiProfile> {
    all().into_iter().find(|profile| profile.name == name)
}

/// The API that is meant where none is named.
pub fn first() -> &'static ApiProfile {
    all()[0]
}
