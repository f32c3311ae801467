//! Billing accounts, cards, credit and invoices.

use crate::core::profile::family::Family;

pub(super) const FAMILIES: &[Family] = &[];
