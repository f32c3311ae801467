//! Explores an API: every operation alone, and every family of resources in sequences that a model
//! follows.
//!
//! Everything that is done is a list of [`Step`]s. A step is data, so that a sequence that fails
//! can be made shorter and kept.

mod body;
mod history;
mod model;
mod play;
mod regression;
mod schedule;
mod session;
mod shrink;
mod step;
mod tally;
#[cfg(test)]
mod tests;
mod walk;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::Instant,
};

use openapi::Route;
use proptest::strategy::ValueTree;
use wildmatch::WildMatch;

pub use step::{CaseKind, Step};

use play::Play;
use schedule::{Schedule, Sequence};
use session::{Breach, Session, Stop, breach};
use shrink::SequenceTree;
use tally::Tally;

use crate::core::{
    check,
    coverage::reached::Touched,
    exchange::{Exchange, NOT_EMULATED},
    finding::Finding,
    progress::Progress,
    run::{Case, Outcome, Run},
    shell::command_line,
    target::Target,
};

/// How to explore.
#[derive(Clone)]
pub struct Options {
    /// The same seed sends the same requests.
    pub seed: u64,
    /// How many requests are sent at most.
    pub steps: u64,
    /// Which operations: patterns of their ids with `*` and `?`, commas between.
    pub operations: String,
    /// Whether the first finding ends the run; it is then reported as it was found, not in its
    /// shortest form.
    pub stop_at_first: bool,
    /// Where sequences that failed are kept and looked for; nowhere without it.
    pub regressions: Option<PathBuf>,
    /// These steps in their order and nothing else, as a report tells them.
    pub play: Option<Vec<Step>>,
    /// Whether a terminal shows how far the run is.
    pub is_watched: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            seed: 1,
            steps: 2_000,
            operations: "*".to_owned(),
            stop_at_first: false,
            regressions: None,
            play: None,
            is_watched: false,
        }
    }
}

/// How many requests may be spent on making a sequence shorter.
const SHRINK_REQUESTS: u64 = 2_000;

/// Explores a target.
pub async fn run(target: &Target, options: &Options) -> Run {
    let mut run = Run::of("explore", target, Some(options.seed));
    let mut explorer = Explorer::new(target, options);
    match &options.play {
        Some(steps) => explorer.play(&Sequence::given(steps.clone()), options.seed).await,
        None => explorer.explore().await,
    }
    explorer.finish(&mut run);
    run
}

/// The state of a run.
struct Explorer<'a> {
    target: &'a Target,
    options: &'a Options,
    tally: Tally,
    known: BTreeSet<Breach>,
    cases: BTreeMap<(String, &'static str), Case>,
    failed: Vec<Case>,
    over: bool,
    /// Whether all scripted sequences were played.
    has_played_all: bool,
    started: Instant,
}

/// How a sequence ended.
struct Ended {
    /// How many steps were played.
    steps: usize,
    stop: Option<Stop>,
    exchanges: Vec<Exchange>,
}

impl<'a> Explorer<'a> {
    fn new(target: &'a Target, options: &'a Options) -> Explorer<'a> {
        let mut tally = Tally::of(options.steps);
        if options.is_watched {
            tally.progress = Progress::new("explore", options.steps);
        }
        Explorer {
            target,
            options,
            tally,
            known: BTreeSet::new(),
            cases: BTreeMap::new(),
            failed: Vec::new(),
            over: false,
            has_played_all: false,
            started: Instant::now(),
        }
    }

    fn is_over(&self) -> bool {
        self.over || self.tally.is_spent()
    }

    /// Plays kept regressions first, then the schedule, until the budget of requests is spent.
    async fn explore(&mut self) {
        let patterns: Vec<WildMatch> =
            self.options.operations.split(',').map(|it| WildMatch::new(it.trim())).collect();
        let chosen = |route: &Route| patterns.iter().any(|pattern| pattern.matches(&route.id));
        self.report_unmatched(&patterns);
        self.regressions(chosen).await;
        let mut schedule = Schedule::new(self.target.profile, self.options.seed, chosen);
        while let Some(sequence) = schedule.next().filter(|_| !self.is_over()) {
            self.play(&sequence, self.options.seed).await;
            self.has_played_all |= schedule.is_past_the_script() && !self.is_over();
        }
    }

    /// Reports each pattern that matches no operation, so that a typo is no success.
    fn report_unmatched(&mut self, patterns: &[WildMatch]) {
        let routes = &self.target.profile.contract.routes;
        for pattern in
            patterns.iter().filter(|it| !routes.iter().any(|route| it.matches(&route.id)))
        {
            let reason = format!("no operation matches {pattern}");
            let finding = Finding::new(&check::EMPTY_RUN, "explore", reason.clone());
            let case = Case::passed("explore", format!("operations {pattern}"));
            self.failed.push(Case {
                outcome: Outcome::Unchecked,
                reason,
                findings: vec![finding],
                ..case
            });
        }
    }

    /// Plays the kept regressions that contain a chosen operation.
    async fn regressions(&mut self, chosen: impl Fn(&Route) -> bool) {
        let Some(folder) = &self.options.regressions else { return };
        for (name, regression) in regression::all(folder, self.target.profile) {
            match regression {
                Ok(regression)
                    if regression.sequence.steps.iter().any(|step| chosen(step.route)) =>
                {
                    self.play(&regression.sequence, regression.seed).await;
                }
                Ok(_) => {}
                Err(reason) => self.unchecked(&name, reason),
            }
        }
    }

    fn unchecked(&mut self, name: &str, reason: String) {
        let case = Case { outcome: Outcome::Unchecked, reason, ..Case::passed("explore", name) };
        self.failed.push(case);
    }

    /// Plays a sequence in a fresh world and records how it ended.
    async fn play(&mut self, sequence: &Sequence, seed: u64) {
        let begun = Instant::now();
        let before = (self.tally.requests, self.tally.not_emulated);
        let ended =
            play_steps(self.target, &sequence.steps, seed, &mut self.tally, &self.known).await;
        match ended.stop {
            None | Some(Stop::Spent | Stop::NotEmulated) => {}
            Some(Stop::Unreachable(unreachable)) => {
                self.unchecked(
                    &format!("{}: {}", sequence.group, sequence.title),
                    unreachable.to_string(),
                );
                self.over = true;
            }
            Some(Stop::Breach(findings)) => {
                self.over = self.options.stop_at_first;
                let steps = &sequence.steps[..ended.steps];
                self.report_breach(sequence, seed, steps, findings, ended.exchanges).await;
            }
        }
        self.record(sequence, begun, before);
    }

    /// Records that a sequence was played. Its case passes even if a step failed, because the
    /// failure is a case of its own; it is skipped if the target does none of it.
    fn record(&mut self, sequence: &Sequence, begun: Instant, before: (u64, u64)) {
        let (sent, not_emulated) =
            (self.tally.requests - before.0, self.tally.not_emulated - before.1);
        if sent == 0 {
            return;
        }
        let Sequence { group, title, .. } = sequence;
        let skipped = || Case {
            outcome: Outcome::Skipped,
            reason: "the target does none of it (501)".to_owned(),
            ..Case::passed(group, format!("{group}: {title}"))
        };
        let case = self.cases.entry((group.clone(), title)).or_insert_with(skipped);
        case.took += begun.elapsed();
        if not_emulated < sent {
            (case.outcome, case.reason) = (Outcome::Passed, String::new());
        }
    }

    /// Reports a breach with the shortest sequence found that reproduces it.
    async fn report_breach(
        &mut self,
        sequence: &Sequence,
        seed: u64,
        steps: &[Step],
        findings: Vec<Finding>,
        exchanges: Vec<Exchange>,
    ) {
        let mut shown = (steps.to_vec(), findings, exchanges);
        if !self.options.stop_at_first && self.target.is_controllable() {
            shown = self.shrink(shown, seed).await;
        }
        let (steps, findings, exchanges) = shown;
        let Some(first) = findings.first() else { return };
        if let Some(folder) = &self.options.regressions
            && let Err(error) = regression::keep(folder, first, seed, &steps)
        {
            self.failed.push(Case {
                outcome: Outcome::Unchecked,
                reason: error.to_string(),
                ..Case::passed("explore", folder.to_string_lossy())
            });
        }
        let name = format!("{}: {} in {}", first.operation, first.check.code, sequence.title);
        let lines: Vec<String> = steps.iter().map(Step::to_string).collect();
        let script = lines.join("; ");
        let seed = seed.to_string();
        let target = &self.target.name;
        let replay = command_line([
            "contract-tests",
            "explore",
            "--target",
            target,
            "--seed",
            &seed,
            "--play",
            &script,
        ]);
        // Shrinking has changed the world.
        self.tally.is_fresh = false;
        self.known.extend(findings.iter().map(breach));
        self.tally.progress.failed();
        self.failed.push(Case {
            exchanges,
            replay,
            reason: script,
            ..Case::passed(&sequence.group, name).with_findings(findings)
        });
    }

    /// Shrinks a failing sequence within a budget of requests, keeping its first breach.
    async fn shrink(
        &self,
        shown: (Vec<Step>, Vec<Finding>, Vec<Exchange>),
        seed: u64,
    ) -> (Vec<Step>, Vec<Finding>, Vec<Exchange>) {
        let Some(wanted) = shown.1.first().map(breach) else { return shown };
        let mut tally = Tally::of(SHRINK_REQUESTS);
        let mut tree = SequenceTree::new(shown.0.clone());
        let mut shortest = shown;
        while tree.simplify() {
            let steps = tree.current();
            let ended = play_steps(self.target, &steps, seed, &mut tally, &self.known).await;
            match ended.stop {
                Some(Stop::Breach(findings))
                    if findings.first().map(breach).as_ref() == Some(&wanted) =>
                {
                    shortest = (steps[..ended.steps].to_vec(), findings, ended.exchanges);
                }
                Some(Stop::Spent | Stop::Unreachable(_)) => break,
                _ => {
                    tree.complicate();
                }
            }
        }
        shortest
    }

    fn finish(mut self, run: &mut Run) {
        if self.has_played_all && !self.options.stop_at_first {
            self.report_never_succeeded();
        }
        run.cases = self.failed;
        run.cases.extend(self.cases.into_values());
        self.tally.write_to(run);
        run.took = self.started.elapsed();
    }

    /// Reports operations that never succeeded: only their refusals were tested.
    fn report_never_succeeded(&mut self) {
        let profile = self.target.profile;
        let is_done = |it: &Touched| it.successes() > 0 || it.statuses.contains_key(&NOT_EMULATED);
        let weak = self
            .tally
            .reached
            .operations()
            .filter(|(id, it)| !profile.is_prepared(id) && !is_done(it));
        let weak: Vec<Finding> =
            weak.map(|(id, _)| Finding::new(&check::WEAK_RUN, id, "never was a success")).collect();
        let case = Case::passed("explore", "every operation succeeded once");
        let outcome = if weak.is_empty() { Outcome::Passed } else { Outcome::Unchecked };
        let reason = weak.iter().map(|it| it.operation.as_str()).collect::<Vec<_>>().join(", ");
        self.failed.push(Case { outcome, reason, ..case.with_findings(weak) });
    }
}

/// Plays steps after a reset, where the target can be reset.
async fn play_steps(
    target: &Target,
    steps: &[Step],
    seed: u64,
    tally: &mut Tally,
    known: &BTreeSet<Breach>,
) -> Ended {
    let mut ended = Ended { steps: 0, stop: None, exchanges: Vec::new() };
    if target.is_controllable() && !tally.is_fresh {
        if let Err(unreachable) = target.reset().await {
            ended.stop = Some(Stop::Unreachable(unreachable));
            return ended;
        }
        tally.is_fresh = true;
    }
    let mut play = Play::new(Session::new(target, tally, known), seed);
    for step in steps {
        ended.steps += 1;
        if let Err(stop) = play.step(*step).await {
            ended.stop = Some(stop);
            break;
        }
    }
    if !target.is_controllable() {
        // A target without a reset keeps what was made. What fails here was reported before.
        drop(play.clean_up().await);
    }
    ended.exchanges = play.session.exchanges;
    ended
}
