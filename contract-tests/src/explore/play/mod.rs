//! Plays steps: each becomes requests, and every answer is held against the model.

mod access;
mod blame;
mod change;
mod dress;
mod life;
mod observe;
mod pages;
mod request;
mod singles;
mod spelling;
mod together;
mod walk;

use std::collections::BTreeMap;

use openapi::Route;

pub use pages::WAYS;
pub use request::is_paged;
pub use singles::{ROUGH, violation_count};
pub use spelling::SPELLINGS;

use super::{
    family::{Families, Family, Role},
    model::{Collection, Row},
    session::{Played, Session, Stop},
    step::{CaseKind, Step},
    walk::Walk,
};
use crate::check::{self, Check};

/// After so many refused requests in a row it is looked whether they changed anything.
const REFUSALS_UNSEEN_MAX: u32 = 8;

/// A play: a world as it was at the beginning, and what was done with it since.
pub struct Play<'a> {
    pub session: Session<'a>,
    families: Families,
    collections: BTreeMap<&'static str, Collection>,
    walks: BTreeMap<&'static str, Walk>,
    seed: u64,
    /// What was done last, to be blamed for what is seen next.
    last: Option<Cause>,
    /// How many requests were refused since it was looked whether anything changed.
    refusals: u32,
}

/// Something that was done, and the law that it breaks if it changed what it should not.
#[derive(Debug, Clone)]
struct Cause {
    route: &'static Route,
    /// The resource that it was about.
    key: Option<String>,
    /// The law for that resource.
    check: &'static Check,
    /// The law for all others.
    frame: &'static Check,
}

/// An operation with its place in its family.
#[derive(Clone, Copy)]
struct TargetOperation {
    family: &'static Family,
    role: Role,
    route: &'static Route,
}

impl<'a> Play<'a> {
    /// A play in a world of which nothing is known yet; bodies come from `seed`.
    pub fn new(session: Session<'a>, seed: u64) -> Play<'a> {
        let families = Families(session.target.profile);
        Play {
            session,
            families,
            collections: BTreeMap::new(),
            walks: BTreeMap::new(),
            seed,
            last: None,
            refusals: 0,
        }
    }

    /// Plays one step. What the target does not do is passed over.
    pub async fn step(&mut self, step: Step) -> Played {
        let played = match self.families.of(&step.route.id) {
            _ if step.kind == CaseKind::Walk => self.walk(step).await,
            Some((family, role)) => {
                self.of_family(step, TargetOperation { family, role, route: step.route }).await
            }
            None => self.of_no_family(step).await,
        };
        match played {
            Err(Stop::NotEmulated) => Ok(()),
            played => played,
        }
    }

    async fn of_family(&mut self, step: Step, operation: TargetOperation) -> Played {
        let Step { slot, draw, .. } = step;
        match (step.kind, operation.role) {
            (CaseKind::Valid, Role::List) => self.look(operation.family).await,
            (CaseKind::Valid, Role::View(index)) => self.view(operation, index).await,
            (CaseKind::Valid, Role::Create) => self.create(operation, slot, draw, false).await,
            (CaseKind::Retry, Role::Create) => self.create(operation, slot, draw, true).await,
            (CaseKind::Valid, Role::Read) => self.read(operation, slot).await,
            (CaseKind::Valid, Role::Update) => self.update(operation, slot, draw).await,
            (CaseKind::Retry, Role::Update) => self.update_again(operation, slot, draw).await,
            (CaseKind::Valid, Role::Delete) => self.delete(operation, slot).await,
            (CaseKind::Valid, Role::Action(index)) => self.act(operation, index, slot, draw).await,
            (CaseKind::Pages, Role::List | Role::View(_)) => {
                self.pages(operation, slot, draw).await
            }
            (CaseKind::Pages, Role::Create | Role::Delete) => {
                self.pages_under_change(operation, slot, draw).await
            }
            (CaseKind::Duplicate, Role::Create | Role::Update) => {
                self.duplicate(operation, slot, draw).await
            }
            (CaseKind::Violation, _) => self.violation(operation, slot, draw).await,
            (CaseKind::Rough, _) => self.rough(operation, slot, draw).await,
            (CaseKind::Unknown, _) => self.unknown(operation, draw).await,
            (CaseKind::WrongParent, _) => self.wrong_parent(operation, slot, draw).await,
            (CaseKind::Nobody | CaseKind::Stranger | CaseKind::Excluded, _) => {
                self.closed(operation, step).await
            }
            (CaseKind::Other, _) => self.other_customer(operation, slot, draw).await,
            (CaseKind::Method, _) => self.other_method(Some(operation), step).await,
            (CaseKind::Path, _) => self.other_path(Some(operation), step).await,
            (CaseKind::Together, _) => self.together(operation, slot, draw).await,
            (CaseKind::Wait, _) => self.wait(operation.family, draw).await,
            (CaseKind::Retry | CaseKind::Pages | CaseKind::Duplicate | CaseKind::Walk, _) => Ok(()),
        }
    }

    /// The resources of a family.
    fn collection(&mut self, family: &'static Family) -> &mut Collection {
        self.collections.entry(family.name).or_insert_with(|| Collection::new(family))
    }

    /// The resource of a slot, as it is known.
    fn slot(&mut self, family: &'static Family, slot: u32) -> Option<Row> {
        self.collection(family).slot(slot).cloned()
    }

    /// Remembers what was done.
    fn did(&mut self, route: &'static Route, key: Option<&str>, check: &'static Check) {
        let cause = Cause { route, key: key.map(str::to_owned), check, frame: &check::FRAME };
        self.last = Some(cause);
    }

    /// Remembers a request that was refused; from time to time it is looked whether it changed
    /// anything.
    async fn refused(&mut self, operation: TargetOperation, check: &'static Check) -> Played {
        self.last = Some(Cause { route: operation.route, key: None, check, frame: check });
        self.refusals += 1;
        if self.refusals < REFUSALS_UNSEEN_MAX {
            return Ok(());
        }
        self.look(operation.family).await
    }

    async fn wait(&mut self, family: &'static Family, seconds: u32) -> Played {
        if self.session.target.is_controllable() {
            self.session.tally.is_fresh = false;
            self.session.target.advance(seconds).await?;
            if let Some(route) = self.families.route(family.list) {
                self.did(route, None, &check::IMMUTABLE);
            }
        }
        self.look(family).await
    }
}
