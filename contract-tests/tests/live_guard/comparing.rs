//! `compare` against the live host: it reads much, writes nothing, and tells no secret.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use clap::Parser;
use contract_tests::{
    Answered, Keys, Outcome, Redactor, Secret, Sent, Target, Transport, Verdict,
    compare::{Comparison, Side, Terms, Waivers, compare_sides, reads},
    fixture::{Fixture, Options, load},
    profiles::i3d_v3::PROFILE,
    report::{self, ReportArguments},
};
use futures_util::future::BoxFuture;
use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    command::Shell,
    host::{CANARY, Host, Scene, Told},
};

/// A live host with another answer of one operation.
struct Altered {
    inner: Arc<dyn Transport>,
    operation: &'static str,
    edit: fn(&mut Value),
}

impl Transport for Altered {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        Box::pin(async {
            let mut received = self.inner.send(sent).await?;
            if sent.name() == self.operation {
                let mut body = received.json();
                (self.edit)(&mut body);
                received.body = body.to_string().into_bytes();
                received.headers.remove("content-length");
            }
            Ok(received)
        })
    }
}

fn mock() -> Side {
    Side::Server(Box::new(Target::mock(&PROFILE, 1).expect("an emulator starts")))
}

/// The live host of a scene behind its guard, reached by `way`.
async fn live(scene: &Scene, way: Arc<dyn Transport>) -> Side {
    let keys = Keys { customer: Some(Secret::new(CANARY)), ..Keys::default() };
    let target = Target::at(&PROFILE, &scene.host.resolved(), keys).await.unwrap();
    Side::Server(Box::new(target.behind(|_| Arc::new(scene.guard_before(way)))))
}

fn redactor() -> Redactor {
    Redactor::new(&PROFILE, [Secret::new(CANARY)])
}

async fn compared(mock: &Side, truth: &Side, scenarios: &[Fixture]) -> Comparison {
    let options = Options { run: "run7c".to_owned(), now: Timestamp::now() };
    let (waivers, redactor) = (Waivers::default(), redactor());
    let terms =
        Terms { shape_only: true, options: &options, waivers: &waivers, redactor: &redactor };
    compare_sides(mock, truth, scenarios, &terms).await
}

/// What there is on the host. Its servers change by themselves while the harness waits for its
/// turn.
async fn ids(scene: &Scene) -> Vec<Value> {
    let id =
        |row: &Value| ["uuid", "id", "tag"].into_iter().find_map(|name| row.get(name).cloned());
    scene.host.resources().await.iter().filter_map(id).collect()
}

/// Why scenarios were skipped, each reason once.
fn reasons(comparison: &Comparison) -> BTreeSet<&str> {
    comparison.run.ended(Outcome::Skipped).map(|case| case.reason.as_str()).collect()
}

#[tokio::test]
async fn a_live_host_is_read_and_left_as_it_is() {
    let scene = Scene::new().await;
    let before = ids(&scene).await;
    let comparison =
        compared(&mock(), &live(&scene, scene.host.http()).await, &reads(&PROFILE)).await;
    assert_eq!(comparison.run.verdict(), Verdict::Holds, "{:?}", comparison.differences);
    let passed = comparison.run.ended(Outcome::Passed).count();
    assert!(passed >= 60, "{passed} scenarios were compared");
    let expected = ["read-secret", "irreversible"]
        .map(|class| format!(" is {class}, and only reads are played"));
    for reason in reasons(&comparison) {
        assert!(expected.iter().any(|expected| reason.ends_with(expected)), "{reason}");
    }
    let got = scene.host.got();
    assert!(got.iter().all(|it| it.method == Method::GET), "nothing but reads");
    assert!(got.len() <= 150, "{} requests are many", got.len());
    for secret in ["rootPassword", "/v3/account/apiKey", "/v3/colocation", "/v3/tickets/"] {
        let asked = got
            .iter()
            .map(|it| &it.target)
            .find(|it| it.contains(secret) && !it.contains("categories"));
        assert_eq!(asked, None, "{secret} is not read");
    }
    assert_eq!(ids(&scene).await, before);
    assert_no_secret(&scene, &comparison);
}

#[tokio::test]
async fn one_other_answer_of_a_live_host_is_named() {
    let scene = Scene::new().await;
    let edit: fn(&mut Value) = |body| {
        body.as_array_mut().into_iter().flatten().for_each(|it| {
            it["id"] = CANARY.into();
            it["rootPassword"] = "hunter2".into();
        });
    };
    let way = Altered { inner: scene.host.http(), operation: "getOperatingsystems", edit };
    let mut scenarios = reads(&PROFILE);
    let some = ["getOperatingsystems", "getCountries", "getSshKeys"];
    scenarios.retain(|it| some.iter().any(|operation| it.id.ends_with(operation)));
    assert_eq!(scenarios.len(), some.len());
    let comparison = compared(&mock(), &live(&scene, Arc::new(way)).await, &scenarios).await;
    assert_eq!(comparison.run.verdict(), Verdict::Broken);
    let told = comparison.differences.iter().map(|(it, _)| (it.operation.as_str(), it.at.as_str()));
    let expected =
        [("getOperatingsystems", "/body/*/id"), ("getOperatingsystems", "/body/*/rootPassword")];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    assert_no_secret(&scene, &comparison);
}

/// A live host that answers every read otherwise.
struct AllAltered {
    inner: Arc<dyn Transport>,
    /// The operations whose answers it has altered.
    altered: Mutex<BTreeSet<String>>,
}

impl Transport for AllAltered {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        Box::pin(async {
            let mut received = self.inner.send(sent).await?;
            let mut body = received.json();
            if sent.route.is_some() && alter(&mut body) {
                self.altered.lock().unwrap().insert(sent.name().to_owned());
                received.body = body.to_string().into_bytes();
                received.headers.remove("content-length");
            }
            Ok(received)
        })
    }
}

/// Gives two members to every row, and another type to every row that is no object. Whether there
/// is any.
fn alter(body: &mut Value) -> bool {
    match body {
        Value::Null => false,
        Value::Array(rows) => rows.iter_mut().fold(false, |any, row| any | alter(row)),
        Value::Object(members) => {
            members.insert("more".to_owned(), CANARY.into());
            members.insert("rootPassword".to_owned(), "hunter2".into());
            true
        }
        other => {
            *other = json!({ "rootPassword": "hunter2" });
            true
        }
    }
}

#[tokio::test]
async fn every_other_answer_of_a_live_host_is_named() {
    let scene = Scene::new().await;
    let way = Arc::new(AllAltered { inner: scene.host.http(), altered: Mutex::default() });
    let truth = live(&scene, Arc::clone(&way) as Arc<dyn Transport>).await;
    let comparison = compared(&mock(), &truth, &reads(&PROFILE)).await;
    assert_eq!(comparison.run.verdict(), Verdict::Broken);
    let told: BTreeSet<String> =
        comparison.differences.iter().map(|(it, _)| it.operation.clone()).collect();
    let altered = way.altered.lock().unwrap().clone();
    assert_eq!(told, altered);
    assert!(altered.len() >= 60, "{} answers were altered", altered.len());
    assert_no_secret(&scene, &comparison);
}

/// Neither the table nor a report holds the key or what the contract calls secret.
fn assert_no_secret(scene: &Scene, comparison: &Comparison) {
    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        reports: ReportArguments,
    }
    let files =
        ["html", "junit", "json"].map(|name| (format!("--{name}"), scene.path().join(name)));
    let words = files.iter().flat_map(|(flag, path)| [flag.clone(), path.display().to_string()]);
    let line = Line::parse_from(["test".to_owned()].into_iter().chain(words));
    let told = report::Told { run: comparison.run.clone(), redactor: redactor() };
    report::write(&[told], &line.reports).expect("the reports are written");
    let table = comparison.table(&Waivers::default(), "2026-11-21".parse().expect("a day"));
    let texts = files.iter().map(|(_, path)| fs::read_to_string(path).expect("a report"));
    for text in texts.chain([table]) {
        assert_tells_nothing(&text);
    }
}

fn assert_tells_nothing(text: &str) {
    for secret in [CANARY.to_owned(), STANDARD.encode(CANARY), "hunter2".to_owned()] {
        assert!(!text.contains(&secret), "{secret} is told: {text}");
    }
}

#[tokio::test]
async fn recordings_are_compared_with_a_live_host_as_far_as_they_only_read() {
    let scene = Scene::new().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/i3d-v3");
    let fixtures = load(&PROFILE, &folder, &[]).expect("the fixtures can be read");
    let scenarios: Vec<Fixture> = fixtures.iter().flat_map(|it| it.fixture.clone()).collect();
    let recorded = Side::Recorded { profile: &PROFILE, folder, fixtures };
    let comparison = compared(&recorded, &live(&scene, scene.host.http()).await, &scenarios).await;
    assert_eq!(comparison.run.verdict(), Verdict::Holds, "{:?}", comparison.differences);
    let reasons = reasons(&comparison);
    assert!(
        reasons.contains("live: createSshKey is write-free, and only reads are played"),
        "{reasons:?}"
    );
    assert!(
        reasons.contains("step 1: state: it needs the demo world of the emulator"),
        "{reasons:?}"
    );
    assert!(scene.host.got().iter().all(|it| it.method == Method::GET), "nothing but reads");
}

/// What a careless host answers to `getCurrencies`: a sign that is the key, and members that are
/// secrets.
async fn careless(host: &Host) -> Told {
    let mut body = host.emulator().api().call("getCurrencies").ok().await;
    body[0]["sign"] = format!("the key is {CANARY}").into();
    body[0]["more"] = json!({ "text": "x".repeat(60), "key": CANARY, "rootPassword": "hunter2" });
    let headers = vec![("content-type", "application/json".to_owned())];
    Told { status: 200, headers, body: body.to_string() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_either_side_appears_in_no_output() {
    let host = Host::start().await;
    let url = host.loopback();
    for sides in [[url.as_str(), "mock"], ["mock", url.as_str()]] {
        let shell = Shell::new();
        host.tell([careless(&host).await]);
        let only = ["--only", "getCurrencies", "--github"];
        let reports = ["--html", "run.html", "--junit", "run.xml", "--json", "run.json"];
        let output = shell.run(&[&["compare"][..], &sides, &only, &reports].concat()).await;
        let told = String::from_utf8([output.stdout, output.stderr].concat()).expect("it is text");
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("/body/0/sign") && told.contains("/body/0/more"), "{told}");
        // The exchanges are those of the first side; a mock in the process, or a world of another
        // one, is made anew by whoever tries it.
        let again = format!("{url}/_in/again");
        let base = if sides[0] == "mock" { "http://127.0.0.1:8080" } else { &again };
        assert!(told.contains(&format!("curl -i {base}/v3/currency")), "{told}");
        assert_tells_nothing(&told);
        for name in ["run.html", "run.xml", "run.json"] {
            assert_tells_nothing(&fs::read_to_string(shell.path().join(name)).expect("a report"));
        }
    }
}

/// A folder of recordings, made of the committed ones.
fn recordings(shell: &Shell, name: &str, edit: impl Fn(String) -> String) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/i3d-v3/ssh_key");
    let to = shell.path().join(name).join("ssh_key");
    fs::create_dir_all(&to).expect("a folder");
    for file in fs::read_dir(from).expect("the fixtures") {
        let path = file.expect("a file").path();
        let text = fs::read_to_string(&path).expect("a fixture");
        fs::write(to.join(path.file_name().expect("a name")), edit(text)).expect("a file");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_compared_is_no_success() {
    let shell = Shell::new();
    recordings(&shell, "good", |text| text);
    recordings(&shell, "broken", |text| text.replace("steps:", "colour: red\nsteps:"));
    recordings(&shell, "longer", |text| {
        text + "  - operation: getSshKeys\n    response: {status: 200, body: []}\n"
    });
    let cases: [(&[&str], i32, &str); 7] = [
        (&["good", "good"], 0, "The contract holds"),
        (&["good", "broken"], 3, "colour"),
        (&["broken", "good"], 3, "broken/ssh_key/"),
        (&["good", "longer"], 3, "has other steps"),
        (&["longer", "good"], 3, "has other steps"),
        (&["good", "good", "--only", "nothing"], 3, "nothing to compare matches `nothing`"),
        (&["good", "good", "--waivers", "missing.yaml"], 2, "missing.yaml"),
    ];
    for (arguments, code, reason) in cases {
        let output =
            shell.run(&[&["compare"][..], arguments, &["--json", "run.json"]].concat()).await;
        let told = String::from_utf8([output.stdout, output.stderr].concat()).expect("it is text");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
        assert!(told.contains(reason), "{arguments:?}: {told}");
        if arguments.contains(&"nothing") {
            let report = fs::read_to_string(shell.path().join("run.json")).expect("a report");
            assert!(report.contains("C603"), "{report}");
        }
    }
}
