//! The one way to a live API: a transport that lets through what is allowed, slowly, and writes
//! down what it makes.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{Mutex, Notify};

use super::{
    Admission, Admitted, Budget, Clock, Effect, Entry, Event, Expense, Folder, Header, Ledger,
    Phase, RunId,
    interpret::{id_text, interpret},
};
use crate::core::{
    exchange::{Received, Sent},
    live_rules::Rules,
    profile::ApiProfile,
    transport::{
        Answered, Transport,
        denied::{Denied, Stop},
    },
};

/// After so many server errors in a row nothing more is sent.
const FAILURES_MAX: u32 = 3;
/// How long to wait after 429 without `Retry-After`.
const BACK_OFF: Duration = Duration::from_secs(60);
/// How long the removal of what was made may last.
const CLEANUP_MAX: Duration = Duration::from_secs(15 * 60);
/// How many requests are kept for the removal of each resource: two lists, and to look, remove and
/// look, each twice.
const REMOVAL_REQUESTS: u32 = 8;

/// What a run may do beyond reading.
#[derive(Debug, Clone, Default)]
pub struct Permit {
    /// How often each operation may be sent that is not of class `read`.
    pub operations: BTreeMap<String, u32>,
    /// What all of today may cost.
    pub cents: u64,
}

/// What a guard needs.
pub struct GuardConfig {
    /// The API.
    pub profile: &'static ApiProfile,
    /// What may be done to it.
    pub rules: Rules,
    /// The run, and where it goes to.
    pub header: Header,
    /// The host, as the budget knows it.
    pub host: String,
    /// What the run may do.
    pub permit: Permit,
    /// Where it keeps its records.
    pub folder: Folder,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
}

/// The transport to a live API: it sends only what [`Admission`] admits and the budget allows.
pub struct Guarded {
    inner: Arc<dyn Transport>,
    profile: &'static ApiProfile,
    rules: Rules,
    header: Header,
    folder: Folder,
    clock: Arc<dyn Clock>,
    interrupted: AtomicBool,
    /// Wakes a waiting request when the run is interrupted.
    interrupt: Notify,
    /// Held while a request is under way, so that there is only one.
    state: Mutex<State>,
}

struct State {
    phase: Phase,
    deadline: Duration,
    budget: Budget,
    /// `None` until something is made.
    ledger: Option<Ledger>,
    planned: BTreeMap<String, u32>,
    seen: HashSet<String>,
    failures: u32,
    throttled: u32,
    stopped: Option<Stop>,
}

impl Guarded {
    /// Guards `inner`. With `ledger`, what an earlier run left is removed and nothing else is done.
    pub fn new(
        inner: Arc<dyn Transport>,
        config: GuardConfig,
        ledger: Option<Ledger>,
    ) -> std::io::Result<Guarded> {
        let GuardConfig { profile, rules, header, host, permit, folder, clock } = config;
        let budget = Budget::open(folder.budget(&host), rules.limits.clone(), permit.cents)?;
        let (phase, time) = match ledger {
            Some(_) => (Phase::Cleanup, CLEANUP_MAX),
            None => (Phase::Work, Duration::from_secs(60 * rules.limits.minutes)),
        };
        let state = State {
            phase,
            deadline: clock.now() + time,
            budget,
            ledger,
            planned: permit.operations,
            seen: HashSet::new(),
            failures: 0,
            throttled: 0,
            stopped: None,
        };
        let (interrupted, interrupt) = (AtomicBool::new(false), Notify::new());
        let state = Mutex::new(state);
        Ok(Guarded { inner, profile, rules, header, folder, clock, interrupted, interrupt, state })
    }

    /// What may be done.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The API.
    pub fn profile(&self) -> &'static ApiProfile {
        self.profile
    }

    /// The run.
    pub fn run(&self) -> &RunId {
        &self.header.run
    }

    /// Ends the work: what is under way comes to its end, and only removals follow.
    pub fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Relaxed);
        self.interrupt.notify_one();
    }

    /// Why nothing more is sent.
    pub async fn stopped(&self) -> Option<Stop> {
        self.state.lock().await.stopped.clone()
    }

    /// From now on, what was made is removed, and nothing else is done.
    pub async fn begin_cleanup(&self) {
        let mut state = self.state.lock().await;
        state.phase = Phase::Cleanup;
        state.deadline = self.clock.now() + CLEANUP_MAX;
        state.stopped = None;
    }

    /// The time, by the clock of the run.
    pub fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Waits and returns true, unless nothing may be sent any more, or not after the wait.
    pub async fn pause(&self, time: Duration) -> bool {
        let may = {
            let state = self.state.lock().await;
            self.check_not_stopped(&state).is_ok() && self.now() + time <= state.deadline
        };
        if may {
            self.clock.sleep(time).await;
        }
        may
    }

    /// What was made, or may have been.
    pub async fn entries(&self) -> Vec<Entry> {
        self.state
            .lock()
            .await
            .ledger
            .as_ref()
            .map(|ledger| ledger.entries.clone())
            .unwrap_or_default()
    }

    /// Notes an event that no answer tells of.
    pub async fn note(&self, n: usize, event: Event) -> Result<(), Stop> {
        self.state.lock().await.note(n, event, self.clock.now())
    }

    /// Sends a request, or says why not.
    pub async fn pass(&self, sent: &Sent) -> Result<Answered, Denied> {
        let mut state = self.state.lock().await;
        let admitted = {
            let entries = state.ledger.as_ref().map_or(&[][..], |ledger| &ledger.entries);
            let (phase, run) = (state.phase, &self.header.run);
            let State { planned, seen, .. } = &*state;
            let (profile, rules) = (self.profile, &self.rules);
            Admission { profile, rules, run, phase, planned, entries, seen }.admit(sent)?
        };
        if let Err(stop) = self.prepare(&mut state, &admitted).await {
            state.stopped = Some(stop.clone());
            return Err(stop.into());
        }
        let answered = self.inner.send(&self.labelled(sent)).await;
        let learned = self.learn(&mut state, &admitted, &answered);
        if let Err(stop) = learned {
            // What was answered is known all the same; only nothing may follow.
            state.stopped = Some(stop);
        }
        Ok(answered)
    }

    /// Waits for the rate limit, checks that nothing stops the run, debits the budget, and notes
    /// what is about to happen.
    async fn prepare(&self, state: &mut State, admitted: &Admitted<'_>) -> Result<(), Stop> {
        self.check_not_stopped(state)?;
        let now = self.clock.now();
        let wait = state.budget.wait(now);
        if now > state.deadline {
            return Err(Stop::Deadline);
        }
        if now + wait > state.deadline {
            return Err(Stop::WaitTooLong(timestamp(now + wait)));
        }
        if !wait.is_zero() {
            self.wait(state.phase, wait).await;
        }
        self.check_not_stopped(state)?;
        let now = self.clock.now();
        let reserve = (state.phase == Phase::Work).then(|| state.reserve(&admitted.effect));
        state.budget.debit(
            Expense { operation: admitted.operation, cents: admitted.cents, reserve },
            now,
        )?;
        if admitted.planned
            && let Some(left) = state.planned.get_mut(admitted.operation)
        {
            *left -= 1;
        }
        match &admitted.effect {
            Effect::Make(_, name) => self
                .begin_ledger(state)?
                .intend(admitted.operation, name, now)
                .map_err(Stop::unwritten),
            Effect::Rename(_, n, name) => {
                state.note(*n, Event::Renaming { name: name.clone() }, now)
            }
            _ => Ok(()),
        }
    }

    /// Waits; an interrupt ends the wait of work, but not that of a cleanup.
    async fn wait(&self, phase: Phase, time: Duration) {
        let interrupt = async {
            match phase {
                Phase::Work => self.interrupt.notified().await,
                Phase::Cleanup => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.clock.sleep(time) => {}
            () = interrupt => {}
        }
    }

    /// The reason to send nothing at all, if there is one.
    fn check_not_stopped(&self, state: &State) -> Result<(), Stop> {
        let switch = self.folder.switch();
        if switch.exists() {
            return Err(Stop::Switch(switch));
        }
        if let Some(stop) = &state.stopped {
            return Err(stop.clone());
        }
        if state.phase == Phase::Cleanup {
            return Ok(());
        }
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(Stop::Interrupted);
        }
        if state.failures >= FAILURES_MAX {
            return Err(Stop::Failing(FAILURES_MAX));
        }
        if state.throttled >= 2 { Err(Stop::Throttled) } else { Ok(()) }
    }

    /// The ledger, begun if there is none yet.
    fn begin_ledger<'a>(&self, state: &'a mut State) -> Result<&'a mut Ledger, Stop> {
        let ledger = match state.ledger.take() {
            Some(ledger) => ledger,
            None => Ledger::begin(
                &self.folder.ledger(self.run()),
                self.header.clone(),
                self.clock.now(),
            )
            .map_err(Stop::unwritten)?,
        };
        Ok(state.ledger.insert(ledger))
    }

    /// The request with headers that name the program and the run, so that the provider can tell
    /// whose it is.
    fn labelled(&self, sent: &Sent) -> Sent {
        let run = self.run().as_str();
        let mut headers = sent.headers.clone();
        headers.retain(|(name, _)| name != "user-agent");
        headers.push((
            "user-agent".to_owned(),
            format!("contract-tests/{}", env!("CARGO_PKG_VERSION")),
        ));
        headers.push(("x-contract-tests-run".to_owned(), run.to_owned()));
        Sent { headers, ..sent.clone() }
    }

    /// Notes what an answer tells of what the run made, and whether the host fails or throttles.
    fn learn(
        &self,
        state: &mut State,
        admitted: &Admitted<'_>,
        answered: &Answered,
    ) -> Result<(), Stop> {
        let now = self.clock.now();
        let failed = answered.as_ref().map_or(true, |it| it.status >= 500 && !it.is_not_emulated());
        state.failures = if failed { state.failures + 1 } else { 0 };
        let Ok(received) = answered else { return Ok(()) };
        state.throttled += u32::from(received.status == 429);
        if let Some(time) = retry_after(received, now) {
            state.budget.back_off(time, now)?;
        }
        if self.profile.is_success(received) {
            remember(&mut state.seen, &received.json());
        }
        let cleanup = state.phase == Phase::Cleanup;
        let state_before = (state.entries(), cleanup);
        let (route, effect) = (admitted.route, &admitted.effect);
        let events = interpret(self.profile, route, state_before, effect, received);
        events.into_iter().try_for_each(|(n, event)| state.note(n, event, now))?;
        Ok(())
    }
}

impl State {
    fn entries(&self) -> &[Entry] {
        self.ledger.as_ref().map_or(&[], |ledger| &ledger.entries)
    }

    fn note(&mut self, n: usize, event: Event, now: Duration) -> Result<(), Stop> {
        let Some(ledger) = &mut self.ledger else { return Ok(()) };
        ledger.note(n, event, now).map_err(Stop::unwritten)
    }

    /// How many requests must be left to remove what exists after a request.
    fn reserve(&self, effect: &Effect) -> u32 {
        let open = self.entries().iter().filter(|entry| entry.is_open()).count();
        let more = usize::from(matches!(effect, Effect::Make(..)));
        u32::try_from(open + more).unwrap_or(u32::MAX).saturating_mul(REMOVAL_REQUESTS)
    }
}

impl Transport for Guarded {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        Box::pin(async { self.pass(sent).await? })
    }
}

/// Remembers every value of an answer: reads may name what was shown.
fn remember(seen: &mut HashSet<String>, body: &Value) {
    match body {
        Value::Array(items) => items.iter().for_each(|item| remember(seen, item)),
        Value::Object(members) => members.values().for_each(|value| remember(seen, value)),
        value => seen.extend(id_text(value)),
    }
}

/// How long the host asks to wait: `Retry-After` holds seconds or a date.
fn retry_after(received: &Received, now: Duration) -> Option<Duration> {
    let header = received.header("retry-after").map(str::trim);
    let date = |text: &str| {
        let time = httpdate::parse_http_date(text).ok()?;
        Some(time.duration_since(std::time::UNIX_EPOCH).ok()?.saturating_sub(now))
    };
    let wait =
        header.and_then(|text| text.parse().map(Duration::from_secs).ok().or_else(|| date(text)));
    match received.status {
        429 => Some(wait.unwrap_or(BACK_OFF)),
        503 => wait,
        _ => None,
    }
}

/// A time since 1970, as people read it.
fn timestamp(time: Duration) -> Timestamp {
    let seconds = i64::try_from(time.as_millis().div_ceil(1000)).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}
