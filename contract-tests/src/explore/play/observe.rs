//! Reads lists and compares them with the model.

use openapi::Route;

use super::{
    Play, TargetOperation,
    blame::Witness,
    request::{About, WHOLE},
};
use crate::{
    core::{
        check,
        exchange::Caller,
        profile::family::{Family, Members, Role},
        request::Request,
    },
    explore::{
        model::{Mismatch, plain},
        session::Played,
        step::BodyChoice,
    },
};

impl Play<'_> {
    /// Reads the whole list of a family, for each parent where it has some.
    pub(super) async fn observe(&mut self, family: &'static Family) -> Played {
        self.refusals = 0;
        let Some(route) = self.families.route(family.list) else {
            return self.observe_single(family).await;
        };
        self.load_parents(family).await?;
        for parent in self.parents(family) {
            self.observe_list(TargetOperation { family, role: Role::List, route }, parent).await?;
        }
        Ok(())
    }

    /// Reads the list of the parents if none is known yet.
    pub(super) async fn load_parents(&mut self, family: &'static Family) -> Played {
        let Some(parent) = self.families.named(family.parent) else { return Ok(()) };
        let known = !self.collection(parent).rows.is_empty();
        let Some(route) = self.families.route(parent.list).filter(|_| !known) else {
            return Ok(());
        };
        self.observe_list(TargetOperation { family: parent, role: Role::List, route }, None).await
    }

    /// Reads the only resource of a family without a list.
    async fn observe_single(&mut self, family: &'static Family) -> Played {
        let Some(route) = self.families.route(family.read).filter(|_| family.key.is_empty()) else {
            return Ok(());
        };
        let operation = TargetOperation { family, role: Role::Read, route };
        match self.slot(family, 0) {
            Some(row) => self.read_row(operation, row).await,
            None => self.adopt_single(operation).await,
        }
    }

    async fn observe_list(&mut self, operation: TargetOperation, parent: Option<String>) -> Played {
        let list = self.whole(operation, parent.clone()).await?;
        let collection = self.collection(operation.family);
        if collection.is_disturbed {
            collection.relearn(parent, list);
            return Ok(());
        }
        if !collection.listed.contains_key(&parent) {
            self.adopt(operation.family, parent, list);
            return Ok(());
        }
        if let Some(mismatch) = collection.mismatch(parent.as_ref(), &list) {
            self.explain_list(operation, parent.clone(), &list, mismatch).await?;
            // The breach is known: takes the list as it is, so that it is not found again.
            self.collection(operation.family).rows.retain(|row| row.parent != parent);
            self.adopt(operation.family, parent, list);
            return Ok(());
        }
        self.expect_states_forward(operation, &list)?;
        self.collection(operation.family).learn(parent, list);
        Ok(())
    }

    /// Takes over a list that is seen for the first time.
    fn adopt(&mut self, family: &'static Family, parent: Option<String>, list: Vec<Members>) {
        let collection = self.collection(family);
        for row in &list {
            let key = row.get(family.key).map(plain).unwrap_or_default();
            collection.adopt(key, parent.clone(), row.clone());
        }
        collection.listed.insert(parent, list);
    }

    /// All rows of a list, as long as it is no longer than the largest page.
    pub(super) async fn whole(
        &mut self,
        operation: TargetOperation,
        parent: Option<String>,
    ) -> Played<Vec<Members>> {
        let range = self.profile().range(operation.route, 0, WHOLE);
        self.fetch(operation, parent, range, &[]).await
    }

    /// The request with these words for a part of the list; without any, with none.
    pub(super) fn asking_for(&self, request: &Request, range: Option<String>) -> Request {
        let Some(paging) = self.profile().paging else { return request.clone() };
        let request = request.without(paging.header);
        range.map(|words| request.with(paging.header, words)).unwrap_or(request)
    }

    /// Rows of a list. Anything but success is a breach, because the request is valid and the
    /// parent exists.
    pub(super) async fn fetch(
        &mut self,
        operation: TargetOperation,
        parent: Option<String>,
        range: Option<String>,
        query: &[(&str, &str)],
    ) -> Played<Vec<Members>> {
        let request = self.request(operation, &About::parent(parent), BodyChoice::EXAMPLE);
        let Some(request) = request else { return Ok(Vec::new()) };
        let with = |request: Request, (name, value): &(&str, &str)| request.with(name, *value);
        let request = self.asking_for(&query.iter().fold(request, with), range);
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        if !self.is_success(&received) {
            let message = format!("{} for a valid request", self.ending(&received));
            self.session.found(&check::ACCEPTS_VALID, &operation.route.id, "", message)?;
        }
        Ok(self.rows(operation.route, &received))
    }

    /// The states of all rows move forward only.
    fn expect_states_forward(&mut self, operation: TargetOperation, list: &[Members]) -> Played {
        for row in list {
            self.expect_state_forward(operation.family, operation.route, row)?;
        }
        Ok(())
    }

    /// Checks that the state of a resource is not behind the one that was seen before.
    pub(super) fn expect_state_forward(
        &mut self,
        family: &'static Family,
        route: &'static Route,
        seen: &Members,
    ) -> Played {
        let Some((member, ways)) = family.states else { return Ok(()) };
        let rank = |row: &Members| {
            let state = row.get(member).map(plain)?;
            ways.iter().position(|it| *it == state)
        };
        let key = seen.get(family.key).map(plain).unwrap_or_default();
        let known =
            self.collection(family).find(&key).map(|row| row.value.clone()).unwrap_or_default();
        let (Some(before), Some(now)) = (rank(&known), rank(seen)) else { return Ok(()) };
        if now >= before {
            return Ok(());
        }
        let message = format!("is {} after {}, which is no way to go", ways[now], ways[before]);
        self.session.found(&check::IMMUTABLE, &route.id, &format!("/{member}"), message)
    }

    /// Compares another list of the same resources with the model.
    pub(super) async fn view(&mut self, operation: TargetOperation, index: usize) -> Played {
        self.observe(operation.family).await?;
        let family = operation.family;
        let list = self.whole(operation, None).await?;
        let known: Vec<(String, Members)> = self
            .collection(family)
            .live()
            .map(|row| (row.key.clone(), row.value.clone()))
            .collect();
        let shows = family.views[index].shows;
        let key = |row: &Members| row.get(family.key).map(plain).unwrap_or_default();
        for row in &list {
            let value = known.iter().find(|(known, _)| *known == key(row)).map(|(_, value)| value);
            let good = value.is_some_and(|value| shows(&value.clone().into()));
            if !good {
                let message = format!("shows {}, which does not belong there", key(row));
                self.session.found(&check::ITEM_IS_ROW, &operation.route.id, "", message)?;
            }
            let told = |name: &str| name != family.key && !family.volatile.contains(&name);
            let seen: Members = row.iter().filter(|(name, _)| told(name)).map(own).collect();
            let known = value.cloned().unwrap_or_default();
            if let Some(difference) = crate::explore::model::difference(&seen, &known, &[]) {
                let at = format!("/{}", difference.member);
                let message = format!("is not what {} shows of the same resource", family.list);
                self.session.found(&check::ITEM_IS_ROW, &operation.route.id, &at, message)?;
            }
        }
        let missing = known.iter().find(|(name, value)| {
            shows(&value.clone().into()) && !list.iter().any(|row| key(row) == *name)
        });
        match missing {
            Some((key, _)) => {
                let message = format!("lacks {key}, which {} shows", family.list);
                self.session.found(&check::ITEM_IS_ROW, &operation.route.id, "", message)
            }
            None => Ok(()),
        }
    }

    /// What the list shows of a resource.
    pub(super) async fn row_of(
        &mut self,
        family: &'static Family,
        key: &str,
        parent: Option<String>,
    ) -> Played<Witness> {
        let Some(route) = self.families.route(family.list) else { return Ok(Witness::Absent) };
        let list = self.whole(TargetOperation { family, role: Role::List, route }, parent).await?;
        let row =
            list.into_iter().find(|row| row.get(family.key).map(plain).as_deref() == Some(key));
        Ok(row.map_or(Witness::Gone, Witness::Seen))
    }

    /// What a resource is when it is read alone.
    pub(super) async fn item_of(
        &mut self,
        family: &'static Family,
        about: &About,
    ) -> Played<Witness> {
        let Some(route) = self.families.route(family.read) else { return Ok(Witness::Absent) };
        let operation = TargetOperation { family, role: Role::Read, route };
        let Some(request) = self.request(operation, about, BodyChoice::EXAMPLE) else {
            return Ok(Witness::Absent);
        };
        let received = self.session.send(request.sent(Caller::Customer)).await?;
        let seen = self.is_success(&received).then(|| self.one(route, &received)).flatten();
        Ok(seen.map_or(Witness::Gone, Witness::Seen))
    }
}

fn own((name, value): (&String, &serde_json::Value)) -> (String, serde_json::Value) {
    (name.clone(), value.clone())
}

impl Mismatch {
    /// The mismatch in words, for a message about the list.
    pub(super) fn words(&self) -> String {
        match self {
            Mismatch::Missing(key) => format!("lacks {key}, which exists"),
            Mismatch::Extra(key) => format!("shows {key}, which should not be there"),
            Mismatch::Double(key) => format!("shows {key} twice"),
            Mismatch::Disorder(key) => {
                format!("has {key} at another place than before, or out of order")
            }
            Mismatch::Differs(key, difference) => format!("of {key} {difference}"),
        }
    }

    /// The member that differs, as a pointer.
    pub(super) fn pointer(&self) -> String {
        match self {
            Mismatch::Differs(_, difference) => format!("/{}", difference.member),
            _ => String::new(),
        }
    }
}
