//! What there is to choose from.

use crate::core::profile::family::Family;

pub(super) const FAMILIES: &[Family] = &[];
