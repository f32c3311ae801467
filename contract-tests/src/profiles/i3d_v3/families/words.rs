//! Names and other free texts.

use serde_json::Value;

use crate::core::profile::random::Gen;

/// Some words, one of them with a letter that is not ASCII.
pub(super) fn words(random: &mut Gen) -> Value {
    format!("{} café {} of {}", random.word(5), random.word(6), random.word(9)).into()
}
