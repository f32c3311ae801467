//! Faults of what becomes of state: what is done twice, not at all, or to something else.

use openapi::{Route, plain};
use serde_json::Value;

use super::{
    answer::{self, done, refused},
    faulty::Faulty,
    kind::FaultKind,
    request,
};
use crate::core::{
    exchange::{Caller, Received, Sent, wire_path},
    fields::field,
    profile::refusals::RefusalKind,
    request::{Encoding, member},
    transport::Answered,
};

/// The request with every other member as `other` has it.
fn mixed(sent: &Sent, other: &Value) -> Sent {
    let mut body = sent.json();
    let members = body.as_object_mut().into_iter().flatten();
    for (name, value) in members.step_by(2) {
        if let Some(theirs) = other.get(name) {
            *value = theirs.clone();
        }
    }
    Sent { body: body.to_string().into_bytes(), ..sent.clone() }
}

/// Whether a request names an id, in its path or in this member of its body.
fn names(sent: &Sent, parameter: &str, id: &str) -> bool {
    let in_body = field(sent, parameter).is_some_and(|named| named == id);
    in_body || sent.target.split('/').any(|part| part == id)
}

/// The request about something else.
fn about(route: &Route, sent: &Sent, parameter: &str, id: &str) -> Sent {
    let Some(value) = member::value(route, parameter, id) else {
        let target = wire_path(route).replace(&format!("{{{parameter}}}"), id);
        return Sent { target, ..sent.clone() };
    };
    let mut body = sent.json();
    body[parameter] = value;
    Sent { body: body.to_string().into_bytes(), ..sent.clone() }
}

fn json_type() -> (String, String) {
    ("content-type".to_owned(), Encoding::Json.media().to_owned())
}

impl Faulty {
    /// The answer of a fault that does more than to change the request or the answer; `None` for
    /// all others.
    pub(super) async fn answer_of_fault(&self, sent: &Sent) -> Option<Answered> {
        let success = sent.route.map_or(200, |route| route.success);
        Some(match &self.fault.kind {
            FaultKind::Noop => self.noop(sent, success).await,
            FaultKind::Fail { member, when }
                if when.is(sent.json().get(member)) && sent.json().is_object() =>
            {
                Ok(refused(self.profile, RefusalKind::Failure))
            }
            FaultKind::Tolerate { member, value } => self.tolerate(sent, member, value).await,
            FaultKind::LostUpdate { read } => self.lost_update(sent, read, success).await,
            FaultKind::Hide { key, .. } => self.hide(sent, key).await,
            FaultKind::Twice => self.twice(sent).await,
            FaultKind::AlsoToAnother { list, key, parameter } => {
                self.also_to_another(sent, list, key, parameter).await
            }
            FaultKind::Upsert { create } => self.upsert(sent, create).await,
            FaultKind::ReuseId(at) => self.reuse_id(sent, at).await,
            FaultKind::Race => self.race(sent).await,
            FaultKind::Stale(every) => self.stale(sent, *every).await,
            FaultKind::Creeping(at) => self.creeping(sent, at).await,
            FaultKind::ClampStart => self.clamp_start(sent).await,
            _ => return None,
        })
    }

    /// Whether an answer refuses a request for this reason.
    fn refuses(&self, kind: RefusalKind, sent: &Sent, received: &Received) -> bool {
        sent.route.is_some_and(|route| self.profile.refusals.refuses(kind, route, received))
    }

    /// The resource in an answer, which may stand in a list of one.
    fn row<'a>(&self, sent: &Sent, body: &'a mut Value) -> Option<&'a mut Value> {
        let payload = self.profile.payload_mut(sent.route?, body)?;
        if payload.is_array() { payload.get_mut(0) } else { Some(payload) }
    }

    /// Answers success to authorized callers without forwarding the request. Where the body names
    /// the operation, a success has one, too: that of the first time, which is really done.
    async fn noop(&self, sent: &Sent, success: u16) -> Answered {
        let anyway = matches!(sent.caller, Caller::Customer);
        let route = sent.route.filter(|route| route.method == sent.method && anyway);
        match route {
            Some(_) if sent.body.is_empty() => return Ok(done(success, &Value::Null)),
            Some(route) if member::names_operation(route) => {}
            _ => return self.inner.send(sent).await,
        }
        if let Some(first) = self.first_success() {
            return Ok(first);
        }
        let received = self.inner.send(sent).await?;
        if self.profile.is_success(&received) {
            self.keep_first_success(&received);
        }
        Ok(received)
    }

    /// A request of another operation about what a request names, and nothing else.
    fn about_the_same(&self, route: &'static Route, sent: &Sent) -> Sent {
        let (method, headers, body) = (route.method.clone(), Vec::new(), Vec::new());
        let plainly = Sent { route: Some(route), method, headers, body, ..sent.clone() };
        if !member::names_operation(route) {
            return plainly;
        }
        let (named, ids) = (sent.json(), self.profile.ids_in_body(route));
        let ids = ids.into_iter().map(|name| (name, &named[name]));
        let members = route.body.iter().flat_map(member::constants).chain(ids);
        let members = members.map(|(name, value)| (name.to_owned(), value.clone()));
        let body = Value::Object(members.collect());
        Sent { headers: vec![json_type()], body: body.to_string().into_bytes(), ..plainly }
    }

    async fn tolerate(&self, sent: &Sent, member: &str, value: &Value) -> Answered {
        let received = self.inner.send(sent).await?;
        let refusals = &self.profile.refusals;
        let named = (refusals.named)(&received.json());
        let is_named = !named.is_empty() && named.iter().all(|error| error.property == member);
        // Where refusals name nothing, whatever else is wrong is refused again.
        let only_this = is_named || refusals.errors.is_empty();
        if !self.refuses(RefusalKind::Body, sent, &received) || !only_this {
            return Ok(received);
        }
        let store = FaultKind::Store { member: member.to_owned(), value: value.clone() };
        self.inner.send(&request::broken(&store, self.profile, sent)).await
    }

    async fn lost_update(&self, sent: &Sent, read: &str, success: u16) -> Answered {
        let Some(route) = self.profile.contract.route(read) else {
            return self.inner.send(sent).await;
        };
        let look = self.about_the_same(route, sent);
        let before = self.inner.send(&look).await?;
        let body = sent.json();
        let is_read = self.profile.is_success(&before);
        let (true, Some(changes), false) = (is_read, body.as_object(), body.is_null()) else {
            return self.inner.send(sent).await;
        };
        let mut shown = before.json();
        if let Some(row) = self.row(&look, &mut shown) {
            for (name, value) in changes {
                row[name] = value.clone();
            }
        }
        Ok(done(success, &shown))
    }

    async fn hide(&self, sent: &Sent, key: &str) -> Answered {
        let received = self.inner.send(sent).await?;
        let mut body = received.json();
        let id = self.row(sent, &mut body).and_then(|row| row.get(key)).filter(|id| !id.is_null());
        if let Some(id) = id.filter(|_| self.profile.is_success(&received)) {
            self.remember(|memory| memory.hidden.push(plain(id)));
        }
        Ok(received)
    }

    async fn twice(&self, sent: &Sent) -> Answered {
        let first = self.inner.send(sent).await?;
        if self.profile.is_success(&first) {
            self.inner.send(sent).await?;
        }
        Ok(first)
    }

    async fn also_to_another(
        &self,
        sent: &Sent,
        list: &str,
        key: &str,
        parameter: &str,
    ) -> Answered {
        let received = self.inner.send(sent).await?;
        let (Some(route), Some(list), true) =
            (sent.route, self.profile.contract.route(list), self.profile.is_success(&received))
        else {
            return Ok(received);
        };
        let target = wire_path(list).to_owned();
        let look = Sent { target, ..self.about_the_same(list, sent) };
        let body = self.inner.send(&look).await?.json();
        let rows = self.profile.payload(list, &body).as_array().into_iter().flatten();
        let ids = rows.map(|row| plain(&row[key]));
        let mut others = ids.filter(|id| !names(sent, parameter, id));
        if let Some(other) = others.next() {
            self.inner.send(&about(route, sent, parameter, &other)).await?;
        }
        Ok(received)
    }

    async fn upsert(&self, sent: &Sent, create: &str) -> Answered {
        let received = self.inner.send(sent).await?;
        let is_unknown = self.refuses(RefusalKind::UnknownId, sent, &received);
        let Some(create) = self.profile.contract.route(create).filter(|_| is_unknown) else {
            return Ok(received);
        };
        let made = Sent {
            route: Some(create),
            method: create.method.clone(),
            target: wire_path(create).to_owned(),
            ..sent.clone()
        };
        self.inner.send(&made).await
    }

    async fn reuse_id(&self, sent: &Sent, key: &str) -> Answered {
        let mut received = self.inner.send(sent).await?;
        if self.profile.is_success(&received) {
            answer::edit(&mut received, |body| {
                let Some(row) = self.row(sent, body) else { return };
                let first = self.remember(|memory| {
                    memory.first_id.get_or_insert_with(|| row[key].clone()).clone()
                });
                row[key] = first;
            });
        }
        Ok(received)
    }

    async fn race(&self, sent: &Sent) -> Answered {
        let mine = (sent.target.clone(), sent.json());
        let other = self.remember(|memory| {
            let other = memory.under_way.iter().find(|(target, _)| *target == sent.target).cloned();
            memory.under_way.push(mine.clone());
            other
        });
        let mixed = other.map_or_else(|| sent.clone(), |(_, other)| mixed(sent, &other));
        let answered = self.inner.send(&mixed).await;
        self.remember(|memory| {
            let place = memory.under_way.iter().position(|it| *it == mine);
            place.map(|place| memory.under_way.swap_remove(place))
        });
        answered
    }

    async fn stale(&self, sent: &Sent, every: u64) -> Answered {
        let received = self.inner.send(sent).await?;
        if !self.profile.is_success(&received) {
            return Ok(received);
        }
        let body = String::from_utf8_lossy(&sent.body);
        let name = format!("{} {:?} {body}", sent.target, sent.headers);
        Ok(self.remember(|memory| {
            memory.reads += 1;
            let before = memory.answers.insert(name, received.clone());
            if memory.reads.is_multiple_of(every) { before.unwrap_or(received) } else { received }
        }))
    }

    async fn creeping(&self, sent: &Sent, key: &str) -> Answered {
        let mut received = self.inner.send(sent).await?;
        if self.profile.is_success(&received) {
            let reads = self.remember(|memory| {
                memory.reads += 1;
                memory.reads
            });
            answer::edit(&mut received, |body| {
                let member = self.row(sent, body).and_then(|row| row.get_mut(key));
                if let Some(member) = member
                    && let Some(number) = member.as_i64()
                {
                    *member = number.saturating_add_unsigned(reads).into();
                }
            });
        }
        Ok(received)
    }

    async fn clamp_start(&self, sent: &Sent) -> Answered {
        let received = self.inner.send(sent).await?;
        let asked = request::range(sent, self.profile);
        let body = received.json();
        let list = sent.route.map(|route| self.profile.payload(route, &body));
        let beyond = asked.is_some_and(|(start, rows)| start > 0 && rows > 0)
            && list.and_then(Value::as_array).is_some_and(Vec::is_empty);
        if !beyond {
            return Ok(received);
        }
        let mut first = sent.clone();
        request::drop_range(&mut first, self.profile);
        self.inner.send(&first).await
    }
}
