//! The life of a resource: made, read, changed, used, removed.

use openapi::{RequestBody, Route};
use serde_json::Value;

use super::{
    Deed, Play,
    request::{About, of_unknown},
};
use crate::{
    Caller, Content, Request, check,
    check::Check,
    exchange::Received,
    explore::{
        body::{Fill, NOTATIONS, Notation, written},
        family::{Family, Members, Role},
        model::{Row, difference, one, plain},
        session::Played,
    },
    tolerated,
};

/// Statuses by which something is refused for what is there already.
const TAKEN: [u16; 3] = [400, 409, 422];
/// Statuses by which something is refused for the state that it is in.
const NOT_NOW: [u16; 5] = [400, 403, 404, 409, 422];

/// How a valid request is dressed up, and the law that holds then.
struct Dressed {
    request: Request,
    /// What is sent beside the members that count.
    pretended: Members,
    check: &'static Check,
}

impl Play<'_> {
    pub(super) async fn create(&mut self, deed: Deed, slot: u32, draw: u32, again: bool) -> Played {
        let family = deed.family;
        self.meet_parents(family).await?;
        let Some(parent) = self.parent(family, slot) else { return Ok(()) };
        if !self.collection(family).listed.contains_key(&parent) {
            self.look(family).await?;
        }
        if self.collection(family).live().filter(|row| row.ours).count() >= family.limit {
            return Ok(());
        }
        let Some(request) = self.request(deed, &About::parent(parent.clone()), draw) else { return Ok(()) };
        let body = content(&request);
        let Dressed { request, pretended, check } = dressed(request, draw);
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        let taken = body.get(family.unique).filter(|value| self.collection(family).is_taken(value)).is_some();
        if taken {
            return self.is_refused_as_taken(deed, &received).await;
        }
        if !received.is_success() {
            let check = if again { &check::RETRY } else { check };
            return self.not_accepted(check, deed.route, &received);
        }
        let Some(row) = self.made(deed, parent, &body, &received)? else { return Ok(()) };
        self.is_not_pretended(deed, &pretended, &row)?;
        let key = row.key.clone();
        let check = if again { &check::RETRY } else { &check::READ_YOUR_WRITE };
        self.did(deed.route, Some(&key), check);
        self.collection(family).rows.push(row);
        self.after_change(family, key).await
    }

    async fn is_refused_as_taken(&mut self, deed: Deed, received: &Received) -> Played {
        if !TAKEN.contains(&received.status) {
            let unique = deed.family.unique;
            let message = format!("has the status {} although `{unique}` is taken", received.status);
            self.session.found(&check::UNIQUE, &deed.route.id, "", message)?;
        }
        self.refused(deed, &check::UNIQUE).await
    }

    fn not_accepted(&mut self, check: &'static Check, route: &Route, received: &Received) -> Played {
        let message = format!("has the status {} for a valid request: {}", received.status, reason(received));
        self.session.found(check, &route.id, "", message)
    }

    /// The new resource, held against what was sent; `None` where the answer tells nothing of it.
    fn made(
        &mut self,
        deed: Deed,
        parent: Option<String>,
        body: &Members,
        received: &Received,
    ) -> Played<Option<Row>> {
        let (family, operation) = (deed.family, &deed.route.id);
        let answer = received.json();
        let Some(value) = one(&answer) else {
            let message = "does not answer the one resource that was made".to_owned();
            self.session.found(&check::READ_YOUR_WRITE, operation, "", message)?;
            return Ok(None);
        };
        let Some(key) = value.get(family.key).map(plain) else {
            let message = "does not tell the id of what was made".to_owned();
            self.session.found(&check::READ_YOUR_WRITE, operation, &format!("/{}", family.key), message)?;
            return Ok(None);
        };
        if !body.contains_key(family.key) && !self.collection(family).seen.insert(key.clone()) {
            let message = format!("is {key}, which was given before");
            self.session.found(&check::NEW_ID, operation, &format!("/{}", family.key), message)?;
        }
        let expected = shown(family, body);
        if let Some(difference) = Self::answer_differs(family, &expected, &answer) {
            let at = format!("/{}", difference.member);
            self.session.found(&check::READ_YOUR_WRITE, operation, &at, difference.to_string())?;
        }
        let initial = (family.initial)().as_object().cloned().unwrap_or_default();
        if let Some(difference) = difference(&initial, value, &[]) {
            let at = format!("/{}", difference.member);
            self.session.found(&check::READ_YOUR_WRITE, operation, &at, difference.to_string())?;
        }
        Ok(Some(Row { key, parent, value: value.clone(), alive: true, ours: true }))
    }

    fn is_not_pretended(&mut self, deed: Deed, pretended: &Members, row: &Row) -> Played {
        let stored = pretended.iter().find(|(name, value)| row.value.get(*name) == Some(value));
        match stored {
            Some((name, _)) => {
                let message = "is what the client sent, although only the server sets it".to_owned();
                self.session.found(&check::IGNORES_READ_ONLY, &deed.route.id, &format!("/{name}"), message)
            }
            None => Ok(()),
        }
    }

    /// Looks at what was changed, in the list and alone.
    async fn after_change(&mut self, family: &'static Family, key: String) -> Played {
        self.look(family).await?;
        let Some(route) = self.families.route(family.read) else { return Ok(()) };
        let row = self.collection(family).find(&key).cloned();
        match row {
            Some(row) => self.read_row(Deed { family, role: Role::Read, route }, row).await,
            None => Ok(()),
        }
    }

    pub(super) async fn read(&mut self, deed: Deed, slot: u32) -> Played {
        if self.collection(deed.family).rows.is_empty() {
            self.look(deed.family).await?;
        }
        match self.slot(deed.family, slot) {
            Some(row) => self.read_row(deed, row).await,
            None => Ok(()),
        }
    }

    /// The resource of a family of one is there from the beginning.
    pub(super) async fn meet_the_one(&mut self, deed: Deed) -> Played {
        let Some(request) = self.request(deed, &About::default(), 0) else { return Ok(()) };
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        if let Some(value) = one(&received.json()) {
            self.collection(deed.family).adopt(String::new(), None, value.clone());
        }
        Ok(())
    }

    pub(super) async fn read_row(&mut self, deed: Deed, row: Row) -> Played {
        let family = deed.family;
        let Some(request) = self.request(deed, &About::row(&row), 0) else { return Ok(()) };
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        let as_expected = match row.alive {
            true => received.is_success(),
            false => Some(received.status) == of_unknown(deed.route),
        };
        if !as_expected {
            return self.explain_presence(deed, &row, received.status).await;
        }
        if !row.alive {
            return Ok(());
        }
        let answer = received.json();
        if let Some(difference) = Self::answer_differs(family, &row.value, &answer) {
            self.explain_item(deed, &row, &difference).await?;
        }
        let seen = one(&answer).cloned().unwrap_or_default();
        self.state(family, deed.route, &seen)?;
        if let Some(row) = self.collection(family).find_mut(&row.key) {
            row.take_over(&seen);
        }
        Ok(())
    }

    pub(super) async fn update(&mut self, deed: Deed, slot: u32, draw: u32) -> Played {
        let Some(row) = self.known(deed.family, slot).await? else { return Ok(()) };
        let Some(request) = self.request(deed, &About::row(&row), draw) else { return Ok(()) };
        let body = content(&request);
        let Dressed { request, pretended, check } = dressed(request, draw);
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        if !row.alive {
            return self.is_refused_as_dead(deed, &row, &received).await;
        }
        let unique = deed.family.unique;
        let renamed = body.get(unique).filter(|value| row.value.get(unique) != Some(value));
        if renamed.is_some_and(|value| self.collection(deed.family).is_taken(value)) {
            return self.is_refused_as_taken(deed, &received).await;
        }
        if !received.is_success() {
            return self.not_accepted(check, deed.route, &received);
        }
        let expected = self.updated(deed, &row, &body);
        self.changed(deed, &row, expected, Some(&body), &received, &check::CHANGE_IS_KEPT).await?;
        let now = self.collection(deed.family).find(&row.key).cloned().unwrap_or(row);
        self.is_not_pretended(deed, &pretended, &now)
    }

    /// The same change twice is the same as once.
    pub(super) async fn update_again(&mut self, deed: Deed, slot: u32, draw: u32) -> Played {
        self.update(deed, slot, draw).await?;
        let Some(row) = self.known(deed.family, slot).await?.filter(|row| row.alive) else { return Ok(()) };
        let Some(request) = self.request(deed, &About::row(&row), draw) else { return Ok(()) };
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        if !received.is_success() {
            return self.not_accepted(&check::IDEMPOTENT, deed.route, &received);
        }
        let expected = row.value.clone();
        self.changed(deed, &row, expected, None, &received, &check::IDEMPOTENT).await
    }

    /// What a resource looks like after a change.
    fn updated(&self, deed: Deed, row: &Row, body: &Members) -> Members {
        let family = deed.family;
        let mut expected = row.value.clone();
        if let Some(changes) = family.changes {
            changes(&mut expected, body);
            return expected;
        }
        if !family.merges {
            let settable = deed.route.body.iter().flat_map(settable);
            let left_out: Vec<String> = settable.filter(|name| !body.contains_key(name)).collect();
            expected.retain(|name, _| !left_out.contains(name));
        }
        expected.extend(shown(family, body));
        expected
    }

    /// Holds the answer to a change against what was expected, and looks whether it is kept.
    async fn changed(
        &mut self,
        deed: Deed,
        row: &Row,
        mut expected: Members,
        sent: Option<&Members>,
        received: &Received,
        check: &'static Check,
    ) -> Played {
        let family = deed.family;
        expected.retain(|name, _| !family.touched.contains(&name.as_str()));
        let answer = received.json();
        if let Some(came) = one(&answer) {
            let only_alone = |difference: &crate::explore::model::Difference| {
                family.only_alone.contains(&difference.member.as_str()) && difference.came.is_none()
            };
            if let Some(difference) =
                Self::answer_differs(family, &expected, &answer).filter(|it| !only_alone(it))
            {
                let sent = sent.is_none_or(|sent| sent.contains_key(&difference.member));
                let check = if sent { check } else { &check::CHANGE_IS_KEPT };
                self.session.found(
                    check,
                    &deed.route.id,
                    &format!("/{}", difference.member),
                    difference.to_string(),
                )?;
            }
            self.never_goes_back(deed, row, came)?;
            expected.extend(came.clone());
        }
        let key = expected.get(family.key).map_or_else(|| row.key.clone(), plain);
        self.did(deed.route, Some(&key), check);
        let collection = self.collection(family);
        if key != row.key {
            collection.rows.push(Row { alive: false, ..row.clone() });
            collection.seen.insert(key.clone());
        }
        // The dead namesake was added behind it.
        let living = collection.rows.iter_mut().find(|it| it.alive && it.key == row.key);
        if let Some(living) = living {
            living.value = expected;
            living.key.clone_from(&key);
        }
        self.after_change(family, key).await
    }

    fn never_goes_back(&mut self, deed: Deed, row: &Row, came: &Members) -> Played {
        let number = |members: &Members, name: &str| members.get(name).and_then(Value::as_i64);
        let is_back = |name: &str| {
            number(came, name).zip(number(&row.value, name)).is_some_and(|(now, then)| now < then)
        };
        let back = deed.family.touched.iter().find(|name| is_back(name));
        match back {
            Some(name) => {
                let message = "is earlier than it was before the change".to_owned();
                self.session.found(&check::IMMUTABLE, &deed.route.id, &format!("/{name}"), message)
            }
            None => Ok(()),
        }
    }

    pub(super) async fn delete(&mut self, deed: Deed, slot: u32) -> Played {
        let family = deed.family;
        let Some(row) = self.known(family, slot).await? else { return Ok(()) };
        let Some(request) = self.request(deed, &About::row(&row), 0) else { return Ok(()) };
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        if !row.alive {
            return self.is_refused_as_dead(deed, &row, &received).await;
        }
        if !received.is_success() {
            return self.not_accepted(&check::ACCEPTS_VALID, deed.route, &received);
        }
        if !family.remains.is_empty() {
            let expected = row.value.clone();
            self.changed(deed, &row, expected, None, &received, &check::CHANGE_IS_KEPT).await?;
            return self.is_on_its_way(deed, &row.key);
        }
        self.did(deed.route, Some(&row.key), &check::GONE);
        self.bury(family, &row.key);
        self.after_change(family, row.key.clone()).await?;
        self.parts_are_gone(family, &row.key).await
    }

    /// The parts of what is removed cannot be listed any more.
    async fn parts_are_gone(&mut self, family: &'static Family, key: &str) -> Played {
        let parts = self.families.all().filter(|part| part.parent == family.name);
        for part in parts {
            let Some(route) = self.families.route(part.list) else { continue };
            let deed = Deed { family: part, role: Role::List, route };
            let about = About::parent(Some(key.to_owned()));
            let Some(request) = self.request(deed, &about, 0) else { continue };
            let received = self.session.send(request.sent(Caller::Customer)).await?;
            if of_unknown(route).is_some_and(|expected| expected != received.status) {
                let message =
                    format!("has the status {} for the parts of {key}, which is gone", received.status);
                self.session.found(&check::PARENT, &route.id, "", message)?;
            }
        }
        Ok(())
    }

    /// What is removed and can still be read is in one of the states of what was removed.
    fn is_on_its_way(&mut self, deed: Deed, key: &str) -> Played {
        let (family, member) = (deed.family, deed.family.states.map_or("", |(member, _)| member));
        let state = self.collection(family).find(key).and_then(|row| row.value.get(member)).map(plain);
        if state.as_ref().is_some_and(|state| family.remains.contains(&state.as_str())) {
            return Ok(());
        }
        let message = format!("is {} after the removal", state.unwrap_or_default());
        self.session.found(&check::GONE, &deed.route.id, &format!("/{member}"), message)
    }

    /// What is removed is gone with its parts.
    pub(super) fn bury(&mut self, family: &'static Family, key: &str) {
        if let Some(row) = self.collection(family).find_mut(key) {
            row.alive = false;
        }
        for collection in self.collections.values_mut().filter(|it| it.family.parent == family.name) {
            let parent = Some(key.to_owned());
            collection.rows.iter_mut().filter(|row| row.parent == parent).for_each(|row| row.alive = false);
            collection.listed.remove(&parent);
        }
    }

    pub(super) async fn act(&mut self, deed: Deed, index: usize, slot: u32, draw: u32) -> Played {
        let action = &deed.family.actions[index];
        let Some(row) = self.known(deed.family, slot).await? else { return Ok(()) };
        let Some(request) = self.request(deed, &About::row(&row), draw) else { return Ok(()) };
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        if !row.alive {
            return self.is_refused_as_dead(deed, &row, &received).await;
        }
        let allowed = (action.allowed)(&row.value.clone().into());
        if allowed == Some(false) || (allowed.is_none() && NOT_NOW.contains(&received.status)) {
            return self.is_refused_for_its_state(deed, &received).await;
        }
        if !received.is_success() {
            return self.not_accepted(&check::ACCEPTS_VALID, deed.route, &received);
        }
        let mut expected = row.value.clone();
        (action.effect)(&mut expected, &content(&request).into());
        self.changed(deed, &row, expected, None, &received, &check::CHANGE_IS_KEPT).await?;
        let now = self.collection(deed.family).find(&row.key).map(|row| row.value.clone());
        if now.is_none_or(|now| (action.done)(&now.into())) {
            return Ok(());
        }
        let message = "answers success, and the resource is as before".to_owned();
        self.session.found(&check::CHANGE_IS_KEPT, &deed.route.id, "", message)
    }

    async fn is_refused_for_its_state(&mut self, deed: Deed, received: &Received) -> Played {
        if !NOT_NOW.contains(&received.status) {
            let message = format!("has the status {} in a state that does not allow it", received.status);
            self.session.found(&check::IMMUTABLE, &deed.route.id, "", message)?;
        }
        self.refused(deed, &check::REFUSAL_IS_HARMLESS).await
    }

    async fn is_refused_as_dead(&mut self, deed: Deed, row: &Row, received: &Received) -> Played {
        let expected = of_unknown(deed.route);
        if Some(received.status) != expected {
            let message = format!(
                "has the status {} for {}, which is gone; {} says so",
                received.status,
                row.key,
                expected.map_or_else(|| "a refusal".to_owned(), |it| it.to_string())
            );
            self.session.found(&check::DEAD_STAYS_DEAD, &deed.route.id, "", message)?;
        }
        self.refused(deed, &check::DEAD_STAYS_DEAD).await
    }

    /// The resource of a slot, where the family was looked at before.
    pub(super) async fn known(&mut self, family: &'static Family, slot: u32) -> Played<Option<Row>> {
        if self.collection(family).listed.is_empty() && self.collection(family).rows.is_empty() {
            self.look(family).await?;
        }
        Ok(self.slot(family, slot))
    }
}

/// The members of a JSON body.
pub(super) fn content(request: &Request) -> Members {
    match &request.content {
        Content::Json(Value::Object(members)) => members.clone(),
        _ => Members::new(),
    }
}

/// The members of a body that a client may set.
fn settable(expected: &RequestBody) -> Vec<String> {
    let properties = expected.definition()["properties"].as_object().into_iter().flatten();
    properties.filter(|(_, it)| it["readOnly"] != true).map(|(name, _)| name.clone()).collect()
}

/// What an answer shows of a body, with what the members become that it leaves out.
pub(super) fn shown(family: &Family, body: &Members) -> Members {
    let mut shown = (family.shows)(body);
    shown.retain(|name, _| !family.unseen.contains(&name.as_str()));
    if let (Value::Object(absent), false) = ((family.absent)(), family.merges) {
        shown.extend(absent.into_iter().filter(|(name, _)| !body.contains_key(name)));
    }
    shown
}

/// What a refusal says of itself.
pub(super) fn reason(received: &Received) -> String {
    let body = received.json();
    let errors = body["errors"].as_array().into_iter().flatten();
    let errors: Vec<String> =
        errors.map(|error| format!("{} {}", plain(&error["property"]), plain(&error["message"]))).collect();
    if errors.is_empty() { plain(&body["errorMessage"]) } else { errors.join(", ") }
}

/// The same request in another notation, or with what only the server sets, as its number says.
fn dressed(request: Request, draw: u32) -> Dressed {
    let plainly = |request, check| Dressed { request, pretended: Members::new(), check };
    let (Content::Json(body), Some(expected)) = (&request.content, &request.route.body) else {
        return plainly(request, &check::ACCEPTS_VALID);
    };
    match (draw % 8, Fill::of(draw)) {
        (6, _) => {
            let notation: Notation = NOTATIONS[(draw / 8) as usize % NOTATIONS.len()];
            plainly(request.content(Content::Text(written(body, notation))), &check::SAME_REQUEST)
        }
        (7, _) if (draw / 8).is_multiple_of(2) => {
            let pretended = pretended(expected);
            let mut body = body.clone();
            if let Some(members) = body.as_object_mut() {
                members.extend(pretended.clone());
            }
            let request = request.content(Content::Json(body));
            Dressed { request, pretended, check: &check::IGNORES_READ_ONLY }
        }
        (7, _) => {
            let null = tolerated(&request).into_iter().find(|(what, _)| what.starts_with("null"));
            plainly(null.map_or(request, |(_, request)| request), &check::ACCEPTS_VALID)
        }
        (_, Fill::High | Fill::Low) => plainly(request, &check::REFUSES_BOUNDARY),
        _ => plainly(request, &check::ACCEPTS_VALID),
    }
}

/// Values of members that only the server sets, each of the right type.
fn pretended(expected: &RequestBody) -> Members {
    let properties = expected.definition()["properties"].as_object().into_iter().flatten();
    let value = |property: &Value| match &property["type"] {
        Value::String(one) if one == "integer" => Some(Value::from(424_242)),
        Value::String(one) if one == "string" => Some("00000000-0000-4000-8000-000000424242".into()),
        _ => None,
    };
    let server_sets = properties.filter(|(_, it)| it["readOnly"] == true);
    server_sets.filter_map(|(name, it)| Some((name.clone(), value(it)?))).collect()
}
