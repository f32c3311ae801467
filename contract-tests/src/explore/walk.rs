//! The walk of a client through a flow: its state, its cookie, and how often it has guessed.

use crate::core::profile::flow::{Flow, Move, Transition};

/// The status of whoever is not logged in.
pub const UNAUTHENTICATED: u16 = 401;

/// A client in a flow.
pub struct Walk {
    /// The state that its moves have led to.
    pub state: &'static str,
    /// The cookie that the server set last.
    pub cookie: Option<String>,
    /// How often it was refused a guess.
    guesses: u32,
}

impl Walk {
    /// A client that has done nothing yet.
    pub fn begin(flow: &Flow) -> Walk {
        Walk { state: flow.start(), cookie: None, guesses: 0 }
    }

    /// What should come of a move in this state; `None` where the flow does not tell, and where
    /// it would be one guess too many.
    pub fn transition(&mut self, flow: &Flow, made: &Move) -> Option<Transition> {
        let transition = made.transition(self.state)?;
        let guess = made.guesses && transition.1 == UNAUTHENTICATED;
        self.guesses += u32::from(guess);
        (!guess || self.guesses <= flow.guesses_max).then_some(transition)
    }
}
