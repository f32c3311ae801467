//! `compare`: holds the emulator to the truth, and says who is wrong.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    apis::{self, ApiArguments},
    replay::{FolderArgument, RUN},
    target::{LiveArguments, MOCK, SEED, World},
};
use crate::{
    compare::{Side, Terms, Waivers, compare_sides, examples, reads},
    core::{
        check,
        finding::Finding,
        profile::ApiProfile,
        redact::Redactor,
        run::{Case, Outcome, Verdict},
        shell::command_line,
    },
    fixture::{Fixture, Loaded, Options, filter_matches, load},
    report::{self, ReportArguments, Told},
};

/// Compare the emulator with the truth, and say who is wrong.
///
/// The first side is the emulator, the second the truth. Each is `mock`, the base URL of a server,
/// or a folder of fixtures. Where one of them is another host, only what is of class `read` in the
/// rules for it is played, and whatever is read by an id is one that a list of that host has shown.
/// A verdict on each difference:
///
///   mock-fidelity          both keep the contract and answer differently
///   mock-bug               the emulator breaks the contract, the truth does not
///   spec-wrong-or-api-bug  the truth breaks the contract, the emulator does not
///   spec-drift             both break it alike
///   unknown                both break it, each in its way
///   unverified             the recording is too old to be the truth
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// The emulator: `mock`, a URL, or a folder of fixtures.
    mock: String,
    /// The truth: `mock`, a URL, or a folder of fixtures.
    truth: String,
    /// What is played; the fixtures of a folder, where one of the sides is one.
    #[arg(long, value_enum, default_value_t = Steps::Examples)]
    steps: Steps,
    /// Which fixtures or examples: ids, folders or files, `*` for any text; all without any.
    #[arg(long, value_name = "FILTER")]
    only: Vec<String>,
    #[command(flatten)]
    folder: FolderArgument,
    /// Compare statuses, headers, members and types, and no values; without saying so where the
    /// data are not the same.
    #[arg(long)]
    shape: bool,
    /// Differences that somebody answers for: a list of fingerprint, reason, owner and expires.
    /// Without it, those of `waivers.yaml`, where there is such a file.
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    #[command(flatten)]
    apis: ApiArguments,
    #[command(flatten)]
    live: LiveArguments,
    #[command(flatten)]
    reports: ReportArguments,
}

/// The file of waivers that is read without `--waivers`.
const WAIVERS: &str = "waivers.yaml";

/// What is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Steps {
    /// The example of each operation that only reads.
    Examples,
    /// The fixtures.
    Fixtures,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let waivers = match waivers(arguments) {
        Ok(waivers) => waivers,
        Err(error) => {
            eprintln!("--waivers: {error}");
            return Ok(Verdict::Usage);
        }
    };
    let mut sides = Vec::new();
    for profile in arguments.profiles().await? {
        let mock = open(profile, &arguments.mock, arguments).await?;
        let truth = open(profile, &arguments.truth, arguments).await?;
        sides.push(Sides {
            profile,
            all: all_scenarios(profile, arguments, &mock, &truth)?,
            mock,
            truth,
        });
    }
    let lost = lost_filters(arguments, &sides);
    let has_something = |it: &Sides| {
        arguments.only.is_empty() || it.all.iter().any(|one| arguments.wants(it.profile, &one.id))
    };
    let some = sides.iter().any(has_something);
    let mut runs = Vec::new();
    for (index, sides) in sides.into_iter().filter(|it| !some || has_something(it)).enumerate() {
        let lost = if index == 0 { lost.as_slice() } else { &[] };
        runs.push(compare_api(arguments, sides, lost, &waivers).await);
    }
    report::write(&runs, &arguments.reports)
}

/// Both sides of the comparison of one API, and its scenarios.
struct Sides {
    profile: &'static ApiProfile,
    mock: Side,
    truth: Side,
    all: Vec<Loaded>,
}

/// The filters that match no scenario of any API.
fn lost_filters<'a>(arguments: &'a Arguments, sides: &[Sides]) -> Vec<&'a str> {
    let matches = |filter: &str, it: &Sides| {
        it.all.iter().any(|one| arguments.filter_matches(it.profile, filter, &one.id))
    };
    let is_lost = |filter: &&str| !sides.iter().any(|it| matches(filter, it));
    arguments.only.iter().map(String::as_str).filter(is_lost).collect()
}

/// Compares both sides of one API, and prints what differs.
async fn compare_api(
    arguments: &Arguments,
    sides: Sides,
    lost: &[&str],
    waivers: &Waivers,
) -> Told {
    let Sides { profile, mock, truth, all } = sides;
    let redactor = Redactor::of_every_key(profile);
    let (scenarios, unplayed) = scenarios(profile, arguments, all, lost);
    let options = Options { run: RUN.to_owned(), now: Timestamp::now() };
    let shape_only = arguments.shape || !have_same_data(arguments, &mock, &truth);
    let terms = Terms { shape_only, options: &options, waivers, redactor: &redactor };
    let mut comparison = compare_sides(&mock, &truth, &scenarios, &terms).await;
    let again = |name: &str| arguments.replay_command(profile, name);
    comparison.run.cases.iter_mut().for_each(|case| case.replay = again(&case.name));
    comparison.run.cases.extend(unplayed);
    let today = options.now.to_zoned(TimeZone::UTC).date();
    print!("{}", redactor.text(&comparison.table(waivers, today)));
    Told { run: comparison.run, redactor }
}

impl Arguments {
    /// The APIs that are compared: those that are named, or that both sides have. A folder is that
    /// of one API, or has one for each.
    async fn profiles(&self) -> anyhow::Result<Vec<&'static ApiProfile>> {
        let sides = [self.mock.as_str(), self.truth.as_str()];
        let (folders, servers): (Vec<&str>, Vec<&str>) =
            sides.into_iter().partition(|side| is_folder(side));
        let mut all = self.live.apis(&self.apis, &servers).await?;
        for folder in folders.iter().map(Path::new).filter(|_| self.apis.named().is_empty()) {
            let is_own =
                |it: &ApiProfile| folder.ends_with(it.name) || folder.join(it.name).is_dir();
            match all.iter().any(|it| is_own(it)) {
                true => all.retain(|it| is_own(it)),
                false => all.truncate(1),
            }
        }
        Ok(all)
    }

    /// Whether a scenario is to be played.
    fn wants(&self, profile: &ApiProfile, id: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|it| self.filter_matches(profile, it, id))
    }

    /// Whether a filter matches a scenario; an example also has the name of its operation.
    fn filter_matches(&self, profile: &ApiProfile, filter: &str, id: &str) -> bool {
        let own = self.folder.of(profile);
        let folders = [own.as_path(), Path::new(&self.mock), Path::new(&self.truth)];
        let names = [Some(id), id.strip_prefix("examples/")];
        let matches =
            |folder: &Path| names.iter().flatten().any(|name| filter_matches(folder, filter, name));
        folders.into_iter().any(matches)
    }

    /// The command that plays one scenario again.
    fn replay_command(&self, profile: &ApiProfile, scenario: &str) -> String {
        let mut words =
            vec!["contract-tests", "compare", &self.mock, &self.truth, "--only", scenario];
        if self.steps == Steps::Fixtures {
            words.extend(["--steps", "fixtures"]);
        }
        words.extend(self.shape.then_some("--shape"));
        let words = words.into_iter().map(str::to_owned).collect();
        let waivers = self.waivers.iter().map(|path| path.display().to_string());
        let waivers = waivers.flat_map(|path| ["--waivers".to_owned(), path]).collect();
        let api = apis::words(profile);
        command_line([words, self.folder.words(), waivers, api, self.live.words()].concat())
    }
}

/// The waivers of `--waivers`, or those of the default file if it exists.
fn waivers(arguments: &Arguments) -> Result<Waivers, String> {
    let known = Path::new(WAIVERS);
    match &arguments.waivers {
        Some(path) => Waivers::read(path),
        None if known.exists() => Waivers::read(known),
        None => Ok(Waivers::default()),
    }
}

async fn open(
    profile: &'static ApiProfile,
    side: &str,
    arguments: &Arguments,
) -> anyhow::Result<Side> {
    if is_folder(side) {
        let (folder, own) = (PathBuf::from(side), Path::new(side).join(profile.name));
        let folder = if own.is_dir() { own } else { folder };
        let fixtures = load(profile, &folder, &[])?;
        return Ok(Side::Recorded { profile, folder, fixtures });
    }
    Ok(Side::Server(Box::new(arguments.live.open(profile, side, World::Own(SEED)).await?)))
}

/// Whether a side is a folder of fixtures.
fn is_folder(side: &str) -> bool {
    side != MOCK && Path::new(side).is_dir()
}

/// Whether both sides answer with the same data: those of the demo world, or those that fixtures
/// create before they read them.
fn have_same_data(arguments: &Arguments, mock: &Side, truth: &Side) -> bool {
    let are_demo = mock.is_demo() && truth.is_demo();
    !mock.is_live() && !truth.is_live() && (are_demo || arguments.steps == Steps::Fixtures)
}

/// The scenarios that are played, and a case with the reason for each that cannot be.
fn scenarios(
    profile: &'static ApiProfile,
    arguments: &Arguments,
    mut all: Vec<Loaded>,
    lost: &[&str],
) -> (Vec<Fixture>, Vec<Case>) {
    let mut unplayed: Vec<Case> = (lost.iter())
        .map(|filter| nothing(format!("nothing to compare matches `{filter}`")))
        .collect();
    if all.is_empty() && unplayed.is_empty() {
        unplayed.push(nothing("there is nothing to compare".to_owned()));
    }
    all.retain(|it| arguments.wants(profile, &it.id));
    let mut scenarios = Vec::new();
    for Loaded { id, fixture, .. } in all {
        match fixture {
            Ok(fixture) => scenarios.push(fixture),
            Err(broken) => unplayed.push(unchecked(&id, broken.to_string())),
        }
    }
    (scenarios, unplayed)
}

/// The recordings of the sides, or else what `--steps` names.
fn all_scenarios(
    profile: &'static ApiProfile,
    arguments: &Arguments,
    mock: &Side,
    truth: &Side,
) -> anyhow::Result<Vec<Loaded>> {
    let are_recorded = [mock, truth].iter().any(|side| matches!(side, Side::Recorded { .. }));
    if are_recorded {
        let mut all = [truth.recordings(), mock.recordings()].concat();
        // Of two recordings, the one of the truth is played unless it is broken.
        all.sort_by_key(|it| (it.id.clone(), it.fixture.is_ok()));
        all.dedup_by(|one, other| one.id == other.id);
        return Ok(all);
    }
    let have_examples = mock.has_examples() && truth.has_examples();
    let examples = match arguments.steps {
        Steps::Fixtures => return Ok(load(profile, &arguments.folder.of(profile), &[])?),
        Steps::Examples if have_examples => examples(profile),
        Steps::Examples => reads(profile),
    };
    let loaded = |it: Fixture| Loaded { id: it.id.clone(), path: PathBuf::new(), fixture: Ok(it) };
    Ok(examples.into_iter().map(loaded).collect())
}

/// A case in which nothing was compared, which is never a success.
fn nothing(reason: String) -> Case {
    let finding = Finding::new(&check::EMPTY_RUN, "compare", reason.clone());
    Case { findings: vec![finding], ..unchecked("scenarios", reason) }
}

fn unchecked(name: &str, reason: String) -> Case {
    let group = name.split_once('/').map_or("compare", |(group, _)| group);
    Case { outcome: Outcome::Unchecked, reason, ..Case::passed(group, name) }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::{Cli, Verb};

    #[test]
    fn the_command_that_compares_a_case_again_has_every_argument_that_matters() {
        let command = |line: &str| {
            let words = ["contract-tests", "compare"].into_iter().chain(line.split(' '));
            let Ok(Cli { verb: Verb::Compare(arguments) }) = Cli::try_parse_from(words) else {
                panic!("{line}")
            };
            arguments.replay_command(crate::profiles::first(), "g/a")
        };
        for (line, again) in [
            ("mock my$folder --only=g --html=report.html", "mock 'my$folder' --only g/a"),
            (
                "mock https://api.i3d.net --live --state=other",
                "mock https://api.i3d.net --only g/a --live --state other",
            ),
            (
                "mock mock --steps=fixtures --folder=my$fixtures --shape",
                "mock mock --only g/a --steps fixtures --shape --folder 'my$fixtures'",
            ),
            ("mock mock --steps=fixtures", "mock mock --only g/a --steps fixtures"),
            (
                "mock mock --waivers=known;ones.yaml",
                "mock mock --only g/a --waivers 'known;ones.yaml'",
            ),
        ] {
            assert_eq!(command(line), format!("contract-tests compare {again}"));
        }
    }
}
