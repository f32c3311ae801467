//! What somebody keeps in a server stays as it is, whatever the harness does with that server.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::http::{Method, StatusCode, Uri};
use contract_tests::{
    Api, Keys, Target, Transport,
    fault::{Faulty, catalogue},
    live::{Gate, Header, Ledger, Rules, RunId},
    profiles::i3d_v3::PROFILE,
    record::{Bounds, Proxy},
};
use mock_server::{Config, Server};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A server with a file, in whose world somebody has worked.
struct Kept {
    server: Server,
    folder: TempDir,
}

impl Kept {
    async fn start() -> Kept {
        let folder = tempfile::tempdir().unwrap();
        let db = Some(folder.path().join("kept.db"));
        let server = mock_server::start(Config { db, ..Config::default() }).unwrap();
        let kept = Kept { server, folder };
        let api = kept.api();
        let clock = json!({ "now": 1_800_000_000, "frozen": true });
        assert_eq!(api.raw("PUT", "/_mock/clock", Some(clock)).await.status, 200);
        api.call("createFlexMetalTag").body(json!({ "tag": "kept" })).ok().await;
        api.call("createCallback").body(json!({ "url": "https://kept.example" })).send().await;
        kept
    }

    fn api(&self) -> Api {
        Api::new(&PROFILE, self.server.url()).with_key(Config::API_KEY)
    }

    /// Everything that the server shows, without leaving a trace: all tables, the clock, the
    /// journal, and which worlds there are.
    async fn shown(&self) -> Vec<Value> {
        let api = self.api();
        let get = async |path: &str| api.raw("GET", path, None).await.json();
        let tables = get("/_mock/state").await;
        let mut shown = Vec::new();
        for table in tables.as_object().unwrap().keys() {
            shown.push(get(&format!("/_mock/state?table={table}")).await);
        }
        for path in ["/_mock/clock", "/_mock/journal", "/_mock/outbox", "/_mock/worlds"] {
            shown.push(get(path).await);
        }
        shown
    }

    /// The names of the worlds beside the first one.
    async fn worlds(&self) -> Vec<String> {
        let list = self.api().raw("GET", "/_mock/worlds", None).await.json();
        let names = list["worlds"].as_array().unwrap().iter().map(|it| it["name"].clone());
        names
            .filter_map(|name| name.as_str().map(str::to_owned))
            .filter(|it| it != "main")
            .collect()
    }

    /// A proxy before the server, and before that what `wrap` makes of it.
    async fn proxy(&self, wrap: impl FnOnce(Target) -> Target) -> Proxy {
        let gate = Gate::new(false, &Rules::of(&PROFILE));
        let server = gate.pass(&self.server.url()).unwrap();
        let target = Target::at(&PROFILE, &server, Keys::default()).await.unwrap();
        let listen = ([127, 0, 0, 1], 0).into();
        Proxy::start(wrap(target), listen, Bounds::SCENARIO).await.unwrap()
    }

    /// The server with a fault of the catalogue.
    async fn behind(&self, fault: &str) -> Proxy {
        let faults = catalogue(&PROFILE).into_values().flat_map(|family| family.faults);
        let fault = faults.into_iter().find(|it| it.name == fault).unwrap();
        let faulty = |inner| Arc::new(Faulty::new(inner, &PROFILE, fault)) as Arc<dyn Transport>;
        self.proxy(|target| target.behind(faulty)).await
    }

    /// Starts a command against the server, or what is said to stand before it.
    fn command(&self, target: &str, arguments: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_contract-tests"));
        command.args(arguments).env_remove("CONTRACT_API_KEY");
        if arguments[0] != "sweep" {
            command.args(["--target", target]);
        }
        if arguments[0] == "replay" {
            let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
            command.arg("--folder").arg(fixtures.canonicalize().unwrap());
        }
        if arguments[0] == "record" {
            command.arg("--folder").arg(self.folder.path());
        }
        command.current_dir(self.folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }
}

/// Exit code, and all that was told.
async fn ended(child: Child) -> (i32, String) {
    let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap();
    let Output { status, stdout, stderr } = output.unwrap();
    let text = [stdout, stderr].concat();
    (status.code().unwrap_or(-1), String::from_utf8(text).unwrap())
}

const REPLAY: &[&str] = &["replay", "ssh_key", "pay", "flex_metal_tags", "--api", "i3d-v3"];
const EXPLORE: &[&str] =
    &["explore", "--api", "i3d-v3", "--operations", "*FlexMetalTag*,*SshKey*", "--steps", "300"];

#[tokio::test(flavor = "multi_thread")]
async fn verbs_at_the_same_time_hold_and_leave_a_kept_world_as_it_was() {
    let kept = Kept::start().await;
    let before = kept.shown().await;
    let url = kept.server.url();
    let verbs = [REPLAY, EXPLORE, REPLAY, EXPLORE];
    let children = verbs.map(|verb| kept.command(&url, verb));
    for child in children {
        let (code, told) = ended(child).await;
        assert_eq!(code, 0, "{told}");
    }
    assert_eq!(kept.shown().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_of_a_kept_server_is_as_of_any_other() {
    let kept = Kept::start().await;
    let before = kept.shown().await;
    let scenario = kept.folder.path().join("key.yaml");
    fs::write(&scenario, SCENARIO).unwrap();
    let record = ["record", "--api", "i3d-v3", scenario.to_str().unwrap()];
    let (code, told) = ended(kept.command(&kept.server.url(), &record)).await;
    assert_eq!(code, 0, "{told}");
    let recorded = fs::read_to_string(kept.folder.path().join("g/key.yaml")).unwrap();
    assert!(recorded.contains("base: \"127.0.0.1\""), "{recorded}");
    assert!(!recorded.contains("/_in/") && !recorded.contains("kept"), "{recorded}");
    assert_eq!(kept.shown().await, before);
}

const SCENARIO: &str = "\
fixture: 1
id: g/key
title: a tag is made
requires:
  - world: seeded
steps:
  - operation: createFlexMetalTag
    request: {body: {tag: new}}
  - operation: getFlexMetalTags
";

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_told_with_lines_that_show_it_again_and_do_no_harm() {
    let kept = Kept::start().await;
    let before = kept.shown().await;
    let (fault, url) = (kept.behind("ssh-delete-noop").await, kept.server.url());
    let (target, json) = (format!("http://{}", fault.address), kept.folder.path().join("run.json"));
    let play = "valid createSshKey 0 0; valid deleteSshKey 0 0";
    let explore = ["explore", "--api", "i3d-v3", "--play", play, "--json", json.to_str().unwrap()];
    let (code, told) = ended(kept.command(&target, &explore)).await;
    assert_eq!(code, 1, "{told}");
    let made = format!(
        "curl -s {target}/_mock/worlds -d '{{\"name\":\"again\",\"seed\":1,\"ttl_s\":3600}}'"
    );
    assert!(told.contains(&made), "{told}");
    assert!(told.contains(&format!("explore --target {target} --seed 1 --play")), "{told}");
    let report: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    assert_eq!(report["target"], json!(target));
    assert_eq!(kept.shown().await, before);

    // What the lines do: the world, then every request of the case.
    let api = Api::new(&PROFILE, target.clone());
    let again = json!({ "name": "again", "seed": 1, "ttl_s": 3_600 });
    assert_eq!(api.raw("POST", "/_mock/worlds", Some(again)).await.status, 201);
    let again = Api::new(&PROFILE, format!("{target}/_in/again")).with_key(Config::API_KEY);
    let steps = report["cases"][0]["steps"].as_array().unwrap();
    assert!(steps.len() > 2, "{steps:?}");
    for step in steps {
        let (method, path) = (step["method"].as_str().unwrap(), step["target"].as_str().unwrap());
        assert!(path.starts_with("/v3/"), "{path}");
        let line = format!("{target}/_in/again{path}");
        assert!(step["curl"].as_str().unwrap().contains(&line), "{step}");
        let body = step["request"]["body"].as_str().map(|it| serde_json::from_str(it).unwrap());
        let answer = again.raw(method, path, body).await;
        assert_eq!(answer.status, step["status"], "{step}");
        assert_eq!(answer.text(), step["response"]["body"].as_str().unwrap_or_default());
    }
    assert_eq!(
        Api::new(&PROFILE, url).raw("DELETE", "/_mock/worlds/again", None).await.status,
        204
    );
    fault.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_a_proxy_is_meant_for_the_world_that_its_path_names() {
    let kept = Kept::start().await;
    let proxy = kept.proxy(|target| target).await;
    let base = format!("http://{}", proxy.address);
    let made = Api::new(&PROFILE, base.clone());
    assert_eq!(made.raw("POST", "/_mock/worlds", Some(json!({ "name": "w" }))).await.status, 201);
    let tags = async |base: String| {
        let api = Api::new(&PROFILE, base).with_key(Config::API_KEY);
        api.call("getFlexMetalTags").ok().await.to_string()
    };
    // Whoever records drives: the world is the one that is kept, and it is not reset.
    assert!(tags(base.clone()).await.contains("kept"));
    assert!(!tags(format!("{base}/_in/w")).await.contains("kept"));
    let passed = proxy.stop().await;
    let names: Vec<String> = passed.exchanges.iter().map(|it| it.sent.name()).collect();
    assert_eq!(names, ["POST /_mock/worlds", "getFlexMetalTags", "getFlexMetalTags"]);
    assert!(passed.exchanges.iter().all(|it| !it.sent.target.contains("/_in/")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emulator_without_worlds_is_left_alone_with_a_sentence() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let all = Arc::clone(&asked);
    let answer = async move |method: Method, uri: Uri| {
        let line = format!("{method} {uri}");
        let known = ["GET /_mock/health", "GET /_mock/clock", "POST /_mock/reset"];
        let status = if known.contains(&line.as_str()) { 200 } else { 404 };
        all.lock().unwrap().push(line);
        (StatusCode::from_u16(status).unwrap(), "{}")
    };
    let app = axum::Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, app).await });
    let kept = Kept::start().await;
    for verb in [REPLAY, EXPLORE] {
        let (code, told) = ended(kept.command(&url, verb)).await;
        assert_eq!(code, 3, "{told}");
        assert!(told.contains("has no worlds beside its own"), "{told}");
    }
    let asked = asked.lock().unwrap();
    assert!(!asked.iter().any(|line| line.contains("/_mock/reset") || line.contains("/v3")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_is_in_a_world_of_its_own_and_nothing_is_left_where_that_is_gone() {
    let kept = Kept::start().await;
    let before = kept.shown().await;
    let url = kept.server.url();
    let (code, plan) = ended(kept.command(&url, &["plan"])).await;
    assert_eq!(code, 0, "{plan}");
    let hash = plan.trim().rsplit(' ').next().unwrap();
    let (code, told) = ended(kept.command(&url, &["apply", "--plan", hash])).await;
    assert_eq!(code, 0, "{told}");
    assert_eq!(kept.shown().await, before);

    let header = Header {
        run: RunId::new("gone1"),
        api: PROFILE.name.to_owned(),
        base: format!("{url}/_in/contract-tests-gone"),
    };
    let path = kept.folder.path().join(".contract-tests/gone1.ledger");
    let now = Duration::from_secs(1_800_000_000);
    Ledger::begin(&path, header, now).unwrap().intend("createSshKey", "ct-gone1-1", now).unwrap();
    for told in ["nothing is left; the world of that run is gone", "nothing is left"] {
        let (code, out) = ended(kept.command(&url, &["sweep"])).await;
        assert_eq!(code, 0, "{out}");
        assert!(out.contains(told), "{out}");
    }
    assert_eq!(kept.shown().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verb_that_is_interrupted_leaves_no_world() {
    let kept = Kept::start().await;
    let before = kept.shown().await;
    let mut child = kept.command(&kept.server.url(), &["explore", "--steps", "100000"]);
    while kept.worlds().await.is_empty() && child.try_wait().unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let (code, told) = ended(child).await;
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("interrupted"), "{told}");
    assert_eq!(kept.shown().await, before);
}
