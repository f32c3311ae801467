//! JUnit XML, as CI servers read it: a suite for each group, a test for each case.

use std::{collections::BTreeMap, time::Duration};

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::document::{Document, Entry};
use crate::core::run::Outcome;

/// The whole file.
pub fn xml(document: &Document) -> Result<String, SerializeError> {
    let Document { verb, api, target, .. } = document;
    let mut report = Report::new(format!("{verb} of {api} against {target}"));
    report.set_time(duration(document.took_ms));
    let mut groups: BTreeMap<String, TestSuite> = BTreeMap::new();
    for entry in &document.cases {
        let place = entry.place();
        let suite = groups.entry(place.clone()).or_insert_with(|| TestSuite::new(place));
        suite.add_test_case(case(entry));
    }
    report.add_test_suites(groups.into_values());
    report.to_string()
}

fn case(entry: &Entry) -> TestCase {
    let mut case = TestCase::new(&entry.name, status(entry));
    case.set_classname(entry.place()).set_time(duration(entry.took_ms));
    let warnings: Vec<String> = entry.warnings().map(|it| it.finding.to_string()).collect();
    if !warnings.is_empty() {
        case.set_system_out(warnings.join("\n"));
    }
    case
}

fn status(entry: &Entry) -> TestCaseStatus {
    match entry.outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Failed => failed(entry),
        Outcome::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(&entry.reason);
            status
        }
        Outcome::Unchecked => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(&entry.reason).set_type("unchecked");
            status
        }
    }
}

fn failed(entry: &Entry) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    if let Some(first) = entry.breaches().next() {
        status.set_type(first.finding.check.code).set_message(first.finding.to_string());
    }
    let mut lines = Vec::new();
    for breach in entry.breaches() {
        lines.extend([breach.finding.to_string(), breach.law.to_owned(), breach.came.clone()]);
        lines.extend(entry.step(breach).map(|step| step.curl.clone()));
    }
    lines.push(entry.replay.clone());
    lines.retain(|line| !line.is_empty());
    status.set_description(lines.join("\n"));
    status
}

fn duration(millis: f64) -> Duration {
    Duration::from_secs_f64(millis / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_case_is_a_test_of_its_group() {
        insta::assert_snapshot!(xml(&sample::document()).expect("it can be written"));
    }
}
