//! The sequences of a flow: each move in each state, and random walks.

use std::collections::VecDeque;

use openapi::Route;
use proptest::collection::vec;

use super::sequence::Sequence;
use crate::{
    core::profile::{families::Families, flow::Flow, random::Gen},
    explore::step::{CaseKind, Step},
};

/// A flow with the operations of its moves.
pub struct FlowSequences {
    flow: &'static Flow,
    /// Its place among the flows of the profile.
    number: u32,
    /// The operation of each move.
    pub routes: Vec<&'static Route>,
}

/// How many moves a random walk has at most.
const MOVES_MAX: usize = 16;

impl FlowSequences {
    /// The sequences of the flow of this number; `None` where the contract lacks one of its
    /// operations.
    pub fn new(families: Families, number: usize, flow: &'static Flow) -> Option<FlowSequences> {
        let routes =
            flow.moves.iter().map(|it| families.route(it.operation)).collect::<Option<_>>()?;
        Some(FlowSequences { flow, number: number.try_into().ok()?, routes })
    }

    /// Each move in each state.
    pub fn scripted(&self) -> VecDeque<Sequence> {
        let ways = self.flow.all_paths().into_iter();
        ways.map(|moves| self.sequence("each move in each state", &moves)).collect()
    }

    /// A random walk.
    pub fn random(&self, seed: u64, round: u32) -> Sequence {
        let moves = vec(0..self.routes.len(), 4..MOVES_MAX);
        self.sequence("random walks", &Gen::new(seed, self.flow.name, round).sample(&moves))
    }

    fn sequence(&self, title: &'static str, moves: &[usize]) -> Sequence {
        let step = |number: &usize| {
            let index = u32::try_from(*number).unwrap_or(u32::MAX);
            Step::new(CaseKind::Walk(index), self.routes[*number], self.number)
        };
        Sequence {
            group: self.flow.name.to_owned(),
            title,
            steps: moves.iter().map(step).collect(),
        }
    }
}
