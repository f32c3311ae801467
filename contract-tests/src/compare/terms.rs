//! How two sides are compared.

use super::waiver::Waivers;
use crate::{core::redact::Redactor, fixture::Options};

/// How two sides are compared.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// Only what does not depend on the data, because they are not the same: statuses, headers,
    /// members and types.
    pub shape_only: bool,
    /// What scenarios are told.
    pub options: &'a Options,
    /// Differences that are tolerated.
    pub waivers: &'a Waivers,
    /// Takes the secrets of both sides out of what is told of them.
    pub redactor: &'a Redactor,
}
