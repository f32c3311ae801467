//! The APIs that the harness knows.

pub mod i3d_v3;

use crate::core::profile::ApiProfile;

/// The API of this name.
pub fn find(name: &str) -> Option<&'static ApiProfile> {
    let all: [&'static ApiProfile; 1] = [&i3d_v3::PROFILE];
    all.into_iter().find(|profile| profile.name == name)
}
