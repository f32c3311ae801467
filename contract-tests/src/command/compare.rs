//! `compare`: holds the emulator to the truth, and says who is wrong.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;

use super::{
    ReportArguments,
    live::{LiveArguments, suite},
    replay::SEED,
};
use crate::{
    Suite, Verdict,
    compare::{Comparison, Depth, Side, Waivers, compare_sides, examples},
    fixture::{Fixture, Loaded, Options, load},
};

/// Compare the emulator with the truth, and say who is wrong.
///
/// The first side is the emulator, the second the truth. Each is `mock`, the base URL of a server, or a folder of
/// fixtures. Where one of them is another host, only reads are played. A verdict on each difference:
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
    /// Which fixtures: ids, folders or files, `*` for any text; all without any.
    #[arg(long, value_name = "FILTER")]
    only: Vec<String>,
    /// The folder of the fixtures that are played.
    #[arg(long, value_name = "FOLDER", default_value = "fixtures/i3d-v3")]
    folder: PathBuf,
    /// Compare statuses, members and types, and no values; without saying so where the data are not the same.
    #[arg(long)]
    shape: bool,
    /// Differences that somebody answers for: a list of fingerprint, reason, owner and expires.
    #[arg(long, value_name = "FILE", default_value = "waivers.yaml")]
    waivers: PathBuf,
    #[command(flatten)]
    live: LiveArguments,
    #[command(flatten)]
    reports: ReportArguments,
}

/// What is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Steps {
    /// The example of each operation that only reads.
    Examples,
    /// The fixtures.
    Fixtures,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let suite = suite();
    let waivers = Waivers::read(&arguments.waivers).map_err(anyhow::Error::msg)?;
    let mock = open(suite, &arguments.mock, arguments).await?;
    let truth = open(suite, &arguments.truth, arguments).await?;
    let scenarios = scenarios(suite, arguments, &mock, &truth)?;
    anyhow::ensure!(!scenarios.is_empty(), "there is nothing to compare");
    let same_data = mock.is_demo() && truth.is_demo() || scenarios_bring_their_data(arguments);
    let depth = Depth { shape_only: arguments.shape || !same_data };
    let options = Options { run: "run7c".to_owned(), now: jiff::Timestamp::now() };
    let comparison = compare_sides(&mock, &truth, &scenarios, &depth, &options, &waivers).await;
    let redactor = match (&mock, &truth) {
        (_, Side::Server(target)) | (Side::Server(target), _) => target.redactor(),
        _ => crate::Redactor::new(suite, []),
    };
    print!("{}", redactor.text(&table(&comparison, &waivers, &options)));
    arguments.reports.write(&redactor, &comparison.run)
}

/// Scripted scenarios make what they read.
fn scenarios_bring_their_data(arguments: &Arguments) -> bool {
    arguments.steps == Steps::Fixtures
}

async fn open(suite: &'static Suite, side: &str, arguments: &Arguments) -> anyhow::Result<Side> {
    let folder = Path::new(side);
    if side != "mock" && folder.is_dir() {
        let fixtures = load(suite, folder, &arguments.only)?;
        return Ok(Side::Recorded { suite, folder: folder.to_owned(), fixtures });
    }
    Ok(Side::Server(Box::new(arguments.live.open(side, SEED).await?)))
}

fn scenarios(
    suite: &'static Suite,
    arguments: &Arguments,
    mock: &Side,
    truth: &Side,
) -> anyhow::Result<Vec<Fixture>> {
    let good =
        |fixtures: &[Loaded]| fixtures.iter().filter_map(|it| it.fixture.as_ref().ok()).cloned().collect();
    Ok(match (mock, truth, arguments.steps) {
        (_, Side::Recorded { fixtures, .. }, _) | (Side::Recorded { fixtures, .. }, _, _) => good(fixtures),
        (_, _, Steps::Fixtures) => good(&load(suite, &arguments.folder, &arguments.only)?),
        (_, _, Steps::Examples) => examples(suite),
    })
}

/// Every difference once.
fn table(comparison: &Comparison, waivers: &Waivers, options: &Options) -> String {
    let today = options.now.to_zoned(TimeZone::UTC).date();
    let mut table = String::new();
    for (difference, count) in &comparison.differences {
        let fingerprint = difference.fingerprint();
        let waived = waivers.of(&fingerprint, today);
        let waived = waived.map(|it| format!(", waived until {} by {}: {}", it.expires, it.owner, it.reason));
        table += &format!(
            "{} {:<21} {:<14} {} {} {} ({count} times, first in {}{})\n",
            fingerprint,
            difference.verdict.name(),
            difference.kind_name(),
            difference.operation,
            difference.at,
            difference.message,
            difference.seen,
            waived.unwrap_or_default(),
        );
    }
    let seen: Vec<String> = comparison.differences.iter().map(|(it, _)| it.fingerprint()).collect();
    for (waiver, why) in waivers.useless(&seen, today) {
        table += &format!("the waiver of {} {why}\n", waiver.fingerprint);
    }
    table
}
