//! State machines of what a client does step by step, such as a login, as data: states, and moves
//! with their transitions.

use std::collections::VecDeque;

use serde_json::Value;

use crate::core::exchange::Caller;

/// A flow. The harness plays it in a world of its own, and keeps cookies as a browser does.
#[derive(Clone, Copy)]
pub struct Flow {
    /// Its name in reports.
    pub name: &'static str,
    /// How often a walk may guess.
    pub guesses_max: u32,
    /// What can be done. The status of the first move shows the state; it changes nothing.
    pub moves: &'static [Move],
}

/// Something that a client does in a flow.
#[derive(Clone, Copy)]
pub struct Move {
    /// The operation.
    pub operation: &'static str,
    /// What is special about it, in a few words.
    pub what: &'static str,
    /// Who does it. Cookies are sent only with requests of [`Caller::Nobody`].
    pub caller: Caller,
    /// Whether it is done with the cookies of the flow, and may change them.
    pub with_cookies: bool,
    /// Its body, given the time at the server; `null` for none.
    pub body: fn(i64) -> Value,
    /// How many seconds pass before it.
    pub after_seconds: u32,
    /// Whether a refusal counts as a wrong guess: servers lock out clients that guess too often.
    pub guesses: bool,
    /// Its transitions; without one for a state, the move is not made there.
    pub transitions: &'static [Transition],
}

/// The state before, the status, the state after.
pub type Transition = (&'static str, u16, &'static str);

impl Move {
    /// A move without a body, by a browser.
    pub const NONE: Move = Move {
        operation: "",
        what: "",
        caller: Caller::Nobody,
        with_cookies: true,
        body: |_| Value::Null,
        after_seconds: 0,
        guesses: false,
        transitions: &[],
    };

    /// Its transition in a state.
    pub fn transition(&self, state: &str) -> Option<Transition> {
        self.transitions.iter().find(|(before, _, _)| *before == state).copied()
    }
}

impl Flow {
    /// The state of a fresh world: the first that its first move tells of.
    pub fn start(&self) -> &'static str {
        self.moves
            .first()
            .and_then(|first| first.transitions.first())
            .map_or("", |(state, _, _)| state)
    }

    /// For each state and each move in it: the shortest path to the state, and the move, as numbers
    /// of moves.
    pub fn all_paths(&self) -> Vec<Vec<usize>> {
        let mut reached = vec![(self.start(), Vec::new())];
        let mut open = VecDeque::from(reached.clone());
        while let Some((state, path)) = open.pop_front() {
            for (number, step) in self.moves.iter().enumerate() {
                let Some((_, _, next)) = step.transition(state) else { continue };
                if !reached.iter().any(|(known, _)| *known == next) {
                    let path: Vec<usize> = path.iter().copied().chain([number]).collect();
                    reached.push((next, path.clone()));
                    open.push_back((next, path));
                }
            }
        }
        let paths = reached.iter().flat_map(|(state, path)| {
            let moves = (0..self.moves.len())
                .filter(|number| self.moves[*number].transition(state).is_some());
            moves.map(|number| path.iter().copied().chain([number]).collect())
        });
        paths.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_is_made_in_every_state_by_the_shortest_way() {
        const FLOW: Flow = Flow {
            name: "a door",
            guesses_max: 0,
            moves: &[
                Move {
                    operation: "look",
                    transitions: &[("shut", 404, "shut"), ("open", 200, "open")],
                    ..Move::NONE
                },
                Move { operation: "open", transitions: &[("shut", 204, "open")], ..Move::NONE },
                Move { operation: "shut", transitions: &[("open", 204, "shut")], ..Move::NONE },
            ],
        };
        assert_eq!(FLOW.start(), "shut");
        assert_eq!(FLOW.all_paths(), [vec![0], vec![1], vec![1, 0], vec![1, 2]]);
    }
}
