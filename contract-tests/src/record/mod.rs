//! Makes fixtures of what a server answers: ids, times and secrets become rules, everything else is
//! kept exactly.

mod describe;
mod entropy;
pub mod har;
pub mod hurl;
mod proxy;
mod trace;
mod volatile;
mod write;

use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use describe::describe;
pub use proxy::{Bounds, Passed, Proxy};
pub use trace::trace;
pub use write::{Existing, WriteError, Written, to_yaml, write};

/// What this program calls itself in a provenance.
pub const RECORDER: &str = concat!("contract-tests ", env!("CARGO_PKG_VERSION"));

use crate::{
    core::{exchange::Exchange, profile::ApiProfile, redact::Redactor, target::Target},
    fixture::{CleanupError, Fixture, Names, Options, PlayError, Player, Provenance, Source, read},
};

/// What answered, and which exchange belongs to which step.
pub struct Recording {
    /// The requests, as a fixture whose answers do not matter.
    pub scenario: Fixture,
    /// The exchanges with the number of their step.
    pub exchanges: Vec<(usize, Exchange)>,
}

/// Why a scenario could not be recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A step could not be played.
    #[error("step {number}: {error}", number = .0 + 1, error = .1)]
    Step(usize, PlayError),
    /// The target does not do this.
    #[error("step {number}: {operation} is not emulated", number = .0 + 1, operation = .1)]
    NotEmulated(usize, String),
    /// There is no recording of it.
    #[error("there is no good recording of {id} in {folder}", id = .0, folder = .1.display())]
    NotRecorded(String, PathBuf),
    /// What was made was not undone.
    #[error("not undone: {0}")]
    Cleanup(CleanupError),
}

/// What is done with each exchange as it happens; the names are those of the player.
pub type Look<'a> = &'a mut (dyn FnMut(usize, &Exchange, &mut Names) + Send);

/// Plays the requests of a scenario against a target and keeps what comes back.
pub async fn drive(
    target: &Target,
    scenario: &Fixture,
    options: &Options,
    look: Look<'_>,
) -> Result<Recording, RecordError> {
    let started = Player::start(target, scenario, &options.run, options.now).await;
    let mut player = started.map_err(|error| RecordError::Step(0, error))?;
    let result = drive_steps(&mut player, scenario, look).await;
    let failures = player.clean_up().await;
    let exchanges = result?;
    match failures.into_iter().next() {
        Some(failure) => Err(RecordError::Cleanup(failure)),
        None => Ok(Recording { scenario: scenario.clone(), exchanges }),
    }
}

async fn drive_steps(
    player: &mut Player<'_>,
    scenario: &Fixture,
    look: Look<'_>,
) -> Result<Vec<(usize, Exchange)>, RecordError> {
    let mut exchanges = Vec::new();
    for (index, step) in scenario.steps.iter().enumerate() {
        let exchange = player.step(step).await.map_err(|error| RecordError::Step(index, error))?;
        let Some(exchange) = exchange else { continue };
        if exchange.received.is_not_emulated() {
            return Err(RecordError::NotEmulated(index, exchange.sent.name()));
        }
        look(index, &exchange, &mut player.names);
        player.remember(step, &exchange.received);
        exchanges.push((index, exchange));
    }
    Ok(exchanges)
}

/// The provenance of what a target answers now. Only what came from another host is called real.
pub fn provenance(target: &Target, now: Timestamp) -> Provenance {
    let is_real = target.is_live();
    let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
    Provenance {
        source: if is_real { Source::Real } else { Source::Mock },
        base: target.host(),
        recorded_at: now,
        last_validated_at: now,
        valid_for: is_real.then_some(crate::fixture::Span { seconds: 90 * 86_400 }),
        recorder: RECORDER.to_owned(),
        note: None,
    }
}

/// Makes a fixture of what somebody else sent and got, and writes it. Requests that are no
/// operation are told, and why the fixture cannot be played yet, where it cannot.
pub fn save(
    folder: &Path,
    profile: &'static ApiProfile,
    id: &str,
    exchanges: Vec<Exchange>,
    provenance: Provenance,
    redactor: &Redactor,
) -> anyhow::Result<PathBuf> {
    let (recording, unknown) = trace(profile, id, exchanges, redactor);
    unknown.iter().for_each(|name| eprintln!("left out, because no operation is like it: {name}"));
    anyhow::ensure!(
        !recording.exchanges.is_empty(),
        "no exchange belongs to an operation of the contract"
    );
    let note = provenance.note.clone();
    let fixture = describe(recording, provenance, redactor, NO_RUN);
    let fixture = Fixture { provenance: Provenance { note, ..fixture.provenance }, ..fixture };
    let path = write(folder, &fixture, redactor, "", Existing::Keep)?.path;
    if let Err(broken) = read(profile, id, &path) {
        eprintln!("this is to be mended before it can be played: {broken}");
    }
    Ok(path)
}

/// Stands for the run where there is none; no answer holds it.
const NO_RUN: &str = "{{run}}";
