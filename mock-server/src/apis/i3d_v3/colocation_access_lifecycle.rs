//! The access of a visitor to the data center: what it is at any time, as a function of what was stored and of the
//! clock.
//!
//! A visitor is checked first, and then granted access or denied it. Temporary access is suspended when its time is
//! over. The customer may revoke access, and reactivate what was revoked or suspended.

use serde::{Deserialize, Serialize};

use crate::engine::{Problem, Result};

/// How long the check of a visitor takes.
const CHECK_SECONDS: i64 = 60;
/// How long temporary access lasts.
const TEMPORARY_SECONDS: i64 = 7 * 24 * 60 * 60;
/// A visitor whose last name begins like this is denied access, so that a client can see it happen.
const FAILING: &str = "fail-";

/// What is stored of a visitor: who they are, and when what happens to their access.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Access {
    pub id: i64,
    pub datacenter_id: Option<i64>,
    pub city: Option<String>,
    pub country_en: String,
    pub created_by: i64,
    pub finger_print_id: Option<i64>,
    pub syntegro_employee_code: Option<String>,
    #[serde(flatten)]
    pub visitor: Visitor,
    /// Why the check ends badly; `None` for a visitor who is granted access.
    pub refusal: Option<String>,
    /// When the check is over.
    pub checked_at: i64,
    /// When the visitor comes on the access list: after the check, and again after each reactivation.
    pub listed_at: i64,
    pub revoked_at: Option<i64>,
}

/// What the customer says of a visitor.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Visitor {
    pub visitor_id: i64,
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
    pub(super) const ALL: [Status; 5] =
        [Status::Granted, Status::Pending, Status::Denied, Status::Revoked, Status::Suspended];

    /// The same rule as [`Access::status`], for the database; `?` is the time.
    pub(super) fn condition(self) -> &'static str {
        match self {
            Status::Granted => "revoked = 0 AND refused = 0 AND ? BETWEEN checked_at AND ends_at - 1",
            Status::Pending => "revoked = 0 AND checked_at > ?",
            Status::Denied => "revoked = 0 AND refused = 1 AND checked_at <= ?",
            // All that is revoked is, whatever the time.
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

    /// Asks for the access again; nothing that was decided before counts.
    pub(super) fn check_again(&mut self, now: i64) {
        let fails = self.visitor.last_name.starts_with(FAILING);
        self.refusal = fails.then(|| "The visitor did not pass the check".to_owned());
        self.checked_at = now + CHECK_SECONDS;
        self.listed_at = self.checked_at;
    }

    /// Puts `visitor` in the place of the one before, who is checked again if it is another or stays longer.
    pub(super) fn replace_visitor(&mut self, visitor: Visitor, now: i64) {
        let same = self.visitor.checked() == visitor.checked();
        self.visitor = visitor;
        if !same {
            self.check_again(now);
        }
    }

    /// Withdraws the access, or the request for it; twice is once.
    pub(super) fn revoke(&mut self, now: i64) -> Result<()> {
        match self.status(now) {
            Status::Denied => Err(Problem::forbidden().because("Access that was denied cannot be revoked")),
            Status::Revoked => Ok(()),
            Status::Granted | Status::Pending | Status::Suspended => {
                self.revoked_at = Some(now);
                Ok(())
            }
        }
    }

    /// Restores the access. A check that was not over when the access was revoked begins anew.
    pub(super) fn reactivate(&mut self, now: i64) -> Result<()> {
        match (self.status(now), self.revoked_at.take()) {
            (Status::Denied, _) => {
                return Err(Problem::forbidden().because("Access that was denied cannot be reactivated"));
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
