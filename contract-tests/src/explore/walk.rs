//! The walk of a client through a flow: its state, its cookie, and how often it has guessed.

use crate::core::profile::flow::{Flow, Move, Transition};

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
    /// it would be one guess too many. `refused` are the statuses of whoever is not logged in.
    pub fn transition(
        &mut self,
        flow: &Flow,
        made: &Move,
        refused: Vec<u16>,
    ) -> Option<Transition> {
        let transition = made.transition(self.state)?;
        let guess = made.guesses && refused.contains(&transition.1);
        self.guesses += u32::from(guess);
        (!guess || self.guesses <= flow.guesses_max).then_some(transition)
    }
}
