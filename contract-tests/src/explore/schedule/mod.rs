//! Which steps are played, and when: what finds most goes first.

mod family;
mod flow;
mod operation;
mod script;
mod sequence;

use std::collections::VecDeque;

use openapi::Route;

pub use sequence::Sequence;

use super::step::{BodyChoice, CaseKind, Step};
use crate::core::profile::{
    ApiProfile,
    families::Families,
    family::{Family, Role},
};
use family::FamilySequences;
use flow::FlowSequences;
use operation::operation_sequences;

/// All sequences of a run: what is scripted for families, flows and other operations, then random
/// ones.
pub struct Schedule {
    families: Vec<FamilySequences>,
    flows: Vec<FlowSequences>,
    scripted: VecDeque<Sequence>,
    seed: u64,
    /// How many random sequences there were.
    round: u32,
}

impl Schedule {
    /// The schedule for the operations that `chosen` chooses. A family or flow is explored as a
    /// whole if one of its operations is chosen.
    pub fn new(
        profile: &'static ApiProfile,
        seed: u64,
        chosen: impl Fn(&Route) -> bool,
    ) -> Schedule {
        let all = Families(profile);
        let families = all.all().map(|family| FamilySequences::new(all, family));
        let families: Vec<FamilySequences> =
            families.filter(|it| it.operations.iter().any(|(_, route)| chosen(route))).collect();
        let flows = profile.flows.iter().enumerate();
        let flows = flows.filter_map(|(number, flow)| FlowSequences::new(all, number, flow));
        let flows: Vec<FlowSequences> =
            flows.filter(|it| it.routes.iter().any(|route| chosen(route))).collect();
        let others = profile.contract.routes.iter().filter(|route| all.of(&route.id).is_none());
        let others = others.filter(|route| chosen(route));
        // One sequence of each in turn, so that no family waits for the last sequence of another.
        let mut queues: Vec<VecDeque<Sequence>> =
            families.iter().map(FamilySequences::scripted).collect();
        queues.extend(others.map(|route| operation_sequences(profile, route)));
        queues.extend(flows.iter().map(FlowSequences::scripted));
        let mut scripted = VecDeque::new();
        while queues.iter().any(|queue| !queue.is_empty()) {
            scripted.extend(queues.iter_mut().filter_map(VecDeque::pop_front));
        }
        Schedule { families, flows, scripted, seed, round: 0 }
    }

    /// Reads the lists of two unrelated families, which a sequence must leave as they are.
    fn neighbours(&self, family: &'static Family) -> Vec<Step> {
        let unrelated = |it: &&FamilySequences| {
            let other = it.family;
            let related =
                [family.name, family.parent].contains(&other.name) || other.parent == family.name;
            !related && other.parent.is_empty() && !family.disturbs.contains(&other.name)
        };
        let list = |it: &FamilySequences| {
            it.operations.iter().find(|(role, _)| *role == Role::List).map(|(_, route)| *route)
        };
        let lists: Vec<&'static Route> =
            self.families.iter().filter(unrelated).filter_map(list).collect();
        let chosen = (0..lists.len().min(2))
            .map(|index| lists[(self.round as usize * 2 + index) % lists.len()]);
        chosen.map(|route| Step::new(CaseKind::Valid(BodyChoice::EXAMPLE), route, 0)).collect()
    }

    /// Whether all scripted sequences were given out, so that only random ones follow.
    pub fn is_past_the_script(&self) -> bool {
        self.scripted.is_empty()
    }
}

/// The scripted sequences first, then random ones without end.
impl Iterator for Schedule {
    type Item = Sequence;

    fn next(&mut self) -> Option<Sequence> {
        if let Some(sequence) = self.scripted.pop_front() {
            return Some(sequence);
        }
        let families: Vec<&FamilySequences> =
            self.families.iter().filter(|it| it.changes_anything()).collect();
        let turn = self.round as usize % (families.len() + self.flows.len()).max(1);
        let sequence = match (families.get(turn), turn.checked_sub(families.len())) {
            (Some(it), _) => it.random(self.seed, self.round, &self.neighbours(it.family)),
            (None, flow) => self.flows.get(flow?)?.random(self.seed, self.round),
        };
        self.round += 1;
        Some(sequence)
    }
}
