//! One named test for each fixture: the file satisfies the published schema, and an emulator
//! answers as it says.

use std::{path::Path, process::ExitCode, sync::LazyLock};

use contract_tests::{
    ApiProfile, Case, Outcome, Target,
    fixture::{Broken, Loaded, Options, Provenance, load, replay_one},
    profiles,
};
use jiff::Timestamp;
use jsonschema::Validator;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Runtime::new().expect("a runtime for the client"));

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema = include_str!("../../fixtures/fixture.schema.json");
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    jsonschema::options().should_validate_formats(true).build(&schema).expect("the schema is one")
});

fn main() -> ExitCode {
    let trials = profiles::all().into_iter().flat_map(trials).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// The tests of one API.
fn trials(profile: &'static ApiProfile) -> Vec<Trial> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(profile.name);
    let fixtures = load(profile, &folder, &[]).expect("the folder of the fixtures can be read");
    let now = newest(&fixtures);
    let law = format!("{}: every group of the API has a fixture", profile.name);
    let groups = Trial::test(law, groups(profile, &fixtures));
    let trials = fixtures.into_iter().map(|fixture| {
        Trial::test(format!("{}/{}", profile.name, fixture.id), move || {
            fixture.fixture.as_ref().map_err(ToString::to_string)?;
            satisfies_the_schema(&fixture)?;
            plays(profile, &fixture, now)
        })
    });
    trials.chain([groups]).collect()
}

/// The time when the newest fixture was confirmed: a build of today judges the emulator, not the
/// calendar.
fn newest(fixtures: &[Loaded]) -> Timestamp {
    let provenances =
        fixtures.iter().filter_map(|it| it.fixture.as_ref().ok()).map(|it| &it.provenance);
    let confirmed = |it: &Provenance| it.last_validated_at;
    provenances.map(confirmed).max().unwrap_or(Timestamp::UNIX_EPOCH)
}

fn groups(
    profile: &'static ApiProfile,
    fixtures: &[Loaded],
) -> impl FnOnce() -> Result<(), Failed> + Send + 'static {
    let steps = fixtures.iter().filter_map(|it| it.fixture.as_ref().ok()).flat_map(|it| &it.steps);
    let called: Vec<String> = steps.filter_map(|step| step.operation.clone()).collect();
    let broken: Vec<Broken> =
        fixtures.iter().filter_map(|it| it.fixture.as_ref().err().cloned()).collect();
    move || {
        let routes = &profile.contract.routes;
        let is_called =
            |tag: &str| routes.iter().any(|route| route.tag == tag && called.contains(&route.id));
        let mut missing: Vec<&str> =
            routes.iter().map(|it| it.tag.as_str()).filter(|tag| !is_called(tag)).collect();
        missing.dedup();
        if missing.is_empty() {
            Ok(())
        } else {
            let wanted: Vec<String> =
                missing.iter().map(|tag| wanted(profile, tag, &broken)).collect();
            Err(wanted.join("\n").into())
        }
    }
}

/// What to do about a group that no fixture calls: mend the files of its folder that are broken, or
/// record one.
fn wanted(profile: &ApiProfile, tag: &str, broken: &[Broken]) -> String {
    let group = snake_case(tag);
    let is_of_group = |it: &&Broken| it.path.parent().is_some_and(|it| it.ends_with(&group));
    let broken: Vec<String> = broken.iter().filter(is_of_group).map(ToString::to_string).collect();
    if broken.is_empty() {
        let file = format!("fixtures/{}/{group}/NAME.yaml", profile.name);
        format!(
            "no fixture calls an operation of {tag}; write requests to {file}, and let \
             `contract-tests record {file}` fill in the answers"
        )
    } else {
        format!("the fixture of {tag} is broken: {}", broken.join("; "))
    }
}

/// The folder of a group: `AccountAPIKey` is `account_api_key`.
fn snake_case(tag: &str) -> String {
    let letters: Vec<char> = tag.chars().collect();
    let mut name = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let follows_lower = index > 0 && letters[index - 1].is_lowercase();
        let starts_word = index > 0 && letters.get(index + 1).is_some_and(|it| it.is_lowercase());
        if letter.is_uppercase() && (follows_lower || starts_word) {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

fn satisfies_the_schema(loaded: &Loaded) -> Result<(), Failed> {
    let text = std::fs::read_to_string(&loaded.path)?;
    let value: Value = serde_saphyr::from_str(&text)?;
    let errors: Vec<String> = SCHEMA
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\n").into()) }
}

fn plays(profile: &'static ApiProfile, loaded: &Loaded, now: Timestamp) -> Result<(), Failed> {
    let target = Target::mock(profile, 1)?;
    let options = Options { run: "run7c".to_owned(), now };
    let (case, _) = RUNTIME.block_on(replay_one(&target, loaded, &options));
    let Case { outcome, reason, findings, .. } = case;
    let findings: String = findings.iter().map(|finding| format!("\n{finding}")).collect();
    match outcome {
        Outcome::Passed => Ok(()),
        _ => Err(format!("{reason}{findings}").into()),
    }
}
