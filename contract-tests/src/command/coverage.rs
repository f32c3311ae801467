//! `coverage`: what one run or several reached of the contract, and what none did.

use std::{
    fmt::Write,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use clap::Args;
use serde::Deserialize;

use crate::{
    Suite, Target, Verdict,
    coverage::{Covered, Figures, Groups, figures, groups},
    examples,
    reached::Reached,
    report::FORMAT,
    suites,
};

/// How many missing properties of an operation are named.
const NAMES_MAX: usize = 4;
/// The seed of the mock whose examples are played.
const SEED: u64 = 1;

/// Say which operations, statuses, parameters and properties were reached, and which were not.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// JSON reports of runs, to be taken together; without any, the examples of the contract are sent to a mock.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    json: Vec<PathBuf>,
}

/// What is read of the JSON report of a run.
#[derive(Deserialize)]
struct Recorded {
    format: u32,
    api: String,
    operations: Reached,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let (suite, reached) =
        if arguments.json.is_empty() { by_examples().await? } else { recorded(&arguments.json)? };
    let groups = groups(suite.contract, &reached);
    io::stdout().write_all(told(&groups).as_bytes())?;
    let succeeded = figures(groups.values().flatten()).operations.reached;
    Ok(if succeeded == 0 { Verdict::Unchecked } else { Verdict::Holds })
}

async fn by_examples() -> anyhow::Result<(&'static Suite, Reached)> {
    eprintln!(
        "the examples of the contract, sent to a mock; --json takes what `replay` and `explore` reached"
    );
    let suite: &'static Suite = &suites::i3d_v3::SUITE;
    let target = Target::mock(suite, SEED)?;
    Ok((suite, examples("coverage", &target, SEED).await.reached))
}

fn recorded(files: &[PathBuf]) -> anyhow::Result<(&'static Suite, Reached)> {
    let mut all = Reached::default();
    let mut suites = Vec::new();
    for file in files {
        let recorded = read(file).with_context(|| format!("{} is no report of a run", file.display()))?;
        let suite = suites::find(&recorded.api);
        suites.push(suite.with_context(|| format!("the API {} is not known", recorded.api))?);
        all.add(recorded.operations);
    }
    ensure!(suites.windows(2).all(|two| two[0].name == two[1].name), "the reports are of different APIs");
    Ok((suites[0], all))
}

fn read(file: &Path) -> anyhow::Result<Recorded> {
    let recorded: Recorded = serde_json::from_slice(&fs::read(file)?)?;
    let Recorded { format, .. } = recorded;
    ensure!(format == FORMAT, "it has the format {format}, and this program reads {FORMAT}");
    Ok(recorded)
}

/// The figures of every group, and what is missing in each.
fn told(groups: &Groups) -> String {
    let mut text = String::new();
    let mut row = |name: &str, cells: [String; 5]| {
        let cells: String = cells.iter().map(|cell| format!("{cell:>14}")).collect();
        text.push_str(format!("{name:<24}{cells}").trim_end());
        text.push('\n');
    };
    row("", ["operations", "statuses", "server errors", "parameters", "properties"].map(str::to_owned));
    for (tag, operations) in groups {
        row(tag, shares(figures(operations)));
    }
    let all = figures(groups.values().flatten());
    row("all", shares(all));
    row("", percents(all));
    for (tag, operations) in groups {
        let missing: Vec<String> = operations.iter().filter_map(missing).collect();
        if !missing.is_empty() {
            write!(text, "\nmissing in {tag}\n  {}\n", missing.join("\n  ")).expect("a string takes all");
        }
    }
    text
}

fn shares(it: Figures) -> [String; 5] {
    [it.operations, it.statuses, it.server_errors, it.parameters, it.properties]
        .map(|share| share.to_string())
}

fn percents(it: Figures) -> [String; 5] {
    [it.operations, it.statuses, it.server_errors, it.parameters, it.properties]
        .map(|share| share.percent().map(|percent| format!("{percent} %")).unwrap_or_default())
}

/// What was not reached of an operation, in one line; `None` where that is nothing.
fn missing(covered: &Covered) -> Option<String> {
    let id = &covered.route.id;
    if !covered.is_touched() {
        return Some(format!("{id}: never called"));
    }
    if !covered.succeeded() {
        let statuses: Vec<String> = covered.statuses_that_came().map(|it| it.to_string()).collect();
        return Some(format!("{id}: never succeeded, only {}", statuses.join(", ")));
    }
    let mut missing: Vec<String> = covered.missing_statuses().iter().map(u16::to_string).collect();
    missing.extend(covered.missing_parameters());
    let properties = covered.missing_properties();
    missing.extend(properties.iter().take(NAMES_MAX).map(|it| (*it).to_owned()));
    let more = properties.len().saturating_sub(NAMES_MAX);
    missing.extend((more > 0).then(|| format!("and {more} more properties")));
    (!missing.is_empty()).then(|| format!("{id}: {}", missing.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report;

    fn report(name: &str, content: &serde_json::Value) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(name);
        fs::write(&file, content.to_string()).expect("the folder can be written");
        (folder, file)
    }

    #[test]
    fn reports_of_several_runs_are_taken_together() {
        let run = |operations| json!({ "format": report::FORMAT, "api": "i3d-v3", "operations": operations });
        let touched = |statuses| json!({ "statuses": statuses, "parameters": ["{uuid}"], "properties": [] });
        let (_one, first) = report("one.json", &run(json!({ "getSshKey": touched(json!({ "200": 1 })) })));
        let (_two, second) =
            report("two.json", &run(json!({ "deleteSshKey": touched(json!({ "404": 1 })) })));
        let (suite, reached) = recorded(&[first, second]).expect("they can be read");
        let text = told(&groups(suite.contract, &reached));
        let all = format!("{}/{}", 1, suite.contract.routes.len());
        assert!(text.lines().any(|line| line.starts_with("all ") && line.contains(&all)), "{text}");
        assert!(text.contains("\n  getSshKeys: never called\n"), "{text}");
        assert!(text.contains("\n  deleteSshKey: never succeeded, only 404\n"), "{text}");
        assert!(text.contains("\n  getSshKey: 403, 404, /*/createdAt, /*/name"), "{text}");
    }

    #[test]
    fn what_is_no_report_of_this_program_is_refused() {
        let (_folder, file) = report("new.json", &json!({ "format": 99, "api": "i3d-v3", "operations": {} }));
        let error = recorded(std::slice::from_ref(&file)).err().expect("it is refused");
        assert!(format!("{error:#}").contains("it has the format 99"), "{error:#}");
        let (_folder, file) = report("none.json", &json!([]));
        assert!(recorded(&[file]).is_err());
    }
}
