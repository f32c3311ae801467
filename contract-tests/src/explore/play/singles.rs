//! Requests that are invalid in one thing, and operations that belong to no family.

use openapi::Route;

use super::{Play, TargetOperation};
use crate::{
    core::{
        check::{self, Check},
        exchange::Caller,
        profile::{
            ApiProfile,
            refusals::{RefusalKind, expected},
        },
        request::{
            Content, Encoding, Request,
            invalid_request::{InvalidRequest, invalid_requests},
            mutation::{Limit, Mutation},
        },
    },
    explore::{
        body::{NOTATIONS, written},
        session::Played,
        step::{BodyChoice, CaseKind, MalformedBody, Step},
    },
};

impl Play<'_> {
    /// A request of the family that the contract forbids for one thing is refused.
    pub(super) async fn invalid_request(
        &mut self,
        operation: TargetOperation,
        slot: u32,
        index: u32,
    ) -> Played {
        let Some(request) = self.valid_request(operation, slot, BodyChoice::EXAMPLE).await? else {
            return Ok(());
        };
        let Some(invalid) = nth(self.profile(), &request, index) else { return Ok(()) };
        self.expect_refused(&invalid).await?;
        self.count_refusal(operation, &check::REFUSAL_IS_HARMLESS).await
    }

    /// A body that is no JSON object is refused, however it is malformed.
    pub(super) async fn malformed(
        &mut self,
        operation: TargetOperation,
        slot: u32,
        body: MalformedBody,
    ) -> Played {
        let Some(request) = self.valid_request(operation, slot, BodyChoice::EXAMPLE).await? else {
            return Ok(());
        };
        self.expect_malformed_refused(&request, body).await?;
        self.count_refusal(operation, &check::REFUSAL_IS_HARMLESS).await
    }

    async fn expect_malformed_refused(&mut self, request: &Request, body: MalformedBody) -> Played {
        if !matches!(request.content, Content::Json(_)) {
            return Ok(());
        }
        let sent = request.content(Content::Text(body.text())).sent(Caller::Customer);
        let received = self.session.send(sent).await?;
        if self.refuses(RefusalKind::Malformed, request.route, &received) {
            return Ok(());
        }
        let message = format!("{} for a body with {}", self.ending(&received), body.words());
        self.session.found(&check::REFUSES_INVALID, &request.route.id, "", message)
    }

    async fn expect_refused(&mut self, invalid: &InvalidRequest) -> Played {
        let route = invalid.request.route;
        let received = self.session.send(invalid.request.sent(Caller::Customer)).await?;
        let check = check_of(invalid.mutation);
        if !self.refuses(invalid.kind, route, &received) {
            let (ending, expected) =
                (self.ending(&received), expected(&self.statuses(invalid.kind, route)));
            let message = format!("{ending} instead of {expected} for {invalid}");
            let at =
                invalid.property.as_deref().map(crate::core::finding::pointer).unwrap_or_default();
            return self.session.found(check, &route.id, &at, message);
        }
        let refusals = &self.profile().refusals;
        match &invalid.property {
            // Some APIs refuse without naming anything.
            Some(_) if refusals.errors.is_empty() => Ok(()),
            Some(property) if !self.profile().refusal_names(route, &received, property) => {
                let message = format!("does not name {property}, which is {invalid}");
                self.session.found(check, &route.id, refusals.errors, message)
            }
            _ => Ok(()),
        }
    }

    /// An operation that is none of a resource: its example, in all its notations, and what is
    /// wrong with it.
    pub(super) async fn of_no_family(&mut self, step: Step) -> Played {
        let Some(example) = self.example_of(step.route) else { return Ok(()) };
        match step.kind {
            CaseKind::Valid(_) if self.encoding.is_some() => self.example(example, 0).await,
            CaseKind::Valid(choice) => self.example(example, choice.number()).await,
            CaseKind::Invalid(index) => match nth(self.profile(), &example, index) {
                Some(invalid) => self.expect_refused(&invalid).await,
                None => Ok(()),
            },
            CaseKind::Malformed(body) => self.expect_malformed_refused(&example, body).await,
            CaseKind::Nobody(_) => self.expect_denied(&example, Caller::Nobody).await,
            CaseKind::Stranger(_) => self.expect_denied(&example, Caller::Stranger).await,
            CaseKind::Excluded(_) => self.expect_denied(&example, Caller::Excluded).await,
            CaseKind::Other(_) if self.is_for_all(step.route) => Ok(()),
            CaseKind::Other(_) => self.expect_unknown_to_others(&example, "").await,
            CaseKind::Method(index) => self.other_method(step, None, index as usize).await,
            CaseKind::Path(spelling) => self.other_path(step, None, spelling).await,
            _ => Ok(()),
        }
    }

    fn is_for_all(&self, route: &Route) -> bool {
        route.open || self.profile().shared.contains(&route.id.as_str())
    }

    async fn example(&mut self, example: Request, number: u32) -> Played {
        if self.profile().is_prepared(&example.route.id) {
            return Ok(());
        }
        let (request, check): (Request, &'static Check) = match (&example.content, number) {
            (_, 0) => (example, &check::ACCEPTS_VALID),
            // Notations are those of JSON; a form has but one.
            (Content::Json(body), _) if example.encoding == Encoding::Json => {
                let notation = NOTATIONS[number as usize % NOTATIONS.len()];
                (example.content(Content::Text(written(body, notation))), &check::SAME_REQUEST)
            }
            _ => match example.without_optional_parameters() {
                Some(request) => (request, &check::ACCEPTS_VALID),
                None => return Ok(()),
            },
        };
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        // The example names what a fresh demo world has; elsewhere a refusal proves nothing.
        if self.is_success(&received) || !self.session.target.is_controllable() {
            return Ok(());
        }
        self.report_refusal(check, request.route, &received)
    }
}

/// What is wrong with a request, the most telling first.
fn nth(profile: &ApiProfile, request: &Request, index: u32) -> Option<InvalidRequest> {
    let mut all = invalid_requests(profile, request);
    let first = profile.paging.and_then(|paging| paging.invalid.first());
    all.sort_by_key(|invalid| rank(invalid.mutation, first));
    let index = index as usize;
    (index < all.len()).then(|| all.swap_remove(index))
}

/// How many things can be wrong with the example of an operation.
pub fn invalid_request_count(profile: &ApiProfile, request: &Request) -> usize {
    invalid_requests(profile, request).len()
}

/// What servers forget to check goes first. One range stands for the others.
fn rank(mutation: Mutation, range: Option<&&str>) -> usize {
    match mutation {
        Mutation::Missing => 0,
        Mutation::OutsideEnum => 1,
        Mutation::Below(Limit::Length) | Mutation::Above(Limit::Length) => 2,
        Mutation::Below(Limit::Value) | Mutation::Above(Limit::Value) => 3,
        Mutation::AgainstPattern => 4,
        Mutation::BadFormat => 5,
        Mutation::Range(words) if range == Some(&words) => 6,
        Mutation::WrongType => 7,
        _ => 8,
    }
}

fn check_of(mutation: Mutation) -> &'static Check {
    match mutation {
        Mutation::Missing | Mutation::NoBody => &check::REFUSES_MISSING,
        Mutation::Unknown => &check::REFUSES_NONEXISTENT,
        Mutation::Below(_) | Mutation::Above(_) => &check::REFUSES_BOUNDARY,
        Mutation::Range(_) => &check::BAD_RANGE,
        _ => &check::REFUSES_INVALID,
    }
}
