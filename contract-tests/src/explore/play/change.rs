//! Updates and actions.

use openapi::RequestBody;
use serde_json::Value;

use super::{
    Play, TargetOperation,
    lifecycle::shown,
    request::About,
    variant::{Variant, variant_of},
};
use crate::{
    core::{
        check::{self, Check},
        exchange::{Caller, Received},
        profile::{family::Members, refusals::RefusalKind},
    },
    explore::{
        model::{Difference, Row, plain},
        session::Played,
        step::BodyChoice,
    },
};

impl Play<'_> {
    pub(super) async fn update(
        &mut self,
        operation: TargetOperation,
        slot: u32,
        choice: BodyChoice,
    ) -> Played {
        let Some(row) = self.known(operation.family, slot).await? else { return Ok(()) };
        let Some(request) = self.request(operation, &About::row(&row), choice) else {
            return Ok(());
        };
        let body = self.content(operation, &request);
        let Variant { request, read_only, check } = variant_of(request, choice);
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        if !row.alive {
            return self.expect_refused_as_gone(operation, &row, &received).await;
        }
        let unique = operation.family.unique;
        let renamed = body.get(unique).filter(|value| row.value.get(unique) != Some(value));
        if renamed.is_some_and(|value| self.collection(operation.family).is_taken(value)) {
            return self.expect_refused_as_taken(operation, &received).await;
        }
        if !self.is_success(&received) {
            return self.report_refusal(check, operation.route, &received);
        }
        let expected = self.updated(operation, &row, &body);
        self.changed(operation, &row, expected, Some(&body), &received, &check::CHANGE_IS_KEPT)
            .await?;
        let now = self.collection(operation.family).find(&row.key).cloned().unwrap_or(row);
        self.expect_read_only_ignored(operation, &read_only, &now)
    }

    /// An update is idempotent: the same one again succeeds and changes nothing.
    pub(super) async fn update_again(
        &mut self,
        operation: TargetOperation,
        slot: u32,
        choice: BodyChoice,
    ) -> Played {
        self.update(operation, slot, choice).await?;
        let Some(row) = self.known(operation.family, slot).await?.filter(|row| row.alive) else {
            return Ok(());
        };
        let Some(request) = self.request(operation, &About::row(&row), choice) else {
            return Ok(());
        };
        let unique = operation.family.unique;
        // A value that another resource has was refused the first time.
        if self
            .content(operation, &request)
            .get(unique)
            .is_some_and(|value| row.value.get(unique) != Some(value))
        {
            return Ok(());
        }
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        if !self.is_success(&received) {
            return self.report_refusal(&check::IDEMPOTENT, operation.route, &received);
        }
        let expected = row.value.clone();
        self.changed(operation, &row, expected, None, &received, &check::IDEMPOTENT).await
    }

    /// What a resource should be after an update.
    fn updated(&self, operation: TargetOperation, row: &Row, body: &Members) -> Members {
        let family = operation.family;
        let mut expected = row.value.clone();
        if let Some(changes) = family.changes {
            changes(&mut expected, body);
            return expected;
        }
        if !family.merges {
            let settable = operation.route.body.iter().flat_map(settable);
            let left_out: Vec<String> = settable.filter(|name| !body.contains_key(name)).collect();
            expected.retain(|name, _| !left_out.contains(name));
        }
        expected.extend(shown(family, body));
        expected
    }

    /// Compares the answer to a change with the model, then reads whether the change was stored.
    pub(super) async fn changed(
        &mut self,
        operation: TargetOperation,
        row: &Row,
        mut expected: Members,
        sent: Option<&Members>,
        received: &Received,
        check: &'static Check,
    ) -> Played {
        let family = operation.family;
        expected.retain(|name, _| !family.touched.contains(&name.as_str()));
        if let Some(came) = self.one(operation.route, received).filter(|_| family.shows_changes) {
            let only_alone = |difference: &Difference| {
                family.only_alone.contains(&difference.member.as_str()) && difference.came.is_none()
            };
            if let Some(difference) =
                Self::answer_differs(family, &expected, Some(&came)).filter(|it| !only_alone(it))
            {
                let sent = sent.is_none_or(|sent| sent.contains_key(&difference.member));
                let check = if sent { check } else { &check::CHANGE_IS_KEPT };
                self.session.found(
                    check,
                    &operation.route.id,
                    &format!("/{}", difference.member),
                    difference.to_string(),
                )?;
            }
            self.expect_not_earlier(operation, row, &came)?;
            expected.extend(came);
        }
        let key = expected.get(family.key).map_or_else(|| row.key.clone(), plain);
        self.changed_by(operation.route, Some(&key), check);
        let collection = self.collection(family);
        if key != row.key {
            collection.rows.push(Row { alive: false, ..row.clone() });
            collection.seen.insert(key.clone());
        }
        // The removed resource with the same key was added behind it.
        let living = collection.rows.iter_mut().find(|it| it.alive && it.key == row.key);
        if let Some(living) = living {
            living.value = expected;
            living.key.clone_from(&key);
        }
        self.after_change(family, key).await
    }

    fn expect_not_earlier(
        &mut self,
        operation: TargetOperation,
        row: &Row,
        came: &Members,
    ) -> Played {
        let number = |members: &Members, name: &str| members.get(name).and_then(Value::as_i64);
        let is_back = |name: &str| {
            number(came, name).zip(number(&row.value, name)).is_some_and(|(now, then)| now < then)
        };
        let back = operation.family.touched.iter().find(|name| is_back(name));
        match back {
            Some(name) => {
                let message = "is earlier than it was before the change".to_owned();
                self.session.found(
                    &check::IMMUTABLE,
                    &operation.route.id,
                    &format!("/{name}"),
                    message,
                )
            }
            None => Ok(()),
        }
    }

    pub(super) async fn perform(
        &mut self,
        operation: TargetOperation,
        index: usize,
        slot: u32,
        choice: BodyChoice,
    ) -> Played {
        let action = &operation.family.actions[index];
        let Some(row) = self.known(operation.family, slot).await? else { return Ok(()) };
        let Some(request) = self.request(operation, &About::row(&row), choice) else {
            return Ok(());
        };
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        if !row.alive {
            return self.expect_refused_as_gone(operation, &row, &received).await;
        }
        let allowed = (action.allowed)(&row.value.clone().into());
        let refused = self.refuses(RefusalKind::State, operation.route, &received);
        if allowed == Some(false) || (allowed.is_none() && refused) {
            return self.expect_refused_for_state(operation, &received).await;
        }
        if !self.is_success(&received) {
            return self.report_refusal(&check::ACCEPTS_VALID, operation.route, &received);
        }
        let mut expected = row.value.clone();
        (action.effect)(&mut expected, &self.content(operation, &request).into());
        self.changed(operation, &row, expected, None, &received, &check::CHANGE_IS_KEPT).await?;
        let now = self.collection(operation.family).find(&row.key).map(|row| row.value.clone());
        if now.is_none_or(|now| (action.done)(&now.into())) {
            return Ok(());
        }
        let message = "answers success, and the resource is as before".to_owned();
        self.session.found(&check::CHANGE_IS_KEPT, &operation.route.id, "", message)
    }

    pub(super) async fn expect_refused_for_state(
        &mut self,
        operation: TargetOperation,
        received: &Received,
    ) -> Played {
        if !self.refuses(RefusalKind::State, operation.route, received) {
            let message = format!("{} in a state that does not allow it", self.ending(received));
            self.session.found(&check::IMMUTABLE, &operation.route.id, "", message)?;
        }
        self.count_refusal(operation, &check::REFUSAL_IS_HARMLESS).await
    }
}

/// The members of a body that a client may set.
fn settable(expected: &RequestBody) -> Vec<String> {
    let properties = expected.definition()["properties"].as_object().into_iter().flatten();
    properties.filter(|(_, it)| it["readOnly"] != true).map(|(name, _)| name.clone()).collect()
}
