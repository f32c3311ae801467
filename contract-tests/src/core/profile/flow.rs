//! What goes on between a client and the server step by step, such as a login, as data: states, and
//! what leads from one to another.

use std::collections::VecDeque;

use serde_json::Value;

use crate::core::exchange::Caller;

/// A flow. The harness goes its ways in a world of its own, with a browser's memory for cookies.
#[derive(Clone, Copy)]
pub struct Flow {
    /// Its name in reports.
    pub name: &'static str,
    /// How often a walk may guess.
    pub guesses_max: u32,
    /// What can be done. The first shows the state by its status and changes nothing.
    pub moves: &'static [Move],
}

/// Something that a client does in a flow.
#[derive(Clone, Copy)]
pub struct Move {
    /// The operation.
    pub operation: &'static str,
    /// What is special about it, in a few words.
    pub what: &'static str,
    /// Who does it. Cookies go along with what nobody sends.
    pub caller: Caller,
    /// Whether it is done with the cookies of the flow, and may change them.
    pub with_cookies: bool,
    /// Its body, given the time at the server; `null` for none.
    pub body: fn(i64) -> Value,
    /// How many seconds pass before.
    pub after: u32,
    /// Whether it guesses where it is refused: servers stop those who guess.
    pub guesses: bool,
    /// What comes of it: the state before, the status, the state after.
    pub ways: &'static [Way],
}

/// The state before, the status, the state after.
pub type Way = (&'static str, u16, &'static str);

impl Move {
    /// A move without a body, by a browser.
    pub const NONE: Move = Move {
        operation: "",
        what: "",
        caller: Caller::Nobody,
        with_cookies: true,
        body: |_| Value::Null,
        after: 0,
        guesses: false,
        ways: &[],
    };

    /// What comes of it in a state.
    pub fn way(&self, state: &str) -> Option<Way> {
        self.ways.iter().find(|(before, _, _)| *before == state).copied()
    }
}

impl Flow {
    /// The state of a fresh world: the first that its first move tells of.
    pub fn start(&self) -> &'static str {
        self.moves.first().and_then(|first| first.ways.first()).map_or("", |(state, _, _)| state)
    }

    /// For each state and each move in it: the shortest way there, and the move, as numbers of
    /// moves.
    pub fn all_ways(&self) -> Vec<Vec<usize>> {
        let mut reached = vec![(self.start(), Vec::new())];
        let mut open = VecDeque::from(reached.clone());
        while let Some((state, path)) = open.pop_front() {
            for (number, step) in self.moves.iter().enumerate() {
                let Some((_, _, next)) = step.way(state) else { continue };
                if !reached.iter().any(|(known, _)| *known == next) {
                    let path: Vec<usize> = path.iter().copied().chain([number]).collect();
                    reached.push((next, path.clone()));
                    open.push_back((next, path));
                }
            }
        }
        let ways = reached.iter().flat_map(|(state, path)| {
            let moves =
                (0..self.moves.len()).filter(|number| self.moves[*number].way(state).is_some());
            moves.map(|number| path.iter().copied().chain([number]).collect())
        });
        ways.collect()
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
                    ways: &[("shut", 404, "shut"), ("open", 200, "open")],
                    ..Move::NONE
                },
                Move { operation: "open", ways: &[("shut", 204, "open")], ..Move::NONE },
                Move { operation: "shut", ways: &[("open", 204, "shut")], ..Move::NONE },
            ],
        };
        assert_eq!(FLOW.start(), "shut");
        assert_eq!(FLOW.all_ways(), [vec![0], vec![1], vec![1, 0], vec![1, 2]]);
    }
}
