//! The sequences of a family of resources: what is scripted for it, and random ones.

use std::collections::VecDeque;

use openapi::Route;
use proptest::{
    collection::vec,
    prelude::{Just, Strategy},
    strategy::Union,
};

use super::{
    script::{METHODS, Script, VIOLATIONS},
    sequence::Sequence,
};
use crate::{
    Request,
    explore::{
        body::FILLS,
        family::{Families, Family, Role},
        play::{ROUGH, SPELLINGS, WAYS, is_paged, violation_count},
        random::Gen,
        step::{CaseKind, Step},
    },
};

/// How many steps a random sequence has at most.
const STEPS_MAX: usize = 32;
/// How many rows are enough to see that a list without a range is cut off.
const CROWD: u32 = 7;

/// A family with its operations, and the sequences that are made of them.
pub struct FamilySequences {
    /// The family.
    pub family: &'static Family,
    /// Its operations, and what each does.
    pub operations: Vec<(Role, &'static Route)>,
    /// The operation that makes the resource of which those of the family are parts.
    parent: Option<&'static Route>,
}

impl FamilySequences {
    /// The sequences of a family.
    pub fn new(families: Families, family: &'static Family) -> FamilySequences {
        let operations =
            family.operations().filter_map(|(role, id)| Some((role, families.route(id)?)));
        let parent = families.named(family.parent).and_then(|parent| families.route(parent.create));
        FamilySequences { family, operations: operations.collect(), parent }
    }

    /// Whether an operation of the family can change something.
    pub fn changes_anything(&self) -> bool {
        let only_reads = |role: &Role| matches!(role, Role::List | Role::Read | Role::View(_));
        !self.operations.iter().all(|(role, _)| only_reads(role))
    }

    /// Everything but random sequences, in the order in which it is played.
    pub fn scripted(&self) -> VecDeque<Sequence> {
        let mut sequences: VecDeque<Sequence> = [self.life()].into();
        let mut violations = self.violations().into_iter();
        sequences.push_back(self.access());
        sequences.extend(violations.next());
        sequences.extend(self.pages());
        sequences.extend(self.crowd());
        sequences.push_back(self.spellings());
        sequences.extend(violations.next());
        sequences.extend(self.together());
        sequences.extend(violations);
        sequences.retain(|sequence| !sequence.steps.is_empty());
        sequences
    }

    fn sequence(&self, title: &'static str, script: Script) -> Sequence {
        Sequence { group: self.family.name.to_owned(), title, steps: script.steps }
    }

    fn script(&self) -> Script {
        Script { operations: self.operations.clone(), steps: Vec::new() }
    }

    /// A script that begins with one parent where one is needed.
    fn begun(&self) -> Script {
        let mut script = self.script();
        script.steps.extend(self.parent.map(|parent| Step::new(CaseKind::Valid, parent, 0, 1)));
        script
    }

    /// A whole life: made, read, changed, used, closed to strangers, removed, and not there any
    /// more.
    fn life(&self) -> Sequence {
        let mut script = self.begun();
        let settled = self.family.seconds;
        script.with(Role::List, CaseKind::Valid, 0, 0);
        script.with(Role::Create, CaseKind::Valid, 0, 1);
        script.with(Role::Create, CaseKind::Valid, 0, 2);
        script.with(Role::Read, CaseKind::Valid, 0, 0);
        script.with(Role::Update, CaseKind::Valid, 0, 3);
        script.with_views(CaseKind::Valid);
        if settled > 0 {
            script.with(Role::List, CaseKind::Wait, 0, settled);
        }
        script.with_actions(CaseKind::Valid, 0, 1);
        script.with_all(CaseKind::Nobody, 0);
        script.with(Role::Create, CaseKind::Violation, 0, 0);
        script.with(Role::Update, CaseKind::Violation, 0, 0);
        script.with(Role::List, CaseKind::Pages, 0, 0);
        script.with(Role::Update, CaseKind::Valid, 0, 4);
        script.with(Role::Delete, CaseKind::Valid, 0, 0);
        script.with(Role::Delete, CaseKind::Valid, 0, 0);
        script.with(Role::Update, CaseKind::Valid, 0, 1);
        script.with_actions(CaseKind::Valid, 0, 1);
        script.with(Role::Create, CaseKind::Valid, 0, 3);
        script.with(Role::Create, CaseKind::Valid, 0, 4);
        script.with(Role::List, CaseKind::Valid, 0, 0);
        self.sequence("a whole life", script)
    }

    /// Who may, what never existed, and the same again.
    fn access(&self) -> Sequence {
        let mut script = self.begun();
        script.steps.extend(self.parent.map(|parent| Step::new(CaseKind::Valid, parent, 0, 9)));
        script.with(Role::Create, CaseKind::Valid, 0, 1);
        script.with(Role::List, CaseKind::Valid, 0, 0);
        for kind in [
            CaseKind::Other,
            CaseKind::Unknown,
            CaseKind::Stranger,
            CaseKind::WrongParent,
            CaseKind::Duplicate,
        ] {
            script.with_all(kind, 0);
        }
        script.with_all(CaseKind::Excluded, 0);
        script.with(Role::Create, CaseKind::Retry, 0, 1);
        script.with(Role::Update, CaseKind::Retry, 0, 1);
        script.with(Role::List, CaseKind::Valid, 0, 0);
        self.sequence("who may, and what does not exist", script)
    }

    /// Other methods, paths and notations.
    fn spellings(&self) -> Sequence {
        let mut script = self.begun();
        for draw in [7, 6, 14, 15] {
            script.with(Role::Create, CaseKind::Valid, 0, draw);
            script.with(Role::Update, CaseKind::Valid, 0, draw);
        }
        for draw in 0..METHODS {
            script.with_all(CaseKind::Method, draw);
        }
        for draw in 0..ROUGH {
            script.with(Role::Create, CaseKind::Rough, 0, draw);
            script.with(Role::Update, CaseKind::Rough, 0, draw);
        }
        for draw in 0..SPELLINGS {
            script.with_all(CaseKind::Path, draw);
        }
        script.with(Role::List, CaseKind::Valid, 0, 0);
        self.sequence("other methods, paths and notations", script)
    }

    /// Everything that can be wrong with a request, all operations in turn.
    fn violations(&self) -> Vec<Sequence> {
        let count = |route| Request::example(route).map_or(0, |example| violation_count(&example));
        let counts: Vec<usize> = self.operations.iter().map(|(_, route)| count(route)).collect();
        let most = counts.iter().copied().max().unwrap_or(0);
        let mut all = Vec::new();
        for draw in 0..most {
            for ((_, route), _) in
                self.operations.iter().zip(&counts).filter(|(_, count)| draw < **count)
            {
                all.push(Step::new(CaseKind::Violation, route, 0, draw as u32));
            }
        }
        let sequence = |steps: &[Step]| {
            let mut script = self.begun();
            script.with(Role::Create, CaseKind::Valid, 0, 0);
            script.steps.extend_from_slice(steps);
            script.with(Role::List, CaseKind::Valid, 0, 0);
            self.sequence("requests with one thing wrong", script)
        };
        all.chunks(VIOLATIONS).map(sequence).collect()
    }

    /// The parts of the list, with enough in it to tell them apart.
    fn pages(&self) -> Option<Sequence> {
        let mut script = self.begun();
        script.with(Role::Create, CaseKind::Valid, 0, 1);
        script.with(Role::Create, CaseKind::Valid, 0, 5);
        script.with(Role::Create, CaseKind::Together, 0, 13);
        let before = script.steps.len();
        for draw in 1..WAYS {
            script.with(Role::List, CaseKind::Pages, 0, draw);
            script.with_views_draw(CaseKind::Pages, draw);
        }
        script.with(Role::Create, CaseKind::Pages, 0, 21);
        script.with(Role::Delete, CaseKind::Pages, 1, 0);
        (script.steps.len() > before).then(|| self.sequence("the list in pages", script))
    }

    fn together(&self) -> Option<Sequence> {
        let mut script = self.begun();
        script.with(Role::Create, CaseKind::Valid, 0, 1);
        script.with(Role::Create, CaseKind::Valid, 0, 9);
        let before = script.steps.len();
        for draw in 0..2 {
            script.with(Role::Update, CaseKind::Together, draw, draw);
            script.with(Role::Create, CaseKind::Together, 0, 17 + FILLS * draw);
        }
        script.with(Role::Delete, CaseKind::Together, 0, 0);
        (script.steps.len() > before).then(|| self.sequence("several clients at a time", script))
    }

    /// So many that a list without a range is cut off.
    fn crowd(&self) -> Option<Sequence> {
        let mut script = self.begun();
        for number in 0..CROWD {
            script.with(Role::Create, CaseKind::Together, 0, 1 + FILLS * number);
        }
        let paged =
            self.operations.iter().any(|(role, route)| *role == Role::List && is_paged(route));
        let useful = script.steps.len() >= CROWD as usize && self.family.unique.is_empty() && paged;
        for draw in [1, 4, 8, 9, 18, 28] {
            script.with(Role::List, CaseKind::Pages, 0, draw);
            script.with_views_draw(CaseKind::Pages, draw);
        }
        useful.then(|| self.sequence("a long list", script))
    }

    /// A random sequence.
    pub fn random(&self, seed: u64, round: u32, neighbours: &[Step]) -> Sequence {
        let mut script = self.begun();
        script.steps.extend_from_slice(neighbours);
        script.steps.extend(self.parent.map(|parent| Step::new(CaseKind::Valid, parent, 0, 9)));
        script.with(Role::List, CaseKind::Valid, 0, 0);
        let steps = vec(self.step(), 8..STEPS_MAX);
        script.steps.extend(Gen::new(seed, self.family.name, round).throw(&steps));
        script.with(Role::List, CaseKind::Valid, 0, 0);
        script.steps.extend_from_slice(neighbours);
        self.sequence("random sequences", script)
    }

    /// A random step: mostly something valid.
    fn step(&self) -> impl Strategy<Value = Step> + use<> {
        let mut choices = Vec::new();
        for (role, route) in &self.operations {
            let valid = match role {
                Role::Create => 6,
                Role::Update => 8,
                Role::Delete | Role::Action(_) | Role::View(_) => 3,
                Role::Read => 2,
                Role::List => 1,
            };
            let mut choice =
                |weight: u32, kind: CaseKind| choices.push((weight, Just((kind, *route))));
            choice(valid, CaseKind::Valid);
            choice(1, CaseKind::Violation);
            choice(1, CaseKind::Unknown);
            match role {
                Role::List | Role::View(_) => choice(2, CaseKind::Pages),
                Role::Create | Role::Update => choice(1, CaseKind::Retry),
                Role::Delete => choice(1, CaseKind::Pages),
                _ => {}
            }
            if matches!(role, Role::Create | Role::Update | Role::Delete) {
                choice(1, CaseKind::Together);
            }
            for kind in [
                CaseKind::Nobody,
                CaseKind::Other,
                CaseKind::Method,
                CaseKind::WrongParent,
                CaseKind::Duplicate,
            ] {
                choice(1, kind);
            }
            if *role == Role::List && self.family.seconds > 0 {
                choice(2, CaseKind::Wait);
            }
        }
        let step = |((kind, route), slot, draw)| Step::new(kind, route, slot, draw);
        (Union::new_weighted(choices), 0..6_u32, 0..64_u32).prop_map(step)
    }
}
