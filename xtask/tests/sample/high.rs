//! Uses a type, and functions of an imported module.

use crate::{low::Thing, round};

/// A struct with a public field.
pub struct Top {
    /// Everybody sees it.
    pub thing: Option<Thing>,
    hidden: u8,
}

impl Top {
    /// A method.
    pub fn count(&self, of: u8) -> usize {
        round::one::number() + usize::from(self.hidden + of)
    }

    fn inner(&self) {}
}

/// A function.
pub fn top(
    first: u8,
    second: other::Second,
) -> Top {
    todo!()
}

#[cfg(test)]
mod tests {
    use crate::round::Two;
}
