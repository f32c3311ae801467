//! Coverage of a contract: what it documents, beside what was reached.

pub mod reached;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Display},
    ops::AddAssign,
};

use openapi::{Contract, Route};
use serde::Serialize;

use crate::core::coverage::reached::{Reached, Touched, label};

/// The verb whose runs tell what was reached, and not what held.
pub const COVERAGE: &str = "coverage";

/// A part of a whole, as in 3/4.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many were reached.
    pub reached: usize,
    /// How many there are.
    pub of: usize,
}

/// The figures of one operation, of a group, or of a whole contract.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Operations that succeeded.
    pub operations: Share,
    /// Documented statuses of operations, but for server errors.
    pub statuses: Share,
    /// Documented server errors of operations.
    pub server_errors: Share,
    /// Parameters of requests that succeeded.
    pub parameters: Share,
    /// Properties of good answers.
    pub properties: Share,
}

/// Whether a status of an operation is documented, and how often it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is documented, and came this many times.
    Reached(u64),
    /// It is documented, and never came.
    Missing,
    /// It is not documented for the operation, and came this many times.
    Undocumented(u64),
}

/// One operation, and what was reached of it.
#[derive(Clone, Copy)]
pub struct Covered<'a> {
    /// The operation.
    pub route: &'static Route,
    touched: Option<&'a Touched>,
}

/// The operations of each group of a contract.
pub type Groups<'a> = BTreeMap<&'static str, Vec<Covered<'a>>>;

/// The operations of a contract by group, with what was reached of them.
pub fn groups<'a>(contract: &'static Contract, reached: &'a Reached) -> Groups<'a> {
    let mut groups = Groups::new();
    for route in &contract.routes {
        groups
            .entry(&route.tag)
            .or_default()
            .push(Covered { route, touched: reached.of(&route.id) });
    }
    groups
}

/// The figures of several operations together.
pub fn figures<'a>(operations: impl IntoIterator<Item = &'a Covered<'a>>) -> Figures {
    operations.into_iter().map(Covered::figures).fold(Figures::default(), |mut sum, one| {
        sum += one;
        sum
    })
}

impl Covered<'_> {
    /// Whether it was called at all.
    pub fn is_touched(&self) -> bool {
        self.touched.is_some()
    }

    /// Whether it succeeded at least once.
    pub fn succeeded(&self) -> bool {
        self.touched.is_some_and(|touched| touched.successes() > 0)
    }

    /// The statuses that it was answered with.
    pub fn statuses_that_came(&self) -> impl Iterator<Item = u16> {
        self.seen_statuses().keys().copied()
    }

    /// Its statuses: those that are documented, and those that came.
    pub fn statuses(&self) -> BTreeMap<u16, Mark> {
        let seen = self.seen_statuses();
        let mark = |status| seen.get(&status).map_or(Mark::Missing, |times| Mark::Reached(*times));
        let documented = self.route.statuses().map(|status| (status, mark(status)));
        let others = seen.iter().filter(|(status, _)| !self.route.documents(**status));
        documented
            .chain(others.map(|(status, times)| (*status, Mark::Undocumented(*times))))
            .collect()
    }

    /// Documented statuses that never came, but for server errors.
    pub fn missing_statuses(&self) -> Vec<u16> {
        let missing =
            |(status, mark): (u16, Mark)| (mark == Mark::Missing && status < 500).then_some(status);
        self.statuses().into_iter().filter_map(missing).collect()
    }

    /// Parameters that no successful request had.
    pub fn missing_parameters(&self) -> Vec<String> {
        let sent = |name: &String| self.touched.is_some_and(|it| it.parameters.contains(name));
        self.route.parameters.iter().map(label).filter(|name| !sent(name)).collect()
    }

    /// Properties that no good answer had.
    pub fn missing_properties(&self) -> Vec<&'static str> {
        let came = |at: &str| self.touched.is_some_and(|it| it.properties.contains(at));
        self.properties().into_iter().filter(|at| !came(at)).collect()
    }

    /// Its figures.
    pub fn figures(&self) -> Figures {
        let (statuses, server_errors): (Vec<_>, Vec<_>) =
            self.statuses().into_iter().partition(|(status, _)| *status < 500);
        let (parameters, properties) = (self.route.parameters.len(), self.properties().len());
        Figures {
            operations: Share { reached: self.succeeded().into(), of: 1 },
            statuses: documented(&statuses),
            server_errors: documented(&server_errors),
            parameters: Share::lacking(self.missing_parameters().len(), parameters),
            properties: Share::lacking(self.missing_properties().len(), properties),
        }
    }

    fn seen_statuses(&self) -> &BTreeMap<u16, u64> {
        static NONE: BTreeMap<u16, u64> = BTreeMap::new();
        self.touched.map_or(&NONE, |touched| &touched.statuses)
    }

    /// The properties of all its good answers.
    fn properties(&self) -> BTreeSet<&'static str> {
        let good = self.route.statuses().filter(|status| (200..300).contains(status));
        let answers = good.filter_map(|status| self.route.response(status));
        answers.flat_map(|answer| answer.properties()).map(String::as_str).collect()
    }
}

fn documented(statuses: &[(u16, Mark)]) -> Share {
    let count =
        |wanted: fn(&Mark) -> bool| statuses.iter().filter(|(_, mark)| wanted(mark)).count();
    let reached = count(|mark| matches!(mark, Mark::Reached(_)));
    Share { reached, of: reached + count(|mark| *mark == Mark::Missing) }
}

impl Share {
    fn lacking(missing: usize, of: usize) -> Share {
        Share { reached: of - missing, of }
    }

    /// Whether nothing is missing.
    pub fn is_whole(self) -> bool {
        self.reached == self.of
    }

    /// The share in percent, rounded down so that only the whole is 100; `None` of nothing.
    pub fn percent(self) -> Option<usize> {
        (self.reached * 100).checked_div(self.of)
    }
}

impl Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `pad` keeps the width that a table asks for.
        f.pad(&format!("{}/{}", self.reached, self.of))
    }
}

impl AddAssign for Share {
    fn add_assign(&mut self, other: Share) {
        self.reached += other.reached;
        self.of += other.of;
    }
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Figures) {
        self.operations += other.operations;
        self.statuses += other.statuses;
        self.server_errors += other.server_errors;
        self.parameters += other.parameters;
        self.properties += other.properties;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles::i3d_v3::PROFILE;

    fn reached(json: serde_json::Value) -> Reached {
        serde_json::from_value(json).expect("it has the form of a report")
    }

    #[test]
    fn what_is_documented_is_set_against_what_came() {
        let reached = reached(serde_json::json!({ "getSshKey": {
            "statuses": { "200": 3, "409": 1 }, "parameters": ["{uuid}"], "properties": ["/*/uuid"],
        } }));
        let groups = groups(PROFILE.contract, &reached);
        let covered =
            groups["SSHKey"].iter().find(|it| it.route.id == "getSshKey").expect("it is there");
        let statuses = covered.statuses();
        assert_eq!(statuses[&200], Mark::Reached(3));
        assert_eq!(statuses[&404], Mark::Missing);
        assert_eq!(statuses[&409], Mark::Undocumented(1));
        assert!(
            covered.missing_statuses().contains(&404) && !covered.missing_statuses().contains(&500)
        );
        assert!(covered.missing_properties().contains(&"/*/name"));
        let figures = covered.figures();
        assert_eq!(figures.operations, Share { reached: 1, of: 1 });
        assert_eq!(figures.statuses.reached, 1);
        assert_eq!(figures.parameters.to_string(), "1/1");
        assert_eq!(figures.properties.reached, 1);
    }

    #[test]
    fn a_contract_that_nobody_called_has_every_figure_at_zero() {
        let nothing = Reached::default();
        let groups = groups(PROFILE.contract, &nothing);
        let all = figures(groups.values().flatten());
        assert_eq!(all.operations, Share { reached: 0, of: PROFILE.contract.routes.len() });
        for share in [all.statuses, all.server_errors, all.parameters, all.properties] {
            assert_eq!((share.reached, share.percent()), (0, Some(0)));
        }
        assert_eq!(Share::default().percent(), None);
    }
}
