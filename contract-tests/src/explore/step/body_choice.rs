//! Which of all valid bodies a step sends, and in which form.

use crate::explore::body::{Fill, NOTATIONS, Notation};

/// One of all valid bodies. In the text of a step it is one number, of which the remainder by eight
/// tells the form; 0 is the example of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyChoice {
    /// How it is filled and written.
    pub form: Form,
    /// Which of all bodies of this form.
    pub round: u32,
}

/// How a body is filled and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Filled like this, and written plainly.
    Plain(Fill),
    /// In another notation of the same JSON.
    Written(Notation),
    /// With members that only the server sets.
    WithReadOnly,
    /// With `null` for an optional member.
    WithNull,
}

/// How many forms follow each other in the numbers of steps.
const FORMS: u32 = 8;
/// The form with this remainder is another notation.
const WRITTEN: u32 = 6;
/// The form with this remainder has read-only members and `null` in turn.
const EXTRA: u32 = 7;

impl BodyChoice {
    /// The example of the contract.
    pub const EXAMPLE: BodyChoice = BodyChoice::plain(Fill::Example);
    /// All members, with ordinary values.
    pub const MOST: BodyChoice = BodyChoice::plain(Fill::Most);
    /// Only what is required.
    pub const LEAST: BodyChoice = BodyChoice::plain(Fill::Least);
    /// All members, on their upper bounds.
    pub const HIGH: BodyChoice = BodyChoice::plain(Fill::High);
    /// All members, on their lower bounds.
    pub const LOW: BodyChoice = BodyChoice::plain(Fill::Low);
    /// Any values.
    pub const ANY: BodyChoice = BodyChoice::plain(Fill::Any);

    const fn plain(fill: Fill) -> BodyChoice {
        BodyChoice::first(Form::Plain(fill))
    }

    /// The first body of a form.
    pub const fn first(form: Form) -> BodyChoice {
        BodyChoice { form, round: 0 }
    }

    /// Another body of the same form.
    pub const fn round(self, round: u32) -> BodyChoice {
        BodyChoice { round, ..self }
    }

    /// The body of this number.
    pub fn of(number: u32) -> BodyChoice {
        let (round, count) = (number / FORMS, NOTATIONS.len());
        match number % FORMS {
            0 => BodyChoice::EXAMPLE.round(round),
            1 => BodyChoice::MOST.round(round),
            2 => BodyChoice::LEAST.round(round),
            3 => BodyChoice::HIGH.round(round),
            4 => BodyChoice::LOW.round(round),
            WRITTEN => BodyChoice {
                form: Form::Written(NOTATIONS[round as usize % count]),
                round: round / count as u32,
            },
            EXTRA if round.is_multiple_of(2) => {
                BodyChoice { form: Form::WithReadOnly, round: round / 2 }
            }
            EXTRA => BodyChoice { form: Form::WithNull, round: round / 2 },
            _ => BodyChoice::ANY.round(round),
        }
    }

    /// The number that stands for it in the text of a step. Random values are drawn for it, too.
    pub fn number(self) -> u32 {
        let BodyChoice { form, round } = self;
        match form {
            Form::Plain(fill) => FORMS * round + fill as u32,
            Form::Written(notation) => {
                FORMS * (NOTATIONS.len() as u32 * round + notation as u32) + WRITTEN
            }
            Form::WithReadOnly => FORMS * (2 * round) + EXTRA,
            Form::WithNull => FORMS * (2 * round + 1) + EXTRA,
        }
    }

    /// How its members are filled.
    pub fn fill(self) -> Fill {
        match self.form {
            Form::Plain(fill) => fill,
            _ => Fill::Any,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    proptest! {
        #[test]
        fn every_number_is_one_body(number in any::<u32>()) {
            assert_eq!(BodyChoice::of(number).number(), number);
        }
    }

    #[test]
    fn numbers_mean_what_they_always_meant() {
        let forms = [0, 9, 2, 3, 4, 5, 6, 14, 7, 15].map(|number| BodyChoice::of(number).form);
        let plain = [Fill::Example, Fill::Most, Fill::Least, Fill::High, Fill::Low, Fill::Any];
        assert_eq!(forms[..6], plain.map(Form::Plain));
        let written = [Notation::Reversed, Notation::Spaced].map(Form::Written);
        assert_eq!(forms[6..], [written[0], written[1], Form::WithReadOnly, Form::WithNull]);
    }
}
