//! The lifecycle of a visitor's access to the data center: its status at any time, as a function of
//! what was stored and of the clock.
//!
//! A visitor is checked first, and then granted access or denied it. Temporary access is suspended
//! when its time is over. The customer may revoke access, and reactivate what was revoked or
//! suspended.

use serde::{Deserialize, Serialize};

use crate::engine::{Problem, Result, RowType, Table};

pub(super) const ACCESSES: Table<Access> = Table::new("colocation_access", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[ACCESSES.row_type()];

/// How long the check of a visitor takes.
const CHECK_SECONDS: i64 = 60;
/// How long temporary access lasts.
const TEMPORARY_SECONDS: i64 = 7 * 24 * 60 * 60;
/// A visitor whose last name begins like this is denied access, so that clients can be tested with
/// it.
const FAILING: &str = "fail-";

/// What is stored of an access: the visitor, and the times of its lifecycle.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Access {
    pub id: i64,
    pub city: Option<String>,
    pub country_en: String,
    pub created_by: i64,
    pub finger_print_id: Option<i64>,
    pub syntegro_employee_code: Option<String>,
    #[serde(flatten)]
    pub visitor: Visitor,
    /// Why the visitor does not pass the check; `None` for one who does.
    pub refusal: Option<String>,
    /// When the check is over.
    pub checked_at: i64,
    /// When the visitor comes on the access list: after the check, and again after each
    /// reactivation.
    pub listed_at: i64,
    pub revoked_at: Option<i64>,
}

/// What the customer says of a visitor, and what follows from it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Visitor {
    pub visitor_id: i64,
    /// Where the first of the services stands.
    pub datacenter_id: Option<i64>,
    pub email: String,
    pub mobile: String,
    pub first_name: String,
    pub last_name: String,
    pub birth_date: String,
    pub company_name: String,
    pub colocated_access_servers: Vec<ColocatedAccessServer>,
    pub temporary_access: Option<i64>,
    pub visit_requester: Option<i64>,
    pub permanent_requester: Option<i64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ColocatedAccessServer {
    pub coloserver_id: i64,
    pub rackname: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Granted,
    Pending,
    Denied,
    Revoked,
    Suspended,
}

impl Status {
    /// The same rule as [`Access::status`], for the database; `?` is the time.
    pub(super) fn condition(self) -> &'static str {
        match self {
            Status::Granted => {
                "revoked = 0 AND refused = 0 AND ? BETWEEN checked_at AND ends_at - 1"
            }
            Status::Pending => "revoked = 0 AND checked_at > ?",
            Status::Denied => "revoked = 0 AND refused = 1 AND checked_at <= ?",
            // Revoked access stays so; the comparison only uses up the parameter.
            Status::Revoked => "revoked = (? IS NOT NULL)",
            Status::Suspended => "revoked = 0 AND refused = 0 AND ends_at <= ?",
        }
    }
}

impl Visitor {
    /// What the check looks at: who comes, and for how long.
    fn checked(&self) -> (&str, &str, &str, bool) {
        (&self.first_name, &self.last_name, &self.birth_date, self.is_temporary())
    }

    fn is_temporary(&self) -> bool {
        self.temporary_access == Some(1)
    }
}

impl Access {
    pub(super) fn status(&self, now: i64) -> Status {
        match self.ends_at() {
            _ if self.revoked_at.is_some() => Status::Revoked,
            _ if now < self.checked_at => Status::Pending,
            _ if self.refusal.is_some() => Status::Denied,
            Some(end) if end <= now => Status::Suspended,
            _ => Status::Granted,
        }
    }

    /// When temporary access ends.
    pub(super) fn ends_at(&self) -> Option<i64> {
        self.visitor.is_temporary().then_some(self.listed_at + TEMPORARY_SECONDS)
    }

    /// Begins the check anew; earlier results are dropped.
    pub(super) fn check_again(&mut self, now: i64) {
        let fails = self.visitor.last_name.starts_with(FAILING);
        self.refusal = fails.then(|| "The visitor did not pass the check".to_owned());
        self.checked_at = now + CHECK_SECONDS;
        self.listed_at = self.checked_at;
    }

    /// Replaces the visitor, who is checked again if what the check looks at has changed.
    pub(super) fn replace_visitor(&mut self, visitor: Visitor, now: i64) {
        let same = self.visitor.checked() == visitor.checked();
        self.visitor = visitor;
        if !same {
            self.check_again(now);
        }
    }

    /// Revokes the access, or the request for it; a second time changes nothing.
    pub(super) fn revoke(&mut self, now: i64) -> Result<()> {
        match self.status(now) {
            Status::Denied => {
                Err(Problem::forbidden().because("Access that was denied cannot be revoked"))
            }
            Status::Revoked => Ok(()),
            Status::Granted | Status::Pending | Status::Suspended => {
                self.revoked_at = Some(now);
                Ok(())
            }
        }
    }

    /// Reactivates the access. A check that was not over when the access was revoked begins anew.
    pub(super) fn reactivate(&mut self, now: i64) -> Result<()> {
        match (self.status(now), self.revoked_at.take()) {
            (Status::Denied, _) => {
                return Err(
                    Problem::forbidden().because("Access that was denied cannot be reactivated")
                );
            }
            (Status::Revoked, Some(at)) if at < self.checked_at => self.check_again(now),
            (Status::Revoked | Status::Suspended, _) => self.listed_at = now,
            (Status::Granted | Status::Pending, _) => {}
        }
        Ok(())
    }

    /// When the visitor came on the access list and when they left it, as far as that has happened.
    pub(super) fn listed(&self, now: i64) -> (Option<i64>, Option<i64>) {
        match self.status(now) {
            Status::Pending | Status::Denied => (None, None),
            Status::Granted => (Some(self.listed_at), None),
            Status::Suspended => (Some(self.listed_at), self.ends_at()),
            Status::Revoked => {
                let left = self.revoked_at.filter(|at| self.checked_at <= *at);
                let left = left.map(|at| self.ends_at().map_or(at, |end| end.min(at)));
                (left.map(|_| self.listed_at), left)
            }
        }
    }

    /// When the visitor passed the check, if that has happened.
    pub(super) fn verified_at(&self, now: i64) -> Option<i64> {
        (self.refusal.is_none() && self.is_checked(now)).then_some(self.checked_at)
    }

    /// Whether the check was over before the access was revoked, or is by now.
    pub(super) fn is_checked(&self, now: i64) -> bool {
        self.checked_at <= self.revoked_at.unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::Connection;

    use super::*;

    const NOW: i64 = 1_767_225_600;

    const STATES: [Status; 5] =
        [Status::Granted, Status::Pending, Status::Denied, Status::Revoked, Status::Suspended];

    fn visitor(last_name: &str, temporary: bool) -> Visitor {
        Visitor {
            visitor_id: 1,
            datacenter_id: None,
            email: "eva.smit@lighthouse.example".to_owned(),
            mobile: "+31655550111".to_owned(),
            first_name: "Eva".to_owned(),
            last_name: last_name.to_owned(),
            birth_date: "1990-06-15".to_owned(),
            company_name: "Lighthouse Games B.V.".to_owned(),
            colocated_access_servers: Vec::new(),
            temporary_access: temporary.then_some(1),
            visit_requester: None,
            permanent_requester: None,
        }
    }

    fn access(visitor: Visitor) -> Access {
        let mut access = Access {
            id: 1,
            city: None,
            country_en: "Netherlands".to_owned(),
            created_by: 1,
            finger_print_id: None,
            syntegro_employee_code: None,
            visitor,
            refusal: None,
            checked_at: NOW,
            listed_at: NOW,
            revoked_at: None,
        };
        access.check_again(NOW);
        access
    }

    /// The states in which the database finds this row.
    fn found(db: &Connection, access: &Access, now: i64) -> Vec<Status> {
        db.execute("DELETE FROM colocation_access", ()).unwrap();
        let body = serde_json::to_string(access).unwrap();
        db.execute("INSERT INTO colocation_access (account, body) VALUES (7, ?1)", [body]).unwrap();
        let finds = |status: &Status| {
            let sql = format!("SELECT 1 FROM colocation_access WHERE {}", status.condition());
            db.prepare(&sql).unwrap().exists([now]).unwrap()
        };
        STATES.into_iter().filter(finds).collect()
    }

    /// What a customer does, or the clock.
    #[derive(Debug, Clone)]
    enum Event {
        Wait(i64),
        Revoke,
        Reactivate,
        /// The visitor gets this name and is temporary or not.
        Replace(&'static str, bool),
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let wait = prop_oneof![
            1..CHECK_SECONDS,
            Just(CHECK_SECONDS),
            1..TEMPORARY_SECONDS,
            Just(TEMPORARY_SECONDS)
        ];
        let event = prop_oneof![
            2 => wait.prop_map(Event::Wait),
            1 => Just(Event::Revoke),
            1 => Just(Event::Reactivate),
            1 => (prop_oneof![Just("Smit"), Just("fail-Smit")], any::<bool>())
                .prop_map(|(name, temporary)| Event::Replace(name, temporary)),
        ];
        prop::collection::vec(event, 0..24)
    }

    /// What the machine is, told without times: what remains of the check or of temporary access,
    /// and what was revoked.
    #[derive(Debug, Clone)]
    struct Model {
        name: &'static str,
        temporary: bool,
        check_left: i64,
        access_left: i64,
        /// Whether the access is revoked, and whether its check was over then.
        revoked: Option<bool>,
    }

    impl Model {
        fn new(name: &'static str, temporary: bool) -> Model {
            let access_left = TEMPORARY_SECONDS;
            Model { name, temporary, check_left: CHECK_SECONDS, access_left, revoked: None }
        }

        fn status(&self) -> Status {
            match self {
                Model { revoked: Some(_), .. } => Status::Revoked,
                Model { check_left: 1.., .. } => Status::Pending,
                Model { name: "fail-Smit", .. } => Status::Denied,
                Model { temporary: true, access_left: ..=0, .. } => Status::Suspended,
                _ => Status::Granted,
            }
        }

        fn after(self, event: &Event) -> Model {
            let fresh = Model::new(self.name, self.temporary);
            match (event, self.status()) {
                (Event::Wait(seconds), _) => {
                    let checking = self.check_left.min(*seconds);
                    let check_left = self.check_left - checking;
                    Model {
                        check_left,
                        access_left: self.access_left - (seconds - checking),
                        ..self
                    }
                }
                (Event::Replace(name, temporary), _) => {
                    if (*name, *temporary) == (self.name, self.temporary) {
                        return self;
                    }
                    Model { revoked: self.revoked.map(|_| false), ..Model::new(name, *temporary) }
                }
                (Event::Revoke, Status::Denied | Status::Revoked) => self,
                (Event::Revoke, _) => Model { revoked: Some(self.check_left == 0), ..self },
                (Event::Reactivate, Status::Revoked) if self.revoked == Some(false) => fresh,
                (Event::Reactivate, Status::Revoked | Status::Suspended) => {
                    Model { access_left: TEMPORARY_SECONDS, revoked: None, ..self }
                }
                (Event::Reactivate, _) => self,
            }
        }
    }

    proptest! {
        #[test]
        fn access_goes_the_ways_of_its_states_and_the_database_agrees(events in events()) {
            let db = Connection::open_in_memory().unwrap();
            db.execute_batch(include_str!("schema.sql")).unwrap();
            let (mut access, mut model) = (access(visitor("Smit", true)), Model::new("Smit", true));
            let mut now = NOW;
            for event in &events {
                let before = model.status();
                let done = match event {
                    Event::Wait(seconds) => {
                        now += seconds;
                        Ok(())
                    }
                    Event::Revoke => access.revoke(now),
                    Event::Reactivate => access.reactivate(now),
                    Event::Replace(name, temporary) => {
                        access.replace_visitor(visitor(name, *temporary), now);
                        Ok(())
                    }
                };
                let refusable = matches!(event, Event::Revoke | Event::Reactivate);
                prop_assert_eq!(done.is_err(), refusable && before == Status::Denied);
                model = model.after(event);
                prop_assert_eq!(access.status(now), model.status(), "after {:?}", event);
                prop_assert_eq!(found(&db, &access, now), [model.status()]);
                let (came, left) = access.listed(now);
                let is_past = |at: Option<i64>| at.is_none_or(|at| at <= now);
                prop_assert!(is_past(came) && is_past(left));
                let is_listed = came.is_some() && left.is_none();
                prop_assert_eq!(is_listed, model.status() == Status::Granted);
            }
        }
    }

    #[test]
    fn a_request_is_pending_until_the_check_is_over() {
        let (good, bad) = (access(visitor("Smit", false)), access(visitor("fail-Smit", false)));
        assert_eq!(good.status(NOW + CHECK_SECONDS - 1), Status::Pending);
        assert_eq!(good.status(NOW + CHECK_SECONDS), Status::Granted);
        assert_eq!(bad.status(NOW + CHECK_SECONDS - 1), Status::Pending);
        assert_eq!(bad.status(NOW + CHECK_SECONDS), Status::Denied);
        let verified = |access: &Access| access.verified_at(NOW + CHECK_SECONDS);
        assert_eq!((verified(&good), verified(&bad)), (Some(NOW + CHECK_SECONDS), None));
    }
}
