//! A server that plays the live host: it counts what it gets, answers as it is told, and else as an
//! emulator does.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use contract_tests::{
    Api, Caller, Emulator, Http, Keys, Received, Request, Run, Secret, Sent, Target, Transport,
    Unreachable,
    live::{
        Clock, Denied, Folder, Gate, GuardConfig, Guarded, Header, Ledger, Permit, Plan,
        ResolvedServer, Rules, RunId, TargetKind, apply,
    },
    profiles::i3d_v3::PROFILE,
};
use futures_util::future::BoxFuture;
use mock_server::Config;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A key that looks like no other text.
pub const CANARY: &str = "CanaryKey0CanaryKey0";

/// A request as the host got it.
#[derive(Debug, Clone)]
pub struct Got {
    pub method: Method,
    pub target: String,
    pub headers: HeaderMap,
}

/// An answer that the host gives instead of the emulator's.
#[derive(Debug, Clone, Default)]
pub struct Told {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// When a request is held up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before it is done.
    Before,
    /// When it is done, and before it is answered.
    After,
}

struct Shared {
    /// The number of the request that is held up for ever.
    hold: Mutex<Option<(usize, Moment)>>,
    holds: AtomicBool,
    http: Http,
    got: Mutex<Vec<Got>>,
    told: Mutex<VecDeque<Told>>,
    delay: Duration,
    under_way: AtomicUsize,
    most_under_way: AtomicUsize,
}

/// The live host.
pub struct Host {
    emulator: Emulator,
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Host {
    pub async fn start() -> Host {
        Host::slow(Duration::ZERO).await
    }

    /// A host that takes its time.
    pub async fn slow(delay: Duration) -> Host {
        let config = Config { seed: Some(1), api_key: CANARY.to_owned(), ..Config::default() };
        let emulator = Emulator::with(config);
        let shared = Arc::new(Shared {
            hold: Mutex::default(),
            holds: AtomicBool::default(),
            http: Http::new(emulator.url(), &PROFILE, Keys::default()),
            got: Mutex::default(),
            told: Mutex::default(),
            delay,
            under_way: AtomicUsize::default(),
            most_under_way: AtomicUsize::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Host { emulator, address, shared }
    }

    /// The next answers are these, whatever is asked of the API.
    pub fn tell(&self, answers: impl IntoIterator<Item = Told>) {
        self.shared.told.lock().unwrap().extend(answers);
    }

    /// The request of this number, counted from the first that it ever got, is held up until it is
    /// released.
    pub fn hold(&self, number: usize, moment: Moment) {
        *self.shared.hold.lock().unwrap() = Some((number, moment));
        self.shared.holds.store(false, Ordering::SeqCst);
    }

    /// What is held up goes on.
    pub fn release(&self) {
        *self.shared.hold.lock().unwrap() = None;
    }

    /// Whether a request is held up.
    pub fn holds(&self) -> bool {
        self.shared.holds.load(Ordering::SeqCst)
    }

    /// What it got so far.
    pub fn got(&self) -> Vec<Got> {
        self.shared.got.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.got().len()
    }

    pub fn most_under_way(&self) -> usize {
        self.shared.most_under_way.load(Ordering::SeqCst)
    }

    /// The base URL on this machine, by which it is an emulator.
    pub fn loopback(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The emulator behind it.
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// Everything of the account that a run could make or damage, as the emulator has it.
    pub async fn resources(&self) -> Vec<Value> {
        resources(&self.emulator.api()).await
    }

    /// The same of every world of the emulator: rehearsals are in one of their own. Worlds that are
    /// alike are told once.
    pub async fn resources_of_all_worlds(&self) -> Vec<Vec<Value>> {
        let list = self.emulator.api().raw("GET", "/_mock/worlds", None).await.json();
        let mut all = Vec::new();
        for world in list["worlds"].as_array().expect("a list") {
            let url = world["url"].as_str().expect("an address").to_owned();
            let of_world = resources(&Api::new(&PROFILE, url).with_key(CANARY)).await;
            if !all.contains(&of_world) {
                all.push(of_world);
            }
        }
        all
    }

    /// Where it is, as a gate sees it that takes its name for a live one.
    pub fn resolved(&self) -> ResolvedServer {
        let host = format!("api.example:{}", self.address.port());
        let base = format!("http://{host}");
        let hosts = vec![host];
        let gate =
            Gate { flag: true, variable: true, hosts, plain: true, resolver: loopback_resolver };
        let server = gate.pass(&base).expect("the gate is open");
        assert_eq!(server.kind, TargetKind::Live, "the second server counts as live");
        server
    }

    pub fn http(&self) -> Arc<dyn Transport> {
        let keys = Keys { customer: Some(Secret::new(CANARY)), ..Keys::default() };
        let server = self.resolved();
        Arc::new(Http::pinned(server.base, server.address, &PROFILE, keys))
    }
}

/// Everything of an account that a run could make or damage.
async fn resources(api: &Api) -> Vec<Value> {
    let mut all = Vec::new();
    for list in [
        "getSshKeys",
        "getFlexMetalTags",
        "getSlackSettings",
        "getCallbacks",
        "getFlexMetalServers",
    ] {
        let call = api.call(list);
        let paged = list.starts_with("getFlexMetal");
        let call = if paged { call.range("start=0,results=500") } else { call };
        all.extend(call.ok().await.as_array().expect("a list").iter().cloned());
    }
    all
}

/// Resolves names below `.example`, which do not exist, to this machine.
fn loopback_resolver(_: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))])
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = uri.path_and_query().expect("a request has a path").to_string();
    let got = Got { method: method.clone(), target: target.clone(), headers: headers.clone() };
    let number = {
        let mut all = shared.got.lock().unwrap();
        all.push(got);
        all.len()
    };
    hold(&shared, number, Moment::Before).await;
    let under_way = shared.under_way.fetch_add(1, Ordering::SeqCst) + 1;
    shared.most_under_way.fetch_max(under_way, Ordering::SeqCst);
    tokio::time::sleep(shared.delay).await;
    let is_control = target.contains("/_mock/");
    let told = if is_control { None } else { shared.told.lock().unwrap().pop_front() };
    let response = match told {
        Some(told) => {
            let status = StatusCode::from_u16(told.status).unwrap();
            let mut response = (status, told.body).into_response();
            for (name, value) in told.headers {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            response
        }
        None => forward(&shared, method, &target, headers, body).await,
    };
    hold(&shared, number, Moment::After).await;
    shared.under_way.fetch_sub(1, Ordering::SeqCst);
    response
}

async fn hold(shared: &Shared, number: usize, moment: Moment) {
    while *shared.hold.lock().unwrap() == Some((number, moment)) {
        shared.holds.store(true, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn forward(
    shared: &Shared,
    method: Method,
    target: &str,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    headers.remove("host");
    let text = |value: &HeaderValue| value.to_str().expect("a header is text").to_owned();
    let headers = headers.iter().map(|(name, value)| (name.to_string(), text(value)));
    let sent = Sent {
        route: None,
        caller: Caller::Nobody,
        method,
        target: target.to_owned(),
        headers: headers.collect(),
        body: body.to_vec(),
    };
    let answer = shared.http.send(&sent).await.expect("the emulator answers");
    let status = StatusCode::from_u16(answer.status).expect("a status");
    (status, answer.headers, answer.body).into_response()
}

/// A clock that moves only when something waits for it, together with the clock of an emulator.
#[derive(Default)]
pub struct Patient {
    emulator: Option<Api>,
    now: Mutex<Duration>,
    /// A file that appears during a wait.
    pub meanwhile: Mutex<Option<PathBuf>>,
    /// Whether a wait never ends.
    pub stands: AtomicBool,
}

impl Patient {
    pub fn advance(&self, time: Duration) {
        *self.now.lock().unwrap() += time;
    }

    pub fn set(&self, now: Duration) {
        *self.now.lock().unwrap() = now;
    }
}

impl Clock for Patient {
    fn now(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        if self.stands.load(Ordering::SeqCst) {
            return Box::pin(std::future::pending());
        }
        self.advance(time);
        let emulator = self.emulator.clone();
        if let Some(file) = self.meanwhile.lock().unwrap().take() {
            std::fs::write(file, "").unwrap();
        }
        Box::pin(async move {
            if let Some(emulator) = emulator {
                emulator.advance(time.as_millis().div_ceil(1000).try_into().unwrap()).await;
            }
        })
    }
}

/// A folder for records. They are on the disk before every request, so it lies in memory where that
/// has a file system.
pub fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// What a test needs to guard a host.
pub struct Scene {
    pub host: Host,
    pub clock: Arc<Patient>,
    pub rules: Rules,
    pub permit: Permit,
    folder: TempDir,
}

impl Scene {
    pub async fn new() -> Scene {
        let host = Host::start().await;
        let emulator = Some(host.emulator().api());
        Scene {
            host,
            clock: Arc::new(Patient { emulator, ..Patient::default() }),
            rules: Rules::of(&PROFILE),
            permit: Permit::default(),
            folder: folder(),
        }
    }

    /// A guard before the host.
    pub fn guard(&self) -> Guarded {
        self.guard_before(self.host.http())
    }

    /// A guard before another way to the host.
    pub fn guard_before(&self, inner: Arc<dyn Transport>) -> Guarded {
        Guarded::new(inner, self.watch("testrun1"), None).unwrap()
    }

    /// Does what is planned, through a guard of this scene.
    pub async fn apply(&self, guard: &Guarded, plan: &Plan) -> Run {
        let keys = Keys { customer: Some(Secret::new(CANARY)), ..Keys::default() };
        let target = Target::at(&PROFILE, &self.host.resolved(), keys).await.unwrap();
        apply(&target, guard, plan).await
    }

    /// A guard that goes on with the ledger of a crashed run.
    pub fn resume(&self) -> Guarded {
        self.resume_before(self.host.http())
    }

    /// The same before another way to the host.
    pub fn resume_before(&self, inner: Arc<dyn Transport>) -> Guarded {
        let ledger = Ledger::open(&self.ledger()).unwrap();
        Guarded::new(inner, self.watch("testrun1"), ledger).unwrap()
    }

    /// Whether the ledger says that nothing is left.
    pub fn is_closed(&self) -> bool {
        Ledger::open(&self.ledger()).unwrap().expect("the run has begun").closed
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn ledger(&self) -> PathBuf {
        self.path().join("testrun1.ledger")
    }

    fn watch(&self, run: &str) -> GuardConfig {
        let server = self.host.resolved();
        GuardConfig {
            profile: &PROFILE,
            rules: self.rules.clone(),
            header: Header {
                run: RunId::new(run),
                api: PROFILE.name.to_owned(),
                base: server.base,
            },
            host: server.host,
            permit: self.permit.clone(),
            folder: Folder::open(self.path()).unwrap(),
            clock: self.clock.clone(),
        }
    }
}

/// A request of an operation without parameters.
pub fn plain(operation: &str) -> Sent {
    let route =
        PROFILE.contract.route(operation).unwrap_or_else(|| panic!("no operation {operation}"));
    let request = Request::example(&PROFILE, route).unwrap_or_else(|error| panic!("{error}"));
    request.without_optional_parameters().unwrap_or(request).sent(Caller::Customer)
}

/// A request of an operation with an id in its path.
pub fn about(operation: &str, id: &str) -> Sent {
    let route =
        PROFILE.contract.route(operation).unwrap_or_else(|| panic!("no operation {operation}"));
    let begin = route.path.find('{').expect("a parameter in the path");
    let end = route.path.find('}').expect("a parameter in the path");
    let target = format!("{}{id}{}", &route.path[..begin], &route.path[end + 1..]);
    Sent { target, ..empty(operation) }
}

/// A request of an operation with this body.
pub fn with_body(operation: &str, body: &Value) -> Sent {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Sent { headers, body: body.to_string().into_bytes(), ..empty(operation) }
}

fn empty(operation: &str) -> Sent {
    let route = PROFILE.contract.route(operation).expect("an operation");
    Sent::to(route)
}

/// Sends it, and gives the answer or the reason why there is none.
pub async fn send(guard: &Guarded, sent: &Sent) -> Result<Received, String> {
    let passed = guard.pass(sent).await.map_err(|denied: Denied| denied.to_string())?;
    passed.map_err(|error: Unreachable| error.to_string())
}
