//! The target of a command: an emulator, or a live API behind its guard.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use clap::Args;

use super::apis::{self, ApiArguments};

use crate::{
    core::{
        exchange::Caller,
        live_rules::Rules,
        profile::ApiProfile,
        target::{ResolvedServer, Target, TargetKind},
        transport::credentials::{KEY, Keys},
        world,
    },
    live::{
        Folder, Gate, GateError, GuardConfig, Guarded, Header, Ledger, MovedClock, Permit, RunId,
        SystemClock,
    },
    profiles,
};

/// The target that stands for an emulator in this process.
pub(super) const MOCK: &str = "mock";

/// The seed of an emulator: always the same, so that a fixture plays the same way everywhere.
pub(super) const SEED: u64 = 1;

/// How many characters of a random number name a run.
const RUN_DIGITS: usize = 8;

/// The default folder of budgets and ledgers.
const STATE: &str = ".contract-tests";

/// What is tested.
#[derive(Debug, Args)]
pub struct TargetArguments {
    /// `mock` for an emulator in this process, or the base URL of a server.
    #[arg(long, value_name = "mock|URL", default_value = MOCK)]
    target: String,
    #[command(flatten)]
    apis: ApiArguments,
    #[command(flatten)]
    live: LiveArguments,
}

/// What a live target needs.
#[derive(Debug, Args)]
pub(super) struct LiveArguments {
    /// Talk to a server that is no emulator on this machine. CONTRACT_LIVE=1 must be set in the
    /// environment as well.
    #[arg(long)]
    live: bool,
    /// Where live runs keep their budget and their ledgers. A file called `stop` in it stops them
    /// at once.
    #[arg(long, value_name = "FOLDER", default_value = STATE)]
    state: PathBuf,
}

/// The world of an emulator that is used.
#[derive(Debug, Clone, Copy)]
pub(super) enum World {
    /// One that is made for the command with this seed, and removed after it.
    Own(u64),
    /// The one that its user has; nothing in it is reset.
    OfUser,
}

/// A target, and the guard before it.
pub(super) struct GuardedTarget {
    pub(super) target: Target,
    pub(super) guard: Arc<Guarded>,
}

impl TargetArguments {
    /// Opens the target of one API in a world of its own. A mock begins with `seed`; a live API is
    /// only read.
    pub(super) async fn open(
        &self,
        profile: &'static ApiProfile,
        seed: u64,
    ) -> anyhow::Result<Target> {
        self.live.open(profile, &self.target, World::Own(seed)).await
    }

    /// Opens the target of one API for a client of the user, in the world of the user.
    pub(super) async fn open_for_client(
        &self,
        profile: &'static ApiProfile,
    ) -> anyhow::Result<Target> {
        self.live.open(profile, &self.target, World::OfUser).await
    }

    /// Opens the target once for each of its APIs, or of those that are named. A mock is one server
    /// for all of them.
    pub(super) async fn open_all(&self, seed: u64) -> anyhow::Result<Vec<Target>> {
        let mut targets: Vec<Target> = Vec::new();
        for profile in self.live.apis(&self.apis, &[&self.target]).await? {
            let same = targets.first().and_then(|target| target.by(profile));
            targets.push(match same {
                Some(target) => target,
                None => self.open(profile, seed).await?,
            });
        }
        Ok(targets)
    }

    /// The API of a command that is about one only.
    pub(super) fn api(&self) -> &'static ApiProfile {
        self.apis.one()
    }

    /// The APIs that are named.
    pub(super) fn named_apis(&self) -> Vec<&'static ApiProfile> {
        self.apis.named()
    }

    /// The arguments that open the same target of an API again.
    pub(super) fn words(&self, profile: &ApiProfile) -> Vec<String> {
        let target = vec!["--target".to_owned(), self.target.clone()];
        [target, apis::words(profile), self.live.words()].concat()
    }

    /// The base URL as a plan names it.
    pub(super) fn base(&self) -> &str {
        self.target.trim_end_matches('/')
    }

    /// Whether it is a live API, whether or not the gate lets it pass.
    pub(super) fn is_live(&self) -> bool {
        let gate = Gate::new(self.live.live, &Rules::of(self.api()));
        match gate.pass(&self.target) {
            Ok(server) => server.kind == TargetKind::Live,
            Err(barred) => matches!(barred, GateError::Live(..) | GateError::Unknown(..)),
        }
    }

    /// Opens the target behind a guard that also lets through what `permit` allows. With an
    /// emulator this is a rehearsal.
    pub(super) async fn open_for_writing(&self, permit: Permit) -> anyhow::Result<GuardedTarget> {
        let profile = self.api();
        let rules = Rules::of(profile);
        if self.target != MOCK {
            let server = Gate::new(self.live.live, &rules).pass(&self.target)?;
            let folder = self.live.folder()?;
            return self.live.guarded(profile, server, rules, permit, folder, None).await;
        }
        let mock = Target::mock(profile, SEED)?;
        let url = mock.url().expect("a mock has an address");
        let server = Gate::new(false, &rules).pass(&url)?;
        self.live.before(&mock, server, rules, permit, self.live.folder()?, None)
    }
}

impl LiveArguments {
    /// The arguments that repeat these.
    pub(super) fn words(&self) -> Vec<String> {
        let live = self.live.then(|| "--live".to_owned());
        live.into_iter().chain(option("--state", &self.state, STATE)).collect()
    }

    /// Opens the target of this name or base URL. A mock is always of its own; a live API is only
    /// read.
    pub(super) async fn open(
        &self,
        profile: &'static ApiProfile,
        target: &str,
        world: World,
    ) -> anyhow::Result<Target> {
        if target == MOCK {
            let seed = if let World::Own(seed) = world { seed } else { SEED };
            return Ok(Target::mock(profile, seed)?);
        }
        let rules = Rules::of(profile);
        let server = Gate::new(self.live, &rules).pass(target)?;
        match server.kind {
            TargetKind::Mock => {
                let keys = Keys::from_env();
                let target = match world {
                    World::Own(seed) => Target::beside(profile, &server, keys, seed).await?,
                    World::OfUser => Target::at(profile, &server, keys).await?,
                };
                // The keys of an emulator are those of its demo world; for any other server, the
                // environment must have one.
                anyhow::ensure!(target.can_call_as(Caller::Customer), no_key(profile));
                Ok(target)
            }
            TargetKind::Live => Ok(self
                .guarded(profile, server, rules, Permit::default(), self.folder()?, None)
                .await?
                .target),
        }
    }

    /// The APIs that are named, or else those that all of these targets serve.
    pub(super) async fn apis(
        &self,
        named: &ApiArguments,
        targets: &[&str],
    ) -> anyhow::Result<Vec<&'static ApiProfile>> {
        let named = named.named();
        if !named.is_empty() {
            return Ok(named);
        }
        let mut all = profiles::all().to_vec();
        for target in targets {
            let served = self.served(target).await?;
            all.retain(|it| served.iter().any(|served| served.name == it.name));
        }
        Ok(all)
    }

    /// The APIs of a target. One that does not say which it serves, serves the first.
    async fn served(&self, target: &str) -> anyhow::Result<Vec<&'static ApiProfile>> {
        let (all, first) = (profiles::all().to_vec(), profiles::first());
        if target == MOCK {
            return Ok(all);
        }
        let is_host_of =
            |it: &ApiProfile| Rules::of(it).hosts.iter().any(|host| is_at(target, host));
        let of_host: Vec<_> = all.iter().copied().filter(|it| is_host_of(it)).collect();
        let passed = Gate::new(self.live, &Rules::of(first)).pass(target);
        let is_mock = passed.is_ok_and(|server| server.kind == TargetKind::Mock);
        if !is_mock {
            return Ok(if of_host.is_empty() { vec![first] } else { of_host });
        }
        let Some(names) =
            self.open(first, target, World::OfUser).await?.served().await.ok().flatten()
        else {
            return Ok(vec![first]);
        };
        let is_served = |it: &&'static ApiProfile| names.iter().any(|name| name == it.name);
        Ok(all.into_iter().filter(is_served).collect())
    }

    /// The folder, locked as long as it is open.
    pub(super) fn folder(&self) -> std::io::Result<Folder> {
        Folder::open(&self.state)
    }

    /// Whether what a ledger is about was in a world that is gone, and everything with it.
    pub(super) async fn is_gone(&self, header: &Header) -> anyhow::Result<bool> {
        if !world::is_of_a_world(&header.base) {
            return Ok(false);
        }
        let profile = profile_of(header)?;
        let server = Gate::new(self.live, &Rules::of(profile)).pass(&header.base)?;
        Ok(!Target::at(profile, &server, Keys::from_env()).await?.is_controllable())
    }

    /// Opens the target of `ledger` behind a guard that only removes what the ledger says.
    pub(super) async fn resume(
        &self,
        folder: Folder,
        ledger: Ledger,
    ) -> anyhow::Result<GuardedTarget> {
        let profile = profile_of(&ledger.header)?;
        let rules = Rules::of(profile);
        let server = Gate::new(self.live, &rules).pass(&ledger.header.base)?;
        self.guarded(profile, server, rules, Permit::default(), folder, Some(ledger)).await
    }

    async fn guarded(
        &self,
        profile: &'static ApiProfile,
        server: ResolvedServer,
        rules: Rules,
        permit: Permit,
        folder: Folder,
        ledger: Option<Ledger>,
    ) -> anyhow::Result<GuardedTarget> {
        let keys = Keys::from_env().fitting(profile.credentials);
        let live = server.kind == TargetKind::Live;
        anyhow::ensure!(!live || keys.customer.is_some(), no_key(profile));
        let target = match (&ledger, server.kind) {
            // What is left is where the ledger says, and nowhere else.
            (None, TargetKind::Mock) => Target::beside(profile, &server, keys, SEED).await?,
            _ => Target::at(profile, &server, keys).await?,
        };
        self.before(&target, server, rules, permit, folder, ledger)
    }

    fn before(
        &self,
        target: &Target,
        server: ResolvedServer,
        mut rules: Rules,
        permit: Permit,
        folder: Folder,
        ledger: Option<Ledger>,
    ) -> anyhow::Result<GuardedTarget> {
        if server.kind == TargetKind::Mock {
            rules.limits = rules.limits.of_a_rehearsal();
        }
        let base = target.own_base().unwrap_or(server.base);
        let new_header = || Header { run: new_run(), api: target.profile.name.to_owned(), base };
        let config = GuardConfig {
            profile: target.profile,
            rules,
            header: ledger.as_ref().map(|ledger| ledger.header.clone()).unwrap_or_else(new_header),
            host: server.host,
            permit,
            folder,
            clock: if target.is_seeded() {
                Arc::new(MovedClock::new(target.clone()))
            } else {
                Arc::new(SystemClock)
            },
        };
        let guard = Arc::new(Guarded::new(target.transport(), config, ledger)?);
        Ok(GuardedTarget { target: target.behind(|_| guard.clone()), guard })
    }
}

/// The API of a ledger.
fn profile_of(header: &Header) -> anyhow::Result<&'static ApiProfile> {
    let api = &header.api;
    profiles::find(api).with_context(|| format!("the API {api} is not known"))
}

/// An option with a path; nothing where that is the default.
pub(super) fn option(name: &str, path: &Path, default: &str) -> Vec<String> {
    let path = path.to_string_lossy().into_owned();
    if path == default { Vec::new() } else { vec![name.to_owned(), path] }
}

/// That there is no key for a server that needs one.
fn no_key(profile: &ApiProfile) -> String {
    let form = profile.credentials.form().map(|form| format!(", as {form}")).unwrap_or_default();
    format!("set {KEY} in the environment{form}")
}

/// Whether a base URL is that of a host.
fn is_at(base: &str, host: &str) -> bool {
    url::Url::parse(base).is_ok_and(|url| url.host_str() == Some(host))
}

fn new_run() -> RunId {
    RunId::new(&uuid::Uuid::new_v4().simple().to_string()[..RUN_DIGITS])
}
