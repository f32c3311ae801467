//! Which steps are played, and when: what finds most goes first.

use std::collections::VecDeque;

use openapi::Route;
use proptest::{
    collection::vec,
    prelude::{Just, Strategy},
    strategy::Union,
};

use super::{
    body::FILLS,
    play::{ROUGH, SPELLINGS, WAYS, is_paged, violation_count},
    script::{Script, single},
    step::{CaseKind, Step},
    ways::Ways,
};
use crate::core::{
    profile::{
        ApiProfile,
        families::Families,
        family::{Family, Role},
        random::Gen,
    },
    request::Request,
};

/// Steps that belong together: they are played in a fresh world.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// What it is about: a family, or the group of an operation.
    pub group: String,
    /// What it does, in a few words.
    pub title: &'static str,
    /// Its steps.
    pub steps: Vec<Step>,
}

impl Sequence {
    /// Steps that somebody gave.
    pub fn given(steps: Vec<Step>) -> Sequence {
        Sequence { group: "explore".to_owned(), title: "as it was given", steps }
    }
}

/// What is explored: families with all that is scripted for them, and operations beside.
pub struct Schedule {
    families: Vec<Plan>,
    flows: Vec<Ways>,
    scripted: VecDeque<Sequence>,
    seed: u64,
    round: u32,
}

/// The operations of a family.
struct Plan {
    family: &'static Family,
    deeds: Vec<(Role, &'static Route)>,
    /// Makes the resource that those of the family are parts of.
    parent: Option<&'static Route>,
}

/// How many other methods a path can have at most that are tried, with OPTIONS and HEAD.
pub const METHODS: u32 = 6;
/// How many violations are tried in one chapter.
pub const VIOLATIONS: usize = 24;
/// How many steps a random sequence has at most.
const STEPS_MAX: usize = 32;
/// How many rows are enough to see that a list without a range is cut off.
const CROWD: u32 = 7;

impl Schedule {
    /// The schedule for the operations that `chosen` chooses; of a family one is enough to choose
    /// all.
    pub fn new(
        profile: &'static ApiProfile,
        seed: u64,
        chosen: impl Fn(&Route) -> bool,
    ) -> Schedule {
        let families = Families(profile);
        let plans = families.all().map(|family| Plan::new(families, family));
        let plans: Vec<Plan> =
            plans.filter(|plan| plan.deeds.iter().any(|(_, route)| chosen(route))).collect();
        let loose = profile.contract.routes.iter().filter(|route| families.of(&route.id).is_none());
        let loose: Vec<&'static Route> = loose.filter(|route| chosen(route)).collect();
        // All in turn, so that no family waits for the last chapter of another.
        let mut queues: Vec<VecDeque<Sequence>> = plans.iter().map(Plan::chapters).collect();
        queues.extend(loose.into_iter().map(single));
        let flows = profile
            .flows
            .iter()
            .enumerate()
            .filter_map(|(number, flow)| Ways::new(families, number, flow));
        let flows: Vec<Ways> =
            flows.filter(|it| it.routes.iter().any(|route| chosen(route))).collect();
        queues.extend(flows.iter().map(Ways::chapters));
        let mut scripted = VecDeque::new();
        while queues.iter().any(|queue| !queue.is_empty()) {
            scripted.extend(queues.iter_mut().filter_map(VecDeque::pop_front));
        }
        Schedule { families: plans, flows, scripted, seed, round: 0 }
    }

    /// The lists of two other families, which a sequence must leave as they are.
    fn neighbours(&self, family: &'static Family) -> Vec<Step> {
        let apart = |plan: &&Plan| {
            let other = plan.family;
            let related =
                [family.name, family.parent].contains(&other.name) || other.parent == family.name;
            !related && other.parent.is_empty() && !family.disturbs.contains(&other.name)
        };
        let others: Vec<&Plan> = self.families.iter().filter(apart).collect();
        let list = |plan: &Plan| {
            plan.deeds.iter().find(|(role, _)| *role == Role::List).map(|(_, it)| *it)
        };
        let lists: Vec<&'static Route> = others.into_iter().filter_map(list).collect();
        let chosen = (0..lists.len().min(2))
            .map(|index| lists[(self.round as usize * 2 + index) % lists.len()]);
        chosen.map(|route| Step::new(CaseKind::Valid, route, 0, 0)).collect()
    }

    /// Whether all that comes is left to chance.
    pub fn is_past_the_script(&self) -> bool {
        self.scripted.is_empty()
    }
}

/// First what is scripted, then random sequences without end.
impl Iterator for Schedule {
    type Item = Sequence;

    fn next(&mut self) -> Option<Sequence> {
        if let Some(chapter) = self.scripted.pop_front() {
            return Some(chapter);
        }
        let plans: Vec<&Plan> = self.families.iter().filter(|plan| !plan.is_still()).collect();
        let turn = self.round as usize % (plans.len() + self.flows.len()).max(1);
        let chapter = match (plans.get(turn), turn.checked_sub(plans.len())) {
            (Some(plan), _) => plan.random(self.seed, self.round, &self.neighbours(plan.family)),
            (None, flow) => self.flows.get(flow?)?.random(self.seed, self.round),
        };
        self.round += 1;
        Some(chapter)
    }
}

impl Plan {
    fn new(families: Families, family: &'static Family) -> Plan {
        let deeds = family.operations().filter_map(|(role, id)| Some((role, families.route(id)?)));
        let parent = families.named(family.parent).and_then(|parent| families.route(parent.create));
        Plan { family, deeds: deeds.collect(), parent }
    }

    /// Whether nothing ever changes.
    fn is_still(&self) -> bool {
        !self.deeds.iter().any(|(role, _)| !matches!(role, Role::List | Role::Read | Role::View(_)))
    }

    fn chapters(&self) -> VecDeque<Sequence> {
        let mut chapters: VecDeque<Sequence> = [self.life()].into();
        let mut violations = self.violations().into_iter();
        chapters.push_back(self.access());
        chapters.extend(violations.next());
        chapters.extend(self.pages());
        chapters.extend(self.crowd());
        chapters.push_back(self.spellings());
        chapters.extend(violations.next());
        chapters.extend(self.together());
        chapters.extend(violations);
        chapters.retain(|chapter| !chapter.steps.is_empty());
        chapters
    }

    fn chapter(&self, title: &'static str, script: Script) -> Sequence {
        Sequence { group: self.family.name.to_owned(), title, steps: script.steps }
    }

    fn script(&self) -> Script {
        Script { deeds: self.deeds.clone(), steps: Vec::new() }
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
        self.chapter("a whole life", script)
    }

    /// Who may, what never existed, and the same again.
    fn access(&self) -> Sequence {
        let mut script = self.begun();
        script.steps.extend(self.parent.map(|parent| Step::new(CaseKind::Valid, parent, 0, 9)));
        script.with(Role::Create, CaseKind::Valid, 0, 1);
        script.with(Role::List, CaseKind::Valid, 0, 0);
        for manner in [
            CaseKind::Other,
            CaseKind::Unknown,
            CaseKind::Stranger,
            CaseKind::WrongParent,
            CaseKind::Duplicate,
        ] {
            script.with_all(manner, 0);
        }
        script.with_all(CaseKind::Excluded, 0);
        script.with(Role::Create, CaseKind::Retry, 0, 1);
        script.with(Role::Update, CaseKind::Retry, 0, 1);
        script.with(Role::List, CaseKind::Valid, 0, 0);
        self.chapter("who may, and what does not exist", script)
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
        self.chapter("other methods, paths and notations", script)
    }

    /// Everything that can be wrong with a request, all operations in turn.
    fn violations(&self) -> Vec<Sequence> {
        let count = |route| Request::example(route).map_or(0, |example| violation_count(&example));
        let counts: Vec<usize> = self.deeds.iter().map(|(_, route)| count(route)).collect();
        let most = counts.iter().copied().max().unwrap_or(0);
        let mut all = Vec::new();
        for draw in 0..most {
            for ((_, route), _) in
                self.deeds.iter().zip(&counts).filter(|(_, count)| draw < **count)
            {
                all.push(Step::new(CaseKind::Violation, route, 0, draw as u32));
            }
        }
        let chapter = |steps: &[Step]| {
            let mut script = self.begun();
            script.with(Role::Create, CaseKind::Valid, 0, 0);
            script.steps.extend_from_slice(steps);
            script.with(Role::List, CaseKind::Valid, 0, 0);
            self.chapter("requests with one thing wrong", script)
        };
        all.chunks(VIOLATIONS).map(chapter).collect()
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
        (script.steps.len() > before).then(|| self.chapter("the list in pages", script))
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
        (script.steps.len() > before).then(|| self.chapter("several clients at a time", script))
    }

    /// So many that a list without a range is cut off.
    fn crowd(&self) -> Option<Sequence> {
        let mut script = self.begun();
        for number in 0..CROWD {
            script.with(Role::Create, CaseKind::Together, 0, 1 + FILLS * number);
        }
        let paged = self.deeds.iter().any(|(role, route)| *role == Role::List && is_paged(route));
        let useful = script.steps.len() >= CROWD as usize && self.family.unique.is_empty() && paged;
        for draw in [1, 4, 8, 9, 18, 28] {
            script.with(Role::List, CaseKind::Pages, 0, draw);
            script.with_views_draw(CaseKind::Pages, draw);
        }
        useful.then(|| self.chapter("a long list", script))
    }

    /// A random sequence.
    fn random(&self, seed: u64, round: u32, neighbours: &[Step]) -> Sequence {
        let mut script = self.begun();
        script.steps.extend_from_slice(neighbours);
        script.steps.extend(self.parent.map(|parent| Step::new(CaseKind::Valid, parent, 0, 9)));
        script.with(Role::List, CaseKind::Valid, 0, 0);
        let steps = vec(self.step(), 8..STEPS_MAX);
        script.steps.extend(Gen::new(seed, self.family.name, round).throw(&steps));
        script.with(Role::List, CaseKind::Valid, 0, 0);
        script.steps.extend_from_slice(neighbours);
        self.chapter("random sequences", script)
    }

    /// A random step: mostly something valid.
    fn step(&self) -> impl Strategy<Value = Step> + use<> {
        let mut choices = Vec::new();
        for (role, route) in &self.deeds {
            let valid = match role {
                Role::Create => 6,
                Role::Update => 8,
                Role::Delete | Role::Action(_) | Role::View(_) => 3,
                Role::Read => 2,
                Role::List => 1,
            };
            let mut choice =
                |weight: u32, manner: CaseKind| choices.push((weight, Just((manner, *route))));
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
            for manner in [
                CaseKind::Nobody,
                CaseKind::Other,
                CaseKind::Method,
                CaseKind::WrongParent,
                CaseKind::Duplicate,
            ] {
                choice(1, manner);
            }
            if *role == Role::List && self.family.seconds > 0 {
                choice(2, CaseKind::Wait);
            }
        }
        let step = |((manner, route), slot, draw)| Step::new(manner, route, slot, draw);
        (Union::new_weighted(choices), 0..6_u32, 0..64_u32).prop_map(step)
    }
}
