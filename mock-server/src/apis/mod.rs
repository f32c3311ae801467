//! The emulated APIs.

mod i3d;

use std::sync::Arc;

use crate::engine::Api;

/// Every API that the server emulates.
pub fn all() -> Vec<Arc<dyn Api>> {
    vec![Arc::new(i3d::v3::I3dV3)]
}
