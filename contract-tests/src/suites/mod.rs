//! The APIs that the harness knows.

pub mod i3d_v3;
mod i3d_v3_families;
