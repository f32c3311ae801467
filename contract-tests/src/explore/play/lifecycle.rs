//! Creating, reading and removing a resource.

use openapi::Route;
use serde_json::Value;

use super::{
    Play, TargetOperation,
    request::About,
    variant::{Variant, variant_of},
};
use crate::{
    core::{
        check::{self, Check},
        exchange::{Caller, Received},
        profile::{
            family::{Family, Members, Role},
            refusals::{RefusalKind, expected},
        },
        request::{Content, Request, member},
    },
    explore::{
        model::{Row, difference, plain},
        session::Played,
        step::BodyChoice,
    },
};

impl Play<'_> {
    pub(super) async fn create(
        &mut self,
        operation: TargetOperation,
        slot: u32,
        choice: BodyChoice,
        again: bool,
    ) -> Played {
        let family = operation.family;
        self.load_parents(family).await?;
        let Some(parent) = self.parent(family, slot) else { return Ok(()) };
        if !self.collection(family).listed.contains_key(&parent) {
            self.observe(family).await?;
        }
        if self.collection(family).live().filter(|row| row.ours).count() >= family.limit {
            return Ok(());
        }
        let Some(request) = self.request(operation, &About::parent(parent.clone()), choice) else {
            return Ok(());
        };
        let body = self.content(operation, &request);
        let Variant { request, read_only, check } = variant_of(request, choice);
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        let taken = body
            .get(family.unique)
            .filter(|value| self.collection(family).is_taken(value))
            .is_some();
        if taken {
            return self.expect_refused_as_taken(operation, &received).await;
        }
        if !self.is_success(&received) {
            let check = if again { &check::RETRY } else { check };
            return self.report_refusal(check, operation.route, &received);
        }
        let Some(row) = self.created(operation, parent, &body, &received)? else { return Ok(()) };
        self.expect_read_only_ignored(operation, &read_only, &row)?;
        let key = row.key.clone();
        let check = if again { &check::RETRY } else { &check::READ_YOUR_WRITE };
        self.changed_by(operation.route, Some(&key), check);
        self.collection(family).rows.push(row);
        self.after_change(family, key.clone()).await?;
        if family.located { self.expect_only_here(operation, &key).await } else { Ok(()) }
    }

    /// What was made where the base path chooses nothing is not listed where it chooses another
    /// place.
    async fn expect_only_here(&mut self, operation: TargetOperation, key: &str) -> Played {
        let family = operation.family;
        let contract = self.profile().contract;
        let Some(variable) = &contract.server_variable else { return Ok(()) };
        let elsewhere = variable.values.iter().find(|value| **value != variable.default);
        let Some(route) = self.families.route(family.list) else { return Ok(()) };
        let list = TargetOperation { family, role: Role::List, route };
        let request = self.request(list, &About::default(), BodyChoice::EXAMPLE);
        let (Some(elsewhere), Some(request)) = (elsewhere, request) else { return Ok(()) };
        let mut sent = request.sent(Caller::Customer);
        let Some(target) = contract.at(&sent.target, elsewhere) else { return Ok(()) };
        sent.target = target;
        let received = self.session.send(sent).await?;
        let rows = self.rows(route, &received);
        if rows.iter().any(|row| row.get(family.key).is_some_and(|it| plain(it) == key)) {
            let message = format!("shows {key} at {elsewhere}, where it was not made");
            return self.session.found(&check::PLACES_ARE_APART, &route.id, "", message);
        }
        Ok(())
    }

    /// A unique value that another resource has is refused.
    pub(super) async fn duplicate(
        &mut self,
        operation: TargetOperation,
        slot: u32,
        choice: BodyChoice,
    ) -> Played {
        let family = operation.family;
        // A change whose body names the resource by its unique member cannot give it another one.
        let in_path = operation.route.parameters.iter().any(|it| it.name == family.parameter);
        if operation.role == Role::Update && family.unique == family.parameter && !in_path {
            return Ok(());
        }
        let own =
            self.known(family, slot).await?.filter(|row| row.alive && !family.unique.is_empty());
        let Some(own) = own else { return Ok(()) };
        let about = match operation.role {
            Role::Update => About::row(&own),
            _ => About::parent(own.parent.clone()),
        };
        let taken = self.collection(family).live().filter(|row| row.key != own.key);
        let taken = taken.filter_map(|row| row.value.get(family.unique)).next().cloned();
        let Some(taken) = taken else { return Ok(()) };
        let Some(request) = self.request(operation, &about, choice) else { return Ok(()) };
        let request = request.with_member(family.unique, taken);
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        self.expect_refused_as_taken(operation, &received).await
    }

    pub(super) async fn expect_refused_as_taken(
        &mut self,
        operation: TargetOperation,
        received: &Received,
    ) -> Played {
        if !self.refuses(RefusalKind::Taken, operation.route, received) {
            let unique = operation.family.unique;
            let message = format!("{} although `{unique}` is taken", self.ending(received));
            self.session.found(&check::UNIQUE, &operation.route.id, "", message)?;
        }
        self.count_refusal(operation, &check::UNIQUE).await
    }

    pub(super) fn report_refusal(
        &mut self,
        check: &'static Check,
        route: &Route,
        received: &Received,
    ) -> Played {
        let message = self.words_of_refusal(received);
        self.session.found(check, &route.id, "", message)
    }

    /// That a valid request was refused, and why.
    pub(super) fn words_of_refusal(&self, received: &Received) -> String {
        let words = self.profile().refusals.words(received);
        format!("{} for a valid request: {words}", self.ending(received))
    }

    /// Compares the new resource with what was sent; `None` where the answer does not show it.
    fn created(
        &mut self,
        operation: TargetOperation,
        parent: Option<String>,
        body: &Members,
        received: &Received,
    ) -> Played<Option<Row>> {
        let (family, id) = (operation.family, &operation.route.id);
        let Some(value) = self.new_one(operation, received) else {
            let message = "does not answer the one resource that was made".to_owned();
            self.session.found(&check::READ_YOUR_WRITE, id, "", message)?;
            return Ok(None);
        };
        let Some(key) = value.get(family.key).map(plain) else {
            let message = "does not tell the id of what was made".to_owned();
            self.session.found(
                &check::READ_YOUR_WRITE,
                id,
                &format!("/{}", family.key),
                message,
            )?;
            return Ok(None);
        };
        if !body.contains_key(family.key) && !self.collection(family).seen.insert(key.clone()) {
            let message = format!("is {key}, which was given before");
            self.session.found(&check::NEW_ID, id, &format!("/{}", family.key), message)?;
        }
        let expected = shown(family, body);
        let initial = (family.initial)().as_object().cloned().unwrap_or_default();
        if !family.shows_changes {
            // What is read next shows the rest.
            let value = expected.into_iter().chain(initial).chain(value).collect();
            return Ok(Some(Row { key, parent, value, alive: true, ours: true }));
        }
        if let Some(difference) = Self::answer_differs(family, &expected, Some(&value)) {
            let at = format!("/{}", difference.member);
            self.session.found(&check::READ_YOUR_WRITE, id, &at, difference.to_string())?;
        }
        if let Some(difference) = difference(&initial, &value, &[]) {
            let at = format!("/{}", difference.member);
            self.session.found(&check::READ_YOUR_WRITE, id, &at, difference.to_string())?;
        }
        Ok(Some(Row { key, parent, value, alive: true, ours: true }))
    }

    pub(super) fn expect_read_only_ignored(
        &mut self,
        operation: TargetOperation,
        read_only: &Members,
        row: &Row,
    ) -> Played {
        let stored = read_only.iter().find(|(name, value)| row.value.get(*name) == Some(value));
        match stored {
            Some((name, _)) => {
                let message =
                    "is what the client sent, although only the server sets it".to_owned();
                self.session.found(
                    &check::IGNORES_READ_ONLY,
                    &operation.route.id,
                    &format!("/{name}"),
                    message,
                )
            }
            None => Ok(()),
        }
    }

    /// Reads what was changed, in the list and alone.
    pub(super) async fn after_change(&mut self, family: &'static Family, key: String) -> Played {
        self.observe(family).await?;
        let Some(route) = self.families.route(family.read) else { return Ok(()) };
        let row = self.collection(family).find(&key).cloned();
        match row {
            Some(row) => {
                self.read_row(TargetOperation { family, role: Role::Read, route }, row).await
            }
            None => Ok(()),
        }
    }

    pub(super) async fn read(&mut self, operation: TargetOperation, slot: u32) -> Played {
        if self.collection(operation.family).rows.is_empty() {
            self.observe(operation.family).await?;
        }
        match self.slot(operation.family, slot) {
            Some(row) => self.read_row(operation, row).await,
            None => Ok(()),
        }
    }

    /// Reads the only resource of a family without a list; it always exists.
    pub(super) async fn adopt_single(&mut self, operation: TargetOperation) -> Played {
        let Some(request) = self.request(operation, &About::default(), BodyChoice::EXAMPLE) else {
            return Ok(());
        };
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        if let Some(value) = self.one(operation.route, &received) {
            self.collection(operation.family).adopt(String::new(), None, value);
        }
        Ok(())
    }

    pub(super) async fn read_row(&mut self, operation: TargetOperation, row: Row) -> Played {
        let family = operation.family;
        let Some(request) = self.request(operation, &About::row(&row), BodyChoice::EXAMPLE) else {
            return Ok(());
        };
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        let as_expected = match row.alive {
            true => self.is_success(&received),
            false => self.refuses(RefusalKind::UnknownId, operation.route, &received),
        };
        if !as_expected {
            return self.explain_presence(operation, &row, &received).await;
        }
        if !row.alive {
            return Ok(());
        }
        let came = self.one(operation.route, &received);
        if let Some(difference) = Self::answer_differs(family, &row.value, came.as_ref()) {
            self.explain_item(operation, &row, &difference).await?;
        }
        let mut seen = came.unwrap_or_default();
        seen.retain(|name, _| !family.only_listed.contains(&name.as_str()));
        self.expect_state_forward(family, operation.route, &seen)?;
        if let Some(row) = self.collection(family).find_mut(&row.key) {
            row.take_over(&seen);
        }
        Ok(())
    }

    pub(super) async fn delete(&mut self, operation: TargetOperation, slot: u32) -> Played {
        let family = operation.family;
        let Some(row) = self.known(family, slot).await? else { return Ok(()) };
        let Some(request) = self.request(operation, &About::row(&row), BodyChoice::EXAMPLE) else {
            return Ok(());
        };
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        if !row.alive {
            return self.expect_refused_as_gone(operation, &row, &received).await;
        }
        let allowed = (family.removable)(&row.value.clone().into());
        let refused = self.refuses(RefusalKind::State, operation.route, &received);
        if allowed == Some(false) || (allowed.is_none() && refused) {
            return self.expect_refused_for_state(operation, &received).await;
        }
        if !self.is_success(&received) {
            return self.report_refusal(&check::ACCEPTS_VALID, operation.route, &received);
        }
        if !family.remains.is_empty() {
            let expected = row.value.clone();
            self.changed(operation, &row, expected, None, &received, &check::CHANGE_IS_KEPT)
                .await?;
            return self.expect_removal_state(operation, &row.key);
        }
        self.changed_by(operation.route, Some(&row.key), &check::GONE);
        self.mark_removed(family, &row.key);
        self.after_change(family, row.key.clone()).await?;
        self.expect_parts_gone(family, &row.key).await
    }

    /// The list of the parts of a removed resource is answered as for an unknown id.
    async fn expect_parts_gone(&mut self, family: &'static Family, key: &str) -> Played {
        let parts = self.families.all().filter(|part| part.parent == family.name);
        for part in parts {
            let Some(route) = self.families.route(part.list) else { continue };
            let operation = TargetOperation { family: part, role: Role::List, route };
            let about = About::parent(Some(key.to_owned()));
            let Some(request) = self.request(operation, &about, BodyChoice::EXAMPLE) else {
                continue;
            };
            let received = self.session.send(request.sent(Caller::Customer)).await?;
            let may_be_refused = !self.statuses(RefusalKind::UnknownId, route).is_empty();
            if may_be_refused && !self.refuses(RefusalKind::UnknownId, route, &received) {
                let message =
                    format!("{} for the parts of {key}, which is gone", self.ending(&received));
                self.session.found(&check::PARENT, &route.id, "", message)?;
            }
        }
        Ok(())
    }

    /// Removes what this play made, the parts first.
    pub async fn clean_up(&mut self) -> Played {
        let made = |family: &'static Family, rows: &[Row]| {
            let ours = rows.iter().filter(|row| row.alive && row.ours);
            ours.map(|row| (family, About::row(row))).collect::<Vec<_>>()
        };
        let all = self.collections.values().flat_map(|it| made(it.family, &it.rows));
        let mut all: Vec<(&'static Family, About)> = all.collect();
        all.sort_by_key(|(family, _)| family.parent.is_empty());
        for (family, about) in all {
            let Some(route) = self.families.route(family.delete) else { continue };
            let operation = TargetOperation { family, role: Role::Delete, route };
            if let Some(request) = self.request(operation, &about, BodyChoice::EXAMPLE) {
                self.session.send(request.sent(Caller::Customer)).await?;
            }
        }
        Ok(())
    }

    /// A removed resource that can still be read has a state that says so.
    fn expect_removal_state(&mut self, operation: TargetOperation, key: &str) -> Played {
        let (family, member) =
            (operation.family, operation.family.states.map_or("", |(member, _)| member));
        let state =
            self.collection(family).find(key).and_then(|row| row.value.get(member)).map(plain);
        if state.as_ref().is_some_and(|state| family.remains.contains(&state.as_str())) {
            return Ok(());
        }
        let message = format!("is {} after the removal", state.unwrap_or_default());
        self.session.found(&check::GONE, &operation.route.id, &format!("/{member}"), message)
    }

    /// Marks a resource and its parts as removed.
    pub(super) fn mark_removed(&mut self, family: &'static Family, key: &str) {
        if let Some(row) = self.collection(family).find_mut(key) {
            row.alive = false;
        }
        for collection in self.collections.values_mut().filter(|it| it.family.parent == family.name)
        {
            let parent = Some(key.to_owned());
            collection
                .rows
                .iter_mut()
                .filter(|row| row.parent == parent)
                .for_each(|row| row.alive = false);
            collection.listed.remove(&parent);
        }
    }

    pub(super) async fn expect_refused_as_gone(
        &mut self,
        operation: TargetOperation,
        row: &Row,
        received: &Received,
    ) -> Played {
        if !self.refuses(RefusalKind::UnknownId, operation.route, received) {
            let message = format!(
                "{} for {}, which is gone; {} says so",
                self.ending(received),
                row.key,
                expected(&self.statuses(RefusalKind::UnknownId, operation.route))
            );
            self.session.found(&check::REFUSES_NONEXISTENT, &operation.route.id, "", message)?;
        }
        self.count_refusal(operation, &check::REFUSES_NONEXISTENT).await
    }

    /// The members of a body that say what the resource is to be, without those that name it or the
    /// operation.
    pub(super) fn content(&self, operation: TargetOperation, request: &Request) -> Members {
        let Content::Json(Value::Object(members)) = &request.content else {
            return Members::new();
        };
        let (mut members, route) = (members.clone(), operation.route);
        let ids = self.profile().ids_in_body(route);
        let constants: Vec<&str> =
            route.body.iter().flat_map(member::constants).map(|(name, _)| name).collect();
        members
            .retain(|name, _| !ids.contains(&name.as_str()) && !constants.contains(&name.as_str()));
        members
    }

    /// The resource of a slot; reads the list first if nothing is known of the family.
    pub(super) async fn known(
        &mut self,
        family: &'static Family,
        slot: u32,
    ) -> Played<Option<Row>> {
        if self.collection(family).listed.is_empty() && self.collection(family).rows.is_empty() {
            self.observe(family).await?;
        }
        Ok(self.slot(family, slot))
    }
}

/// What an answer should show of a body, with the defaults of members that it leaves out.
pub(super) fn shown(family: &Family, body: &Members) -> Members {
    let mut shown = (family.shows)(body);
    shown.retain(|name, _| !family.write_only.contains(&name.as_str()));
    if let (Value::Object(absent), false) = ((family.absent)(), family.merges) {
        shown.extend(absent.into_iter().filter(|(name, _)| !body.contains_key(name)));
    }
    shown
}
