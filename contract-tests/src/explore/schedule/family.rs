//! The sequences of a family of resources: what is scripted for it, and random ones.

use std::collections::VecDeque;

use openapi::Route;
use proptest::{
    collection::vec,
    prelude::{Just, Strategy},
    strategy::Union,
};

use super::{
    script::{METHODS, Script, VIOLATIONS, encoded},
    sequence::Sequence,
};
use crate::{
    core::{
        profile::{
            ApiProfile,
            families::Families,
            family::{Family, Role},
            random::Gen,
        },
        request::Request,
    },
    explore::{
        body::Notation,
        play::invalid_request_count,
        step::{BodyChoice, CaseKind, Form, MalformedBody, PageChoice, Part, Spelling, Step},
    },
};

/// How many steps a random sequence has at most.
const STEPS_MAX: usize = 32;
/// How many rounds of creates make a list that is cut off where no range is given.
const LONG_LIST: u32 = 7;

/// A family with its operations, and the sequences that are made of them.
pub struct FamilySequences {
    profile: &'static ApiProfile,
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
        let operations = operations.collect();
        FamilySequences { profile: families.0, family, operations, parent }
    }

    /// Whether an operation of the family can change something.
    pub fn changes_anything(&self) -> bool {
        let only_reads = |role: &Role| matches!(role, Role::List | Role::Read | Role::View(_));
        !self.operations.iter().all(|(role, _)| only_reads(role))
    }

    /// Everything but random sequences, in the order in which it is played.
    pub fn scripted(&self) -> VecDeque<Sequence> {
        let mut sequences: VecDeque<Sequence> = [self.lifecycle()].into();
        let mut violations = self.violations().into_iter();
        sequences.push_back(self.access());
        sequences.extend(violations.next());
        sequences.extend(self.pages());
        sequences.extend(self.long_list());
        sequences.push_back(self.spellings());
        sequences.extend(self.encodings());
        sequences.extend(violations.next());
        sequences.extend(self.together());
        sequences.extend(violations);
        sequences.retain(|sequence| !sequence.steps.is_empty());
        sequences
    }

    fn sequence(&self, title: &'static str, script: Script) -> Sequence {
        Sequence { group: self.family.name.to_owned(), title, steps: script.steps }
    }

    /// A script that begins with one parent where one is needed.
    fn begun(&self) -> Script {
        let mut script = Script { operations: self.operations.clone(), steps: Vec::new() };
        self.add_parent(&mut script, BodyChoice::MOST);
        script
    }

    fn add_parent(&self, script: &mut Script, body: BodyChoice) {
        let step = |route| Step::new(CaseKind::Valid(body), route, 0);
        script.steps.extend(self.parent.map(step));
    }

    /// A whole life: created, read, updated, used by actions, denied to callers without a key,
    /// deleted, and unknown from then on.
    fn lifecycle(&self) -> Sequence {
        let mut script = self.begun();
        script.with_valid(Role::List, BodyChoice::EXAMPLE);
        script.with_valid(Role::Create, BodyChoice::MOST);
        script.with_valid(Role::Create, BodyChoice::LEAST);
        script.with_valid(Role::Read, BodyChoice::EXAMPLE);
        script.with_valid(Role::Update, BodyChoice::HIGH);
        script.with_views(CaseKind::Valid(BodyChoice::EXAMPLE));
        if self.family.settles_after_seconds > 0 {
            script.with(Role::List, CaseKind::Wait(self.family.settles_after_seconds));
        }
        script.with_actions(BodyChoice::MOST);
        script.with_all(CaseKind::Nobody(BodyChoice::EXAMPLE));
        script.with(Role::Create, CaseKind::Invalid(0));
        script.with(Role::Update, CaseKind::Invalid(0));
        script.with(Role::List, CaseKind::Pages(Part::SecondRow.into()));
        script.with_valid(Role::Update, BodyChoice::LOW);
        script.with_valid(Role::Delete, BodyChoice::EXAMPLE);
        script.with_valid(Role::Delete, BodyChoice::EXAMPLE);
        script.with_valid(Role::Update, BodyChoice::MOST);
        script.with_actions(BodyChoice::MOST);
        script.with_valid(Role::Create, BodyChoice::HIGH);
        script.with_valid(Role::Create, BodyChoice::LOW);
        script.with_valid(Role::List, BodyChoice::EXAMPLE);
        self.sequence("a whole life", script)
    }

    /// Other callers, ids that were never given, and the same request again.
    fn access(&self) -> Sequence {
        let example = BodyChoice::EXAMPLE;
        let mut script = self.begun();
        self.add_parent(&mut script, BodyChoice::MOST.round(1));
        script.with_valid(Role::Create, BodyChoice::MOST);
        script.with_valid(Role::List, example);
        for kind in [
            CaseKind::Other(example),
            CaseKind::Unknown(example),
            CaseKind::Stranger(example),
            CaseKind::WrongParent(example),
            CaseKind::Duplicate(example),
            CaseKind::Excluded(example),
        ] {
            script.with_all(kind);
        }
        script.with(Role::Create, CaseKind::Retry(BodyChoice::MOST));
        script.with(Role::Update, CaseKind::Retry(BodyChoice::MOST));
        script.with_valid(Role::List, example);
        self.sequence("who may, and what does not exist", script)
    }

    /// Other methods, paths and notations.
    fn spellings(&self) -> Sequence {
        let mut script = self.begun();
        for form in [
            Form::WithReadOnly,
            Form::Written(Notation::Reversed),
            Form::Written(Notation::Spaced),
            Form::WithNull,
        ] {
            script.with_valid(Role::Create, BodyChoice::first(form));
            script.with_valid(Role::Update, BodyChoice::first(form));
        }
        for index in 0..METHODS {
            script.with_all(CaseKind::Method(index));
        }
        for body in MalformedBody::ALL {
            script.with(Role::Create, CaseKind::Malformed(body));
            script.with(Role::Update, CaseKind::Malformed(body));
        }
        for spelling in Spelling::ALL {
            script.with_all(CaseKind::Path(spelling));
        }
        script.with_valid(Role::List, BodyChoice::EXAMPLE);
        self.sequence("other methods, paths and notations", script)
    }

    /// Requests in the encodings that the contract offers beside JSON.
    fn encodings(&self) -> Vec<Sequence> {
        let steps = self.operations.iter().flat_map(|(_, route)| encoded(self.profile, route));
        let steps: Vec<Step> = steps.collect();
        let sequence = |steps: &[Step]| {
            let mut script = self.begun();
            script.with_valid(Role::Create, BodyChoice::EXAMPLE);
            script.steps.extend_from_slice(steps);
            script.with_valid(Role::List, BodyChoice::EXAMPLE);
            self.sequence("other encodings", script)
        };
        steps.chunks(VIOLATIONS).map(sequence).collect()
    }

    /// Everything that can be wrong with a request, one violation of each operation in turn.
    fn violations(&self) -> Vec<Sequence> {
        let count = |route| {
            let example = Request::example(self.profile, route);
            example.map_or(0, |example| invalid_request_count(self.profile, &example))
        };
        let counts: Vec<usize> = self.operations.iter().map(|(_, route)| count(route)).collect();
        let most = counts.iter().copied().max().unwrap_or(0);
        let mut all = Vec::new();
        for index in 0..most {
            for ((_, route), count) in self.operations.iter().zip(&counts) {
                if index < *count {
                    all.push(Step::new(CaseKind::Invalid(index as u32), route, 0));
                }
            }
        }
        let sequence = |steps: &[Step]| {
            let mut script = self.begun();
            script.with_valid(Role::Create, BodyChoice::EXAMPLE);
            script.steps.extend_from_slice(steps);
            script.with_valid(Role::List, BodyChoice::EXAMPLE);
            self.sequence("requests with one thing wrong", script)
        };
        all.chunks(VIOLATIONS).map(sequence).collect()
    }

    /// The parts of the list, with enough in it to tell them apart.
    fn pages(&self) -> Option<Sequence> {
        let mut script = self.begun();
        script.with_valid(Role::Create, BodyChoice::MOST);
        script.with_valid(Role::Create, BodyChoice::ANY);
        script.with(Role::Create, CaseKind::Concurrent(BodyChoice::ANY.round(1)));
        let before = script.steps.len();
        for part in &Part::ALL[1..] {
            let kind = CaseKind::Pages((*part).into());
            script.with(Role::List, kind);
            script.with_views(kind);
        }
        script.with(Role::Create, CaseKind::PagesUnderChange(BodyChoice::ANY.round(2)));
        script.with_slot(Role::Delete, CaseKind::PagesUnderChange(BodyChoice::EXAMPLE), 1);
        (script.steps.len() > before).then(|| self.sequence("the list in pages", script))
    }

    /// Changes by several clients at the same time.
    fn together(&self) -> Option<Sequence> {
        let mut script = self.begun();
        script.with_valid(Role::Create, BodyChoice::MOST);
        script.with_valid(Role::Create, BodyChoice::MOST.round(1));
        let before = script.steps.len();
        for (slot, body) in [(0, BodyChoice::EXAMPLE), (1, BodyChoice::MOST)] {
            script.with_slot(Role::Update, CaseKind::Concurrent(body), slot);
            script.with(Role::Create, CaseKind::Concurrent(BodyChoice::MOST.round(2 + slot)));
        }
        script.with(Role::Delete, CaseKind::Concurrent(BodyChoice::EXAMPLE));
        (script.steps.len() > before).then(|| self.sequence("several clients at a time", script))
    }

    /// So many resources that a list without a range is cut off.
    fn long_list(&self) -> Option<Sequence> {
        let mut script = self.begun();
        for round in 0..LONG_LIST {
            script.with(Role::Create, CaseKind::Concurrent(BodyChoice::MOST.round(round)));
        }
        let is_paged = |(role, route): &(Role, &'static Route)| {
            *role == Role::List && self.profile.is_paged(route)
        };
        let paged = self.operations.iter().any(is_paged);
        let useful =
            script.steps.len() >= LONG_LIST as usize && self.family.unique.is_empty() && paged;
        for (part, round) in [
            (Part::Default, 0),
            (Part::AllPages, 0),
            (Part::Random, 0),
            (Part::Filtered, 0),
            (Part::Random, 1),
            (Part::Random, 2),
        ] {
            let kind = CaseKind::Pages(PageChoice { part, round });
            script.with(Role::List, kind);
            script.with_views(kind);
        }
        useful.then(|| self.sequence("a long list", script))
    }

    /// A random sequence.
    pub fn random(&self, seed: u64, round: u32, neighbours: &[Step]) -> Sequence {
        let mut script = self.begun();
        script.steps.extend_from_slice(neighbours);
        self.add_parent(&mut script, BodyChoice::MOST.round(1));
        script.with_valid(Role::List, BodyChoice::EXAMPLE);
        let steps = vec(self.random_step(), 8..STEPS_MAX);
        script.steps.extend(Gen::new(seed, self.family.name, round).sample(&steps));
        script.with_valid(Role::List, BodyChoice::EXAMPLE);
        script.steps.extend_from_slice(neighbours);
        self.sequence("random sequences", script)
    }

    /// A random step: mostly something valid.
    fn random_step(&self) -> impl Strategy<Value = Step> + use<> {
        let choices = self.operations.iter().flat_map(|(role, route)| {
            let kinds = random_kinds(*role, self.family.settles_after_seconds > 0);
            kinds.into_iter().map(|(weight, kind)| (weight, Just((kind, *route))))
        });
        let step = |((kind, route), slot, number): ((Numbered, _), _, _)| {
            Step::new(kind(number), route, slot)
        };
        (Union::new_weighted(choices.collect()), 0..6_u32, 0..64_u32).prop_map(step)
    }
}

/// Makes a case from the number that stands for its choice in the text of a step.
type Numbered = fn(u32) -> CaseKind;

/// The cases of an operation that random sequences have, each with its weight.
fn random_kinds(role: Role, moves_by_itself: bool) -> Vec<(u32, Numbered)> {
    let valid = match role {
        Role::Create => 6,
        Role::Update => 8,
        Role::Delete | Role::Action(_) | Role::View(_) => 3,
        Role::Read => 2,
        Role::List => 1,
    };
    let mut kinds: Vec<(u32, Numbered)> = vec![
        (valid, |it| CaseKind::Valid(BodyChoice::of(it))),
        (1, CaseKind::Invalid),
        (1, |it| CaseKind::Unknown(BodyChoice::of(it))),
    ];
    match role {
        Role::List | Role::View(_) => kinds.push((2, |it| CaseKind::Pages(PageChoice::of(it)))),
        Role::Create | Role::Update => kinds.push((1, |it| CaseKind::Retry(BodyChoice::of(it)))),
        Role::Delete => kinds.push((1, |it| CaseKind::PagesUnderChange(BodyChoice::of(it)))),
        _ => {}
    }
    if matches!(role, Role::Create | Role::Update | Role::Delete) {
        kinds.push((1, |it| CaseKind::Concurrent(BodyChoice::of(it))));
    }
    kinds.extend::<[(u32, Numbered); 5]>([
        (1, |it| CaseKind::Nobody(BodyChoice::of(it))),
        (1, |it| CaseKind::Other(BodyChoice::of(it))),
        (1, CaseKind::Method),
        (1, |it| CaseKind::WrongParent(BodyChoice::of(it))),
        (1, |it| CaseKind::Duplicate(BodyChoice::of(it))),
    ]);
    if role == Role::List && moves_by_itself {
        kinds.push((2, CaseKind::Wait));
    }
    kinds
}
