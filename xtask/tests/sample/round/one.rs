//! Uses its neighbour by a re-export.

use super::Two;

pub(crate) fn number() -> usize {
    Two::NUMBER
}
