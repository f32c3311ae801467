//! Several clients at the same time: their answers must be linearizable.

use std::collections::BTreeSet;

use openapi::Route;

use super::{
    Play, TargetOperation,
    lifecycle::shown,
    request::{About, WHOLE},
};
use crate::{
    core::{
        check,
        exchange::{Caller, Received, Sent},
        profile::{
            family::{Family, Role},
            refusals::RefusalKind,
        },
    },
    explore::{
        history::{Event, State, outcomes},
        model::{Row, one, plain, rows},
        session::Played,
        step::BodyChoice,
    },
};

/// How many clients send requests at the same time.
const CLIENTS: u32 = 4;
/// How many rounds of updates a resource gets.
const ROUNDS: u32 = 2;

impl Play<'_> {
    pub(super) async fn concurrent(
        &mut self,
        operation: TargetOperation,
        slot: u32,
        choice: BodyChoice,
    ) -> Played {
        match operation.role {
            Role::Create => self.create_concurrently(operation, slot, choice).await,
            Role::Update => self.update_concurrently(operation, slot, choice).await,
            Role::Delete => self.delete_concurrently(operation, slot).await,
            _ => Ok(()),
        }
    }

    /// All clients create one: each gets its own, or only one if a value must be unique.
    async fn create_concurrently(
        &mut self,
        operation: TargetOperation,
        slot: u32,
        choice: BodyChoice,
    ) -> Played {
        let family = operation.family;
        self.observe(family).await?;
        let Some(parent) = self.parent(family, slot) else { return Ok(()) };
        let room = family
            .limit
            .saturating_sub(self.collection(family).live().filter(|it| it.ours).count());
        let Some(request) = self.request(operation, &About::parent(parent.clone()), choice) else {
            return Ok(());
        };
        let taken = self
            .content(operation, &request)
            .get(family.unique)
            .is_some_and(|it| self.collection(family).is_taken(it));
        if room < CLIENTS as usize || taken {
            return Ok(());
        }
        let sent = (0..CLIENTS).map(|_| request.sent(Caller::Customer)).collect();
        let answers = self.session.send_all(sent).await?;
        let mut made: Vec<&Received> = answers.iter().filter(|it| self.is_success(it)).collect();
        // An answer that is the whole list also shows what was made before it.
        made.sort_by_key(|answer| self.rows(operation.route, answer).len());
        let expected = if family.unique.is_empty() { CLIENTS as usize } else { 1 };
        if made.len() != expected {
            let message =
                format!("makes {} of {CLIENTS} at the same time instead of {expected}", made.len());
            self.session.found(&check::LINEARIZABLE, &operation.route.id, "", message)?;
        }
        for answer in made {
            let Some(value) = self.new_one(operation, answer) else { continue };
            let key = value.get(family.key).map(plain).unwrap_or_default();
            let collection = self.collection(family);
            let new = collection.seen.insert(key.clone()) || !family.unique.is_empty();
            collection.rows.push(Row {
                key: key.clone(),
                parent: parent.clone(),
                value,
                alive: true,
                ours: true,
            });
            if !new {
                let message = format!("gives {key} to two clients");
                self.session.found(&check::LINEARIZABLE, &operation.route.id, "", message)?;
            }
        }
        self.changed_by(operation.route, None, &check::LINEARIZABLE);
        self.observe(family).await
    }

    /// Two clients update a resource while two read it.
    async fn update_concurrently(
        &mut self,
        operation: TargetOperation,
        slot: u32,
        choice: BodyChoice,
    ) -> Played {
        let family = operation.family;
        let Some(row) = self.known(family, slot).await?.filter(|row| row.alive) else {
            return Ok(());
        };
        let Some(reader) =
            self.families.route(family.read).or_else(|| self.families.route(family.list))
        else {
            return Ok(());
        };
        // If the key itself changes, readers of the old key rightly see nothing.
        if family.unique == family.key || family.is_off(&check::LINEARIZABLE) {
            return Ok(());
        }
        let about = About::row(&row);
        let mut states = vec![Some(row.value.clone())];
        for round in 0..ROUNDS {
            let (mut sent, mut bodies) = (Vec::new(), Vec::new());
            for client in 0..CLIENTS / 2 {
                let Some(request) = self.request(
                    operation,
                    &about,
                    BodyChoice::MOST.round(64 + 8 * choice.number() + 2 * round + client),
                ) else {
                    return Ok(());
                };
                bodies.push(shown(family, &self.content(operation, &request)));
                sent.push(request.sent(Caller::Customer));
            }
            let Some(read) = self.observe_request(family, reader, &about) else { return Ok(()) };
            sent.resize(CLIENTS as usize, read);
            let answers = self.session.send_all(sent).await?;
            let mut events = Vec::new();
            for (index, answer) in answers.iter().enumerate() {
                events.push(match bodies.get(index) {
                    Some(body) if self.is_success(answer) => Event::Changed(body.clone()),
                    None => self.seen(family, reader, &row.key, answer),
                    Some(_) if self.refuses(RefusalKind::Conflict, operation.route, answer) => {
                        Event::Refused
                    }
                    Some(_) => Event::Missed,
                });
            }
            states = self.linearized(operation, states, &events)?;
        }
        let read = self.observe_request(family, reader, &about);
        let Some(read) = read else { return Ok(()) };
        let last = self.session.send(read).await?;
        let last = self.seen(family, reader, &row.key, &last);
        self.linearized(operation, states, std::slice::from_ref(&last))?;
        if let (Event::Seen(value), Some(row)) = (last, self.collection(family).find_mut(&row.key))
        {
            row.take_over(&value);
        }
        self.changed_by(operation.route, Some(&row.key), &check::LINEARIZABLE);
        self.observe(family).await
    }

    /// All clients remove the same resource: exactly one succeeds.
    async fn delete_concurrently(&mut self, operation: TargetOperation, slot: u32) -> Played {
        let family = operation.family;
        let Some(row) = self.known(family, slot).await?.filter(|row| row.alive) else {
            return Ok(());
        };
        let Some(request) = self.request(operation, &About::row(&row), BodyChoice::EXAMPLE) else {
            return Ok(());
        };
        let removable = (family.removable)(&row.value.clone().into()) == Some(true);
        if !removable || !family.remains.is_empty() {
            return Ok(());
        }
        let sent = (0..CLIENTS).map(|_| request.sent(Caller::Customer)).collect();
        let answers = self.session.send_all(sent).await?;
        let event = |answer: &Received| match answer {
            answer if self.is_success(answer) => Event::Removed,
            answer if self.refuses(RefusalKind::UnknownId, operation.route, answer) => {
                Event::Missed
            }
            _ => Event::Seen(row.value.clone()),
        };
        let events: Vec<Event> = answers.iter().map(event).collect();
        self.linearized(operation, vec![Some(row.value.clone())], &events)?;
        self.changed_by(operation.route, Some(&row.key), &check::LINEARIZABLE);
        self.mark_removed(family, &row.key);
        self.observe(family).await
    }

    /// The states that a round may have led to. If no order of the events leads to any, that is a
    /// breach.
    fn linearized(
        &mut self,
        operation: TargetOperation,
        states: Vec<State>,
        events: &[Event],
    ) -> Played<Vec<State>> {
        let Family { volatile, touched, only_alone, write_only, .. } = operation.family;
        let skip = [*volatile, *touched, *only_alone, *write_only];
        let after: Vec<State> =
            states.iter().flat_map(|state| outcomes(state, events, &skip)).collect();
        if after.is_empty() {
            let kinds: BTreeSet<String> = events.iter().map(in_words).collect();
            let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
            let message =
                format!("leaves what no order explains when clients act at the same time: {kinds}");
            self.session.found(&check::LINEARIZABLE, &operation.route.id, "", message)?;
        }
        Ok(after)
    }

    fn observe_request(
        &self,
        family: &'static Family,
        reader: &'static Route,
        about: &About,
    ) -> Option<Sent> {
        let role = if reader.id == family.read { Role::Read } else { Role::List };
        let operation = TargetOperation { family, role, route: reader };
        let request = self.request(operation, about, BodyChoice::EXAMPLE)?;
        let whole = self.profile().range(reader, 0, WHOLE).filter(|_| role == Role::List);
        Some(self.asking_for(&request, whole).sent(Caller::Customer))
    }

    /// What a client saw of a resource, alone or in a list.
    fn seen(&self, family: &Family, reader: &Route, key: &str, answer: &Received) -> Event {
        let body = answer.json();
        let payload = self.profile().payload(reader, &body);
        let in_list = rows(payload)
            .into_iter()
            .find(|row| row.get(family.key).map(plain).as_deref() == Some(key));
        let alone =
            || one(payload).filter(|_| family.key.is_empty() || payload.is_object()).cloned();
        match in_list.or_else(alone) {
            Some(value) if self.is_success(answer) => Event::Seen(value),
            _ => Event::Missed,
        }
    }
}

fn in_words(event: &Event) -> String {
    match event {
        Event::Changed(_) => "a change".to_owned(),
        Event::Seen(value) => {
            format!("a look at {}", crate::core::judge::shown(&value.clone().into()))
        }
        Event::Removed => "a removal".to_owned(),
        Event::Missed => "a miss".to_owned(),
        Event::Refused => "a refusal".to_owned(),
    }
}
