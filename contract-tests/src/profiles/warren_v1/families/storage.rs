//! Disks.

use crate::core::profile::family::Family;

pub(super) const FAMILIES: &[Family] = &[];
