//! Managed services.

use crate::core::profile::family::Family;

pub(super) const FAMILIES: &[Family] = &[];
