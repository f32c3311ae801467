//! Which part of a list a step asks for.

/// One of all parts of a list. In the text of a step it is one number, of which the last digit
/// tells the part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageChoice {
    /// The part.
    pub part: Part,
    /// Which filter, or which of all random pages.
    pub round: u32,
}

/// A part of a list, by its place in the whole list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The second row alone.
    SecondRow,
    /// What comes without a range.
    Default,
    /// Rows from just behind the end.
    BehindTheEnd,
    /// No rows at all.
    Empty,
    /// Pages one after the other, until the end.
    AllPages,
    /// The whole list as one page.
    Whole,
    /// A page that begins with the last row and is longer.
    OverTheEnd,
    /// A row far behind the end.
    FarBehind,
    /// A random page.
    Random,
    /// The rows that a filter chooses, where the list has filters; otherwise a random page.
    Filtered,
}

impl Part {
    /// Every part, in the order of their numbers.
    pub const ALL: [Part; 10] = [
        Part::SecondRow,
        Part::Default,
        Part::BehindTheEnd,
        Part::Empty,
        Part::AllPages,
        Part::Whole,
        Part::OverTheEnd,
        Part::FarBehind,
        Part::Random,
        Part::Filtered,
    ];
}

impl PageChoice {
    /// The part of this number.
    pub fn of(number: u32) -> PageChoice {
        let count = Part::ALL.len() as u32;
        PageChoice { part: Part::ALL[(number % count) as usize], round: number / count }
    }

    /// The number that stands for it in the text of a step.
    pub fn number(self) -> u32 {
        Part::ALL.len() as u32 * self.round + self.part as u32
    }
}

impl From<Part> for PageChoice {
    fn from(part: Part) -> PageChoice {
        PageChoice { part, round: 0 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    proptest! {
        #[test]
        fn every_number_is_one_part(number in any::<u32>()) {
            assert_eq!(PageChoice::of(number).number(), number);
        }
    }
}
