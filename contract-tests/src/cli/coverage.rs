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
use serde_json::Value;

use super::apis::ApiArguments;
use crate::{
    core::{
        coverage::{COVERAGE, Covered, Figures, Groups, figures, groups, reached::Reached},
        examples::examples,
        profile::ApiProfile,
        redact::Redactor,
        run::{Case, Outcome, Run, Verdict},
        target::Target,
    },
    profiles,
    report::{self, FORMAT, FileArguments, Told},
};

/// How many missing properties of an operation are named.
const NAMES_MAX: usize = 4;
/// The seed of the mock whose examples are played.
const SEED: u64 = 1;

/// Say which operations, statuses, parameters and properties were reached, and which were not.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// JSON reports of runs, to be taken together; without any, the examples of the contract are
    /// sent to a mock.
    #[arg(value_name = "REPORT")]
    runs: Vec<PathBuf>,
    #[command(flatten)]
    apis: ApiArguments,
    #[command(flatten)]
    files: FileArguments,
}

/// The part of the JSON report of a run that is read.
#[derive(Deserialize)]
struct Recorded {
    api: Names,
    target: String,
    requests: u64,
    operations: Value,
}

/// The APIs of a report: one, or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

impl Recorded {
    /// What was reached of each API.
    fn parts(self) -> anyhow::Result<Vec<(&'static ApiProfile, Reached)>> {
        let Recorded { api, mut operations, .. } = self;
        let named = match api {
            Names::One(name) => vec![(name, operations)],
            Names::Several(names) => {
                let part = |name: String| {
                    let part = operations[&name].take();
                    (name, part)
                };
                names.into_iter().map(part).collect()
            }
        };
        let part = |(name, operations): (String, Value)| {
            let profile = profiles::find(&name);
            let profile = profile.with_context(|| format!("the API {name} is not known"))?;
            Ok((profile, serde_json::from_value(operations)?))
        };
        named.into_iter().map(part).collect()
    }
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let runs = match arguments.runs.is_empty() {
        true => by_examples(&arguments.apis).await?,
        false => recorded(&arguments.runs, &arguments.apis.named())?,
    };
    let several = runs.len() > 1;
    for run in &runs {
        let title = if several { format!("{}\n", run.profile.name) } else { String::new() };
        let table = title + &table(&groups(run.profile.contract, &run.reached));
        io::stdout().write_all(table.as_bytes())?;
    }
    let verdicts = runs.iter().map(Run::verdict);
    let verdict = verdicts.reduce(Verdict::worse).context("there is no report of these APIs")?;
    let told = |run: Run| Told { redactor: Redactor::new(run.profile, []), run };
    report::save_all(&runs.into_iter().map(told).collect::<Vec<_>>(), &arguments.files)?;
    Ok(verdict)
}

async fn by_examples(apis: &ApiArguments) -> anyhow::Result<Vec<Run>> {
    eprintln!(
        "the examples of the contract, sent to a mock; name JSON reports of `replay` and `explore` \
        for more"
    );
    let named = apis.named();
    let profiles = if named.is_empty() { profiles::all().to_vec() } else { named };
    let mut runs = Vec::new();
    for profile in profiles {
        let target = Target::mock(profile, SEED)?;
        runs.push(of_reached(examples(COVERAGE, &target, SEED).await));
    }
    Ok(runs)
}

/// What several runs reached together, by API; of those that are named, where any is.
fn recorded(files: &[PathBuf], named: &[&'static ApiProfile]) -> anyhow::Result<Vec<Run>> {
    let mut all: Vec<Run> = Vec::new();
    for file in files {
        let recorded =
            read(file).with_context(|| format!("{} is no report of a run", file.display()))?;
        let (target, requests) = (recorded.target.clone(), recorded.requests);
        for (index, (profile, reached)) in recorded.parts()?.into_iter().enumerate() {
            let known = all.iter().position(|run| run.profile.name == profile.name);
            let at = known.unwrap_or_else(|| {
                all.push(Run::new(COVERAGE, profile, &target, None));
                all.len() - 1
            });
            let run = &mut all[at];
            if !run.target.split(", ").any(|known| known == target) {
                run.target += &format!(", {target}");
            }
            // A report of several APIs tells only how many there were together.
            run.requests += if index == 0 { requests } else { 0 };
            run.reached.add(reached);
        }
    }
    let is_wanted = |run: &Run| {
        named.is_empty() || named.iter().any(|profile| profile.name == run.profile.name)
    };
    Ok(all.into_iter().filter(is_wanted).map(of_reached).collect())
}

/// The run with a case for each operation: it was reached, or it was not.
fn of_reached(run: Run) -> Run {
    let contract = run.profile.contract;
    let of = |covered: &Covered| {
        let case = Case::passed(&covered.route.tag, &covered.route.id);
        match unreached(covered) {
            Some(reason) => Case { outcome: Outcome::Skipped, reason, ..case },
            None => case,
        }
    };
    let cases = groups(contract, &run.reached).values().flatten().map(of).collect();
    Run { cases, ..run }
}

fn read(file: &Path) -> anyhow::Result<Recorded> {
    let report: Value = serde_json::from_slice(&fs::read(file)?)?;
    let format = &report["format"];
    ensure!(*format == FORMAT, "it has the format {format}, and this program reads {FORMAT}");
    Ok(serde_json::from_value(report)?)
}

/// The figures of every group, and what is missing in each.
fn table(groups: &Groups) -> String {
    let mut text = String::new();
    let mut row = |name: &str, cells: [String; 5]| {
        let cells: String = cells.iter().map(|cell| format!("{cell:>14}")).collect();
        text.push_str(format!("{name:<24}{cells}").trim_end());
        text.push('\n');
    };
    row(
        "",
        ["operations", "statuses", "server errors", "parameters", "properties"].map(str::to_owned),
    );
    for (tag, operations) in groups {
        row(tag, shares(figures(operations)));
    }
    let all = figures(groups.values().flatten());
    row("all", shares(all));
    row("", percents(all));
    for (tag, operations) in groups {
        let missing: Vec<String> = operations.iter().filter_map(missing).collect();
        if !missing.is_empty() {
            write!(text, "\nmissing in {tag}\n  {}\n", missing.join("\n  "))
                .expect("a string takes all");
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

/// What was not reached of an operation, in one line; `None` where everything was.
fn missing(covered: &Covered) -> Option<String> {
    let id = &covered.route.id;
    if let Some(unreached) = unreached(covered) {
        return Some(format!("{id}: {unreached}"));
    }
    let mut missing: Vec<String> = covered.missing_statuses().iter().map(u16::to_string).collect();
    missing.extend(covered.missing_parameters());
    let properties = covered.missing_properties();
    missing.extend(properties.iter().take(NAMES_MAX).map(|it| (*it).to_owned()));
    let more = properties.len().saturating_sub(NAMES_MAX);
    missing.extend((more > 0).then(|| format!("and {more} more properties")));
    (!missing.is_empty()).then(|| format!("{id}: {}", missing.join(", ")))
}

/// Why an operation does not count as reached.
fn unreached(covered: &Covered) -> Option<String> {
    if !covered.is_touched() {
        return Some("never called".to_owned());
    }
    let statuses: Vec<String> = covered.statuses_that_came().map(|it| it.to_string()).collect();
    (!covered.succeeded()).then(|| format!("never succeeded, only {}", statuses.join(", ")))
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
        let run = |operations| {
            json!({
                "format": report::FORMAT, "api": "i3d-v3", "target": "mock", "requests": 2,
                "operations": operations,
            })
        };
        let touched =
            |statuses| json!({ "statuses": statuses, "parameters": ["{uuid}"], "properties": [] });
        let (_one, first) =
            report("one.json", &run(json!({ "getSshKey": touched(json!({ "200": 1 })) })));
        let (_two, second) =
            report("two.json", &run(json!({ "deleteSshKey": touched(json!({ "404": 1 })) })));
        let runs = recorded(&[first, second], &[]).expect("they can be read");
        let [run] = runs.as_slice() else { panic!("they are of one API") };
        assert_eq!(
            (run.target.as_str(), run.requests, run.ended(Outcome::Passed).count()),
            ("mock", 4, 1)
        );
        let text = table(&groups(profiles::first().contract, &run.reached));
        let all = format!("{}/{}", 1, profiles::first().contract.routes.len());
        assert!(text.lines().any(|line| line.starts_with("all ") && line.contains(&all)), "{text}");
        assert!(text.contains("\n  getSshKeys: never called\n"), "{text}");
        assert!(text.contains("\n  deleteSshKey: never succeeded, only 404\n"), "{text}");
        assert!(text.contains("\n  getSshKey: 403, 404, /*/createdAt, /*/name"), "{text}");
    }

    #[test]
    fn a_report_of_several_apis_is_read_by_api() {
        let touched = json!({ "statuses": { "200": 1 }, "parameters": [], "properties": [] });
        let report_of = |names: Value| {
            report(
                "all.json",
                &json!({
                    "format": FORMAT, "api": names, "target": "mock", "requests": 2,
                    "operations": { "i3d-v3": { "getSshKeys": touched } },
                }),
            )
        };
        let (_folder, file) = report_of(json!(["i3d-v3"]));
        let runs = recorded(&[file], &[]).expect("it can be read");
        assert_eq!(runs[0].ended(Outcome::Passed).count(), 1);
        let (_folder, file) = report_of(json!(["i3d-v3", "nobodys"]));
        let error = recorded(&[file], &[]).expect_err("nobody knows the second");
        assert!(format!("{error:#}").contains("nobodys"), "{error:#}");
    }

    #[test]
    fn what_is_no_report_of_this_program_is_refused() {
        let (_folder, file) =
            report("new.json", &json!({ "format": 99, "api": "i3d-v3", "operations": {} }));
        let error = recorded(std::slice::from_ref(&file), &[]).expect_err("it is refused");
        assert!(format!("{error:#}").contains("it has the format 99"), "{error:#}");
        let (_folder, file) = report("none.json", &json!([]));
        assert!(recorded(&[file], &[]).is_err());
    }
}
