//! The APIs that the harness knows.

pub mod i3d_v3;
mod i3d_v3_families;
mod i3d_v3_flows;

use crate::suite::Suite;

/// The API of this name.
pub fn find(name: &str) -> Option<&'static Suite> {
    let all: [&'static Suite; 1] = [&i3d_v3::SUITE];
    all.into_iter().find(|suite| suite.name == name)
}
