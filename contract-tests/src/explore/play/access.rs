//! Requests with other credentials, for resources that do not exist, and by other methods.

use http::Method;
use openapi::Location;

use super::{Play, TargetOperation, request::About};
use crate::{
    core::{
        check,
        exchange::{Caller, Received, wire_path},
        profile::{
            ApiProfile,
            family::Role,
            refusals::{RefusalKind, expected},
        },
        request::{Content, Request, member, mutations},
    },
    explore::{
        model::plain,
        session::Played,
        step::{BodyChoice, Step},
    },
};

impl Play<'_> {
    /// A valid request about the resource of a slot or about a parent, else the example.
    pub(super) async fn valid_request(
        &mut self,
        operation: TargetOperation,
        slot: u32,
        choice: BodyChoice,
    ) -> Played<Option<Request>> {
        self.load_parents(operation.family).await?;
        let row = match operation.role {
            Role::List | Role::Create | Role::View(_) => None,
            _ => self.known(operation.family, slot).await?.filter(|row| row.alive),
        };
        let about = match row {
            Some(row) => About::row(&row),
            None => About::parent(self.parent(operation.family, slot).flatten()),
        };
        let request = self.request(operation, &about, choice);
        Ok(request.or_else(|| self.example_of(operation.route)))
    }

    /// Rejects callers without a valid key on protected operations, without changing anything.
    pub(super) async fn denied(
        &mut self,
        operation: TargetOperation,
        caller: Caller,
        slot: u32,
        choice: BodyChoice,
    ) -> Played {
        let Some(request) = self.valid_request(operation, slot, choice).await? else {
            return Ok(());
        };
        self.expect_denied(&request, caller).await?;
        if operation.route.open {
            Ok(())
        } else {
            self.count_refusal(operation, &check::REFUSAL_CHANGES_NOTHING).await
        }
    }

    /// Checks that a valid request of this caller is rejected for its credentials.
    pub(super) async fn expect_denied(&mut self, request: &Request, caller: Caller) -> Played {
        let route = request.route;
        let kind = match caller {
            Caller::Excluded => RefusalKind::Excluded,
            _ => RefusalKind::Unauthenticated,
        };
        let statuses = self.statuses(kind, route);
        let closed = !statuses.is_empty() && (caller == Caller::Excluded || !route.open);
        if !closed || !self.session.target.can_call_as(caller) {
            return Ok(());
        }
        let received = self.session.send(request.sent(caller)).await?;
        if self.refuses(kind, route, &received) {
            return Ok(());
        }
        let who = caller.description().unwrap_or_default();
        let (ending, expected) = (self.ending(&received), expected(&statuses));
        let message = format!("{ending} {who} instead of {expected}");
        self.session.found(&check::REFUSES_UNAUTHENTICATED, &route.id, "", message)
    }

    /// The resources of one customer do not exist for another.
    pub(super) async fn other_customer(
        &mut self,
        operation: TargetOperation,
        slot: u32,
        choice: BodyChoice,
    ) -> Played {
        if operation.family.is_off(&check::FOREIGN_IS_UNKNOWN) || operation.route.open {
            return Ok(());
        }
        let Some(request) = self.valid_request(operation, slot, choice).await? else {
            return Ok(());
        };
        match operation.role {
            Role::List | Role::View(_) if operation.family.parent.is_empty() => {
                let received = self.session.send(request.sent(Caller::Other)).await?;
                return self.expect_nothing_of_ours(operation, &received);
            }
            Role::Create if operation.family.parent.is_empty() => return Ok(()),
            _ if operation.family.key.is_empty() => return Ok(()),
            _ => {}
        }
        self.expect_unknown_to_others(&request, operation.family.parameter).await?;
        self.count_refusal(operation, &check::REFUSAL_CHANGES_NOTHING).await
    }

    /// A request of another customer for a resource of ours has the same answer as one for an id
    /// that was never given; `parameter` holds the id.
    pub(super) async fn expect_unknown_to_others(
        &mut self,
        request: &Request,
        parameter: &str,
    ) -> Played {
        let missing = never_given(self.profile(), request, parameter);
        let Some(missing) = missing else { return Ok(()) };
        let theirs = self.session.send(request.sent(Caller::Other)).await?;
        let nothing = self.session.send(missing.sent(Caller::Other)).await?;
        let refusals = &self.profile().refusals;
        let bodies = (theirs.json(), nothing.json());
        let is_alike = refusals.reason(theirs.status, &bodies.0)
            == refusals.reason(nothing.status, &bodies.1)
            && (refusals.is_refusal)(&nothing);
        let closed = is_alike || self.refuses(RefusalKind::Foreign, request.route, &theirs);
        if !self.is_success(&theirs) && closed {
            return Ok(());
        }
        let message = format!(
            "{} for what belongs to another customer, and {} for what does not exist",
            self.ending(&theirs),
            nothing.status
        );
        self.session.found(&check::FOREIGN_IS_UNKNOWN, &request.route.id, "", message)
    }

    fn expect_nothing_of_ours(
        &mut self,
        operation: TargetOperation,
        received: &Received,
    ) -> Played {
        let family = operation.family;
        let theirs = self.rows(operation.route, received);
        let keys: Vec<String> =
            theirs.iter().filter_map(|row| row.get(family.key)).map(plain).collect();
        let ours = self.collection(family).live().find(|row| keys.contains(&row.key));
        let Some(ours) =
            ours.filter(|row| row.ours || family.create.is_empty()).map(|row| row.key.clone())
        else {
            return Ok(());
        };
        let message = format!("shows {ours}, which belongs to another customer");
        self.session.found(&check::FOREIGN_IS_UNKNOWN, &operation.route.id, "", message)
    }

    /// A request for an id that was never given is refused and creates nothing.
    pub(super) async fn unknown(
        &mut self,
        operation: TargetOperation,
        choice: BodyChoice,
    ) -> Played {
        if !is_of_one(operation.role) {
            return Ok(());
        }
        let good = self.valid_request(operation, 0, choice).await?;
        let profile = self.profile();
        let unknown = good.and_then(|good| never_given(profile, &good, operation.family.parameter));
        let Some(request) = unknown else { return Ok(()) };
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        let refuses = !self.statuses(RefusalKind::UnknownId, operation.route).is_empty();
        if refuses && !self.refuses(RefusalKind::UnknownId, operation.route, &received) {
            let message = format!("{} for an id that was never given", self.ending(&received));
            self.session.found(&check::REFUSES_NONEXISTENT, &operation.route.id, "", message)?;
        }
        self.count_refusal(operation, &check::REFUSES_NONEXISTENT).await
    }

    /// A resource cannot be reached through another parent than its own, where a request names one.
    pub(super) async fn wrong_parent(
        &mut self,
        operation: TargetOperation,
        slot: u32,
        choice: BodyChoice,
    ) -> Played {
        let parents = self.parents(operation.family);
        let parent = self.families.named(operation.family.parent).map(|it| it.parameter);
        let names_it = operation.route.parameters.iter().any(|it| Some(&*it.name) == parent);
        if !names_it || !is_of_one(operation.role) {
            return Ok(());
        }
        let Some(row) = self.known(operation.family, slot).await?.filter(|row| row.alive) else {
            return Ok(());
        };
        let other =
            parents.into_iter().flatten().find(|parent| Some(parent) != row.parent.as_ref());
        let Some(other) = other else { return Ok(()) };
        let about = About { parent: Some(other.clone()), ..About::row(&row) };
        let Some(request) = self.request(operation, &about, choice) else { return Ok(()) };
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        if !self.refuses(RefusalKind::UnknownId, operation.route, &received) {
            let message = format!("{} for {} through {other}", self.ending(&received), row.key);
            self.session.found(&check::PARENT, &operation.route.id, "", message)?;
        }
        self.count_refusal(operation, &check::PARENT).await
    }

    /// A method that the path does not have is refused with all methods in `Allow`.
    pub(super) async fn other_method(
        &mut self,
        step: Step,
        operation: Option<TargetOperation>,
        index: usize,
    ) -> Played {
        let request = match operation {
            Some(operation) => {
                self.valid_request(operation, step.slot, BodyChoice::EXAMPLE).await?
            }
            None => self.example_of(step.route),
        };
        let Some(request) = request else { return Ok(()) };
        let path = wire_path(step.route).trim_end_matches('/');
        let routes = self.session.target.profile.contract.routes.iter();
        let taken: Vec<&Method> = routes
            .filter(|it| wire_path(it).trim_end_matches('/') == path)
            .map(|it| &it.method)
            .collect();
        let all = [Method::PATCH, Method::DELETE, Method::PUT, Method::POST, Method::GET];
        let others: Vec<Method> =
            all.into_iter().filter(|method| !taken.contains(&method)).collect();
        let Some(method) = others.get(index).cloned() else {
            return self.options_or_head(&request, &taken, index - others.len()).await;
        };
        let mut sent = request.sent(Caller::Customer);
        sent.method = method.clone();
        let received = self.session.send(sent).await?;
        if !self.refuses(RefusalKind::Method, step.route, &received) {
            let message =
                format!("{} for {method}, which the path does not have", self.ending(&received));
            self.session.found(&check::OTHER_METHOD, &step.route.id, "", message)?;
        }
        self.expect_allow_header(&step.route.id, &received, &taken)?;
        match operation {
            Some(operation) => self.count_refusal(operation, &check::OTHER_METHOD).await,
            None => Ok(()),
        }
    }

    /// `Allow` lists every method of the path.
    fn expect_allow_header(
        &mut self,
        operation: &str,
        received: &Received,
        taken: &[&Method],
    ) -> Played {
        let allow = received.header("allow").unwrap_or_default().to_owned();
        let lacks =
            taken.iter().find(|method| !allow.split(',').any(|it| it.trim() == method.as_str()));
        match lacks {
            Some(method) => {
                let message = format!("has Allow `{allow}`, which lacks {method}");
                self.session.found(&check::ALLOW, operation, "", message)
            }
            None => Ok(()),
        }
    }

    /// OPTIONS answers with the methods of the path, and HEAD with the status of GET.
    async fn options_or_head(
        &mut self,
        request: &Request,
        taken: &[&Method],
        question: usize,
    ) -> Played {
        let (mut sent, operation) = (request.sent(Caller::Customer), &request.route.id);
        match question {
            0 => {
                // OPTIONS is no operation of the contract.
                sent.route = None;
                sent.method = Method::OPTIONS;
                sent.body.clear();
                let received = self.session.send(sent).await?;
                self.expect_allow_header(operation, &received, taken)
            }
            1 if sent.method == Method::GET => {
                let get = self.session.send(sent.clone()).await?;
                sent.method = Method::HEAD;
                let head = self.session.send(sent).await?;
                if head.status == get.status {
                    return Ok(());
                }
                let message =
                    format!("has the status {} for HEAD, and {} for GET", head.status, get.status);
                self.session.found(&check::OTHER_METHOD, operation, "", message)
            }
            _ => Ok(()),
        }
    }
}

/// Whether an operation is about one resource that exists.
fn is_of_one(role: Role) -> bool {
    matches!(role, Role::Read | Role::Update | Role::Delete | Role::Action(_))
}

/// The same request with an id that was never given, in this parameter or else in the last of the
/// path or the first of the body that names something; `None` where nothing does.
fn never_given(profile: &ApiProfile, request: &Request, parameter: &str) -> Option<Request> {
    let route = request.route;
    let last = route.parameters.iter().rfind(|it| it.location == Location::Path);
    if let Some(id) = route.parameters.iter().find(|it| it.name == parameter) {
        return Some(request.with(&id.name, mutations::unknown_id(id)?));
    }
    let in_body = profile.ids_in_body(route);
    let own = in_body.iter().find(|name| **name == parameter);
    match (own.or(in_body.first()), last, &request.content) {
        (None, None, _) => None,
        (_, Some(last), _) if own.is_none() => {
            Some(request.with(&last.name, mutations::unknown_id(last)?))
        }
        (Some(name), _, Content::Json(body)) => {
            Some(request.with(name, member::unknown_id(route, body, name)?))
        }
        _ => None,
    }
}
