//! Plays steps: sends the requests of each and compares every answer with the model.

mod access;
mod blame;
mod change;
mod concurrent;
mod lifecycle;
mod observe;
mod pages;
mod request;
mod singles;
mod spelling;
mod variant;
mod walk;

use std::collections::BTreeMap;

use openapi::Route;

pub use singles::invalid_request_count;

use super::{
    model::{Collection, Row, one, plain, rows},
    session::{Played, Session, Stop},
    step::{BodyChoice, CaseKind, Step},
    walk::Walk,
};
use crate::core::{
    check::{self, Check},
    exchange::{Caller, Received},
    profile::{
        ApiProfile,
        families::Families,
        family::{Family, Members, Role},
        refusals::{self, RefusalKind},
    },
    request::{Encoding, Request},
};

/// After so many refused requests in a row the list is read to see whether they changed anything.
const REFUSALS_UNSEEN_MAX: u32 = 8;

/// The model of a world since its reset, and the session that it is compared through.
pub struct Play<'a> {
    /// The session.
    pub session: Session<'a>,
    families: Families,
    collections: BTreeMap<&'static str, Collection>,
    walks: BTreeMap<&'static str, Walk>,
    seed: u64,
    /// How the bodies of an operation are written, where not as JSON.
    encoding: Option<(&'static Route, Encoding)>,
    /// The last change, which is blamed for a mismatch that is seen next.
    last: Option<Cause>,
    /// How many requests were refused since the list was read.
    refusals: u32,
}

/// A request, and the checks that it fails if it turns out to have changed something wrongly.
#[derive(Debug, Clone)]
struct Cause {
    route: &'static Route,
    /// The resource that it was about.
    key: Option<String>,
    /// The check for that resource.
    check: &'static Check,
    /// The check for all other resources.
    frame: &'static Check,
}

/// An operation, and what it does in its family.
#[derive(Clone, Copy)]
struct TargetOperation {
    family: &'static Family,
    role: Role,
    route: &'static Route,
}

impl<'a> Play<'a> {
    /// A play in a world of which nothing is known yet; `seed` determines the bodies.
    pub fn new(session: Session<'a>, seed: u64) -> Play<'a> {
        let families = Families(session.target.profile);
        Play {
            session,
            families,
            collections: BTreeMap::new(),
            walks: BTreeMap::new(),
            seed,
            encoding: None,
            last: None,
            refusals: 0,
        }
    }

    /// The API.
    fn profile(&self) -> &'static ApiProfile {
        self.families.0
    }

    /// Whether an answer is a success.
    fn is_success(&self, received: &Received) -> bool {
        self.profile().is_success(received)
    }

    /// Whether an answer refuses a request for this reason.
    fn refuses(&self, kind: RefusalKind, route: &Route, received: &Received) -> bool {
        self.profile().refusals.refuses(kind, route, received)
    }

    /// The statuses that are right for a refusal for this reason.
    fn statuses(&self, kind: RefusalKind, route: &Route) -> Vec<u16> {
        (self.profile().refusals.statuses)(kind, route)
    }

    /// How an answer ended, for a message about it.
    fn ending(&self, received: &Received) -> String {
        refusals::ending(&self.profile().refusals, received)
    }

    /// The resource that a good answer is about.
    fn one(&self, route: &Route, received: &Received) -> Option<Members> {
        one(self.profile().payload(route, &received.json())).cloned()
    }

    /// The resource that was made, by a good answer: where that is the list of all, it is the one
    /// that was not there before.
    fn new_one(&mut self, operation: TargetOperation, received: &Received) -> Option<Members> {
        if let Some(one) = self.one(operation.route, received) {
            return Some(one);
        }
        let (family, rows) = (operation.family, self.rows(operation.route, received));
        let seen = &self.collection(family).seen;
        let is_new =
            |row: &Members| row.get(family.key).is_some_and(|it| !seen.contains(&plain(it)));
        let mut new = rows.into_iter().filter(is_new);
        new.next().filter(|_| new.next().is_none())
    }

    /// The rows of the list in a good answer.
    fn rows(&self, route: &Route, received: &Received) -> Vec<Members> {
        rows(self.profile().payload(route, &received.json()))
    }

    /// The example of an operation; `None` where the contract has none.
    fn example_of(&self, route: &'static Route) -> Option<Request> {
        self.written(Request::example(self.profile(), route).ok()?)
    }

    /// The request as this step writes it; `None` where the encoding has no words for its body.
    fn written(&self, request: Request) -> Option<Request> {
        match self.encoding {
            Some((route, encoding)) if route == request.route => request.encoded(encoding),
            _ => Some(request),
        }
    }

    /// Plays one step. Operations that the target does not do are skipped.
    pub async fn step(&mut self, step: Step) -> Played {
        let (kind, encoding) = unencoded(step);
        self.encoding = encoding.map(|encoding| (step.route, encoding));
        let step = Step { kind, ..step };
        let played = match (step.kind, self.families.of(&step.route.id)) {
            (CaseKind::Walk(index), _) => self.walk(step.slot as usize, index as usize).await,
            (_, Some((family, role))) => {
                self.of_family(step, TargetOperation { family, role, route: step.route }).await
            }
            (_, None) => self.of_no_family(step).await,
        };
        match played {
            Err(Stop::NotEmulated) => Ok(()),
            played => played,
        }
    }

    async fn of_family(&mut self, step: Step, operation: TargetOperation) -> Played {
        self.relearn(operation.family).await?;
        let played = self.case(step, operation).await;
        self.disturb(operation.family);
        played
    }

    async fn case(&mut self, step: Step, operation: TargetOperation) -> Played {
        use CaseKind::*;
        let slot = step.slot;
        match (step.kind, operation.role) {
            (Valid(_), Role::List) => self.observe(operation.family).await,
            (Valid(_), Role::View(index)) => self.view(operation, index).await,
            (Valid(body), Role::Create) => self.create(operation, slot, body, false).await,
            (Retry(body), Role::Create) => self.create(operation, slot, body, true).await,
            (Valid(_), Role::Read) => self.read(operation, slot).await,
            (Valid(body), Role::Update) => self.update(operation, slot, body).await,
            (Retry(body), Role::Update) => self.update_again(operation, slot, body).await,
            (Valid(_), Role::Delete) => self.delete(operation, slot).await,
            (Valid(body), Role::Action(index)) => self.perform(operation, index, slot, body).await,
            (Pages(page), Role::List | Role::View(_)) => self.pages(operation, slot, page).await,
            (PagesUnderChange(body), Role::Create | Role::Delete) => {
                self.pages_under_change(operation, slot, body).await
            }
            (Duplicate(body), Role::Create | Role::Update) => {
                self.duplicate(operation, slot, body).await
            }
            (Invalid(index), _) => self.invalid_request(operation, slot, index).await,
            (Malformed(body), _) => self.malformed(operation, slot, body).await,
            (Unknown(body), _) => self.unknown(operation, body).await,
            (WrongParent(body), _) => self.wrong_parent(operation, slot, body).await,
            (Nobody(body), _) => self.denied(operation, Caller::Nobody, slot, body).await,
            (Stranger(body), _) => self.denied(operation, Caller::Stranger, slot, body).await,
            (Excluded(body), _) => self.denied(operation, Caller::Excluded, slot, body).await,
            (Other(body), _) => self.other_customer(operation, slot, body).await,
            (Method(index), _) => self.other_method(step, Some(operation), index as usize).await,
            (Path(spelling), _) => self.other_path(step, Some(operation), spelling).await,
            (Concurrent(body), _) => self.concurrent(operation, slot, body).await,
            (Wait(seconds), _) => self.wait(operation.family, seconds).await,
            (Retry(_) | Pages(_) | PagesUnderChange(_) | Duplicate(_), _) => Ok(()),
            (Encoded(_) | Walk(_), _) => Ok(()),
        }
    }

    /// Notes that resources of other families may have changed with those of this one: what refers
    /// to each other changes together.
    fn disturb(&mut self, family: &Family) {
        for collection in self.collections.values_mut() {
            let other = collection.family;
            collection.is_disturbed |=
                family.disturbs.contains(&other.name) || other.disturbs.contains(&family.name);
        }
    }

    /// Reads the lists of a family that was disturbed without comparing them, so that its next
    /// change is not blamed for what a step of another family did.
    async fn relearn(&mut self, family: &'static Family) -> Played {
        if self.collections.get(family.name).is_some_and(|it| it.is_disturbed) {
            self.observe(family).await?;
            self.collection(family).is_disturbed = false;
        }
        Ok(())
    }

    /// The resources of a family.
    fn collection(&mut self, family: &'static Family) -> &mut Collection {
        self.collections.entry(family.name).or_insert_with(|| Collection::new(family))
    }

    /// The resource of a slot, as it is known.
    fn slot(&mut self, family: &'static Family, slot: u32) -> Option<Row> {
        self.collection(family).slot(slot).cloned()
    }

    /// Records a change, which is blamed for a mismatch that is seen next.
    fn changed_by(&mut self, route: &'static Route, key: Option<&str>, check: &'static Check) {
        let cause = Cause { route, key: key.map(str::to_owned), check, frame: &check::FRAME };
        self.last = Some(cause);
    }

    /// Records a refused request; after several of them the list is read to see whether they
    /// changed anything.
    async fn count_refusal(&mut self, operation: TargetOperation, check: &'static Check) -> Played {
        self.last = Some(Cause { route: operation.route, key: None, check, frame: check });
        self.refusals += 1;
        if self.refusals < REFUSALS_UNSEEN_MAX {
            return Ok(());
        }
        self.observe(operation.family).await
    }

    async fn wait(&mut self, family: &'static Family, seconds: u32) -> Played {
        if self.session.target.is_controllable() {
            self.session.tally.is_fresh = false;
            self.session.target.advance(seconds).await?;
            if let Some(route) = self.families.route(family.list) {
                self.changed_by(route, None, &check::IMMUTABLE);
            }
        }
        self.observe(family).await
    }
}

/// What a step does, and in which encoding where that is not JSON.
fn unencoded(step: Step) -> (CaseKind, Option<Encoding>) {
    let CaseKind::Encoded(number) = step.kind else { return (step.kind, None) };
    let encodings = Encoding::beside_json(step.route);
    let count = u32::try_from(encodings.len()).unwrap_or(u32::MAX).max(1);
    let kind = match (number / count).checked_sub(1) {
        None => CaseKind::Valid(BodyChoice::LEAST.round(ENCODED_ROUND)),
        Some(index) => CaseKind::Invalid(index),
    };
    // Without another encoding there is nothing to be done.
    match encodings.get((number % count) as usize) {
        Some(encoding) => (kind, Some(*encoding)),
        None => (step.kind, None),
    }
}

/// Bodies that no other step sends, so that nothing in them is taken.
const ENCODED_ROUND: u32 = 1000;
