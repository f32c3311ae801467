//! Whatever happens to a run, nothing of it is left, and nothing else is touched.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use contract_tests::{
    Answered, Outcome, Run, Sent, Transport, Verdict,
    fault::{Fault, FaultKind, Faulty},
    live::{Ledger, Plan, Rules, sweep},
    profiles::i3d_v3::PROFILE,
};
use futures_util::future::BoxFuture;
use http::HeaderValue;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::host::{CANARY, Scene, with_body};

/// A host, and a plan of these lives.
async fn scene_of(creates: &[&str]) -> (Scene, Plan) {
    let mut scene = Scene::new().await;
    scene.rules.limits = scene.rules.limits.of_a_rehearsal();
    let creates: Vec<String> = creates.iter().map(|&create| create.to_owned()).collect();
    let plan = Plan::new(&PROFILE, &scene.rules, "https://api.example", &creates, 100_000).unwrap();
    scene.permit = plan.permit();
    (scene, plan)
}

/// A host, and a plan of everything that is free.
async fn scene() -> (Scene, Plan) {
    scene_of(&[]).await
}

/// Every resource of the account except removed ones that can still be read.
async fn resources(scene: &Scene) -> Vec<Value> {
    let mut all = scene.host.resources().await;
    all.retain(|it| it["status"] != "released" || !is_ours(it));
    all
}

fn is_ours(resource: &Value) -> bool {
    resource.to_string().contains("ct-testrun1-")
}

#[tokio::test]
async fn a_run_does_what_was_planned_and_leaves_nothing() {
    let rules = Rules::of(&PROFILE);
    let (scene, plan) =
        scene_of(&rules.creates().map(|(create, _)| create).collect::<Vec<_>>()).await;
    let before = resources(&scene).await;
    let run = scene.apply(&scene.guard(), &plan).await;
    assert_eq!(run.verdict(), Verdict::Holds, "{:#?}", run.cases);
    assert_eq!(resources(&scene).await, before);
    let planned: usize = plan.lives.iter().map(|life| life.steps.len()).sum();
    assert_eq!(run.requests, planned as u64);
    assert!(scene.is_closed());
    // Nothing is done a second time.
    let count = scene.host.count();
    let again = sweep(&scene.resume()).await;
    assert!(again.left.is_empty() && scene.host.count() <= count + plan.lives.len());
}

/// A connection that breaks for good at some request: before it is sent, or before its answer
/// comes.
struct Breaking {
    inner: Arc<dyn Transport>,
    left: AtomicUsize,
    sends_the_last: bool,
    broken: Notify,
}

impl Transport for Breaking {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        Box::pin(async {
            let left = self.left.fetch_sub(1, Ordering::SeqCst);
            if left > 1 {
                return self.inner.send(sent).await;
            }
            if self.sends_the_last {
                self.inner.send(sent).await?;
            }
            // From here on no request gets an answer.
            self.broken.notify_one();
            std::future::pending().await
        })
    }
}

/// A connection on whose third answer the harness panics.
struct Poisoned {
    inner: Arc<dyn Transport>,
    count: AtomicUsize,
}

impl Transport for Poisoned {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        Box::pin(async {
            let answer = self.inner.send(sent).await;
            assert!(
                self.count.fetch_add(1, Ordering::SeqCst) != 2,
                "this answer cannot be survived"
            );
            answer
        })
    }
}

/// A host that tells the key of whoever makes an SSH key.
struct Leaky(Arc<dyn Transport>);

impl Transport for Leaky {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        Box::pin(async {
            let mut received = self.0.send(sent).await?;
            if sent.name() == "createSshKey" {
                received.headers.insert("x-key", HeaderValue::from_static(CANARY));
            }
            Ok(received)
        })
    }
}

#[tokio::test]
async fn a_host_that_repeats_the_key_breaks_the_contract() {
    let (scene, plan) = scene_of(&["createSshKey"]).await;
    let run = scene.apply(&scene.guard_before(Arc::new(Leaky(scene.host.http()))), &plan).await;
    let findings = run.cases.iter().flat_map(|case| &case.findings);
    let told: Vec<_> = findings.map(|it| (it.check.code, it.operation.as_str())).collect();
    assert_eq!(told, [("C115", "createSshKey")]);
}

#[tokio::test]
async fn a_run_that_panics_cleans_up() {
    let (scene, plan) = scene().await;
    let before = resources(&scene).await;
    let poisoned = Poisoned { inner: scene.host.http(), count: AtomicUsize::new(0) };
    let run = scene.apply(&scene.guard_before(Arc::new(poisoned)), &plan).await;
    assert_eq!(run.verdict(), Verdict::Unchecked);
    assert!(run.cases[0].reason.contains("the harness failed"), "{:?}", run.cases[0]);
    assert_eq!(run.cases.last().unwrap().outcome, Outcome::Passed, "{:?}", run.cases.last());
    assert_eq!(resources(&scene).await, before);
}

fn breaking(scene: &Scene, step: usize, sends_the_last: bool) -> Arc<Breaking> {
    let (left, broken) = (AtomicUsize::new(step), Notify::new());
    Arc::new(Breaking { inner: scene.host.http(), left, sends_the_last, broken })
}

/// Kills a sweep at its `step`th request, if it gets that far.
async fn kill_sweep(scene: &Scene, step: usize, sends_the_last: bool) {
    let inner = breaking(scene, step, sends_the_last);
    let guard = scene.resume_before(inner.clone());
    tokio::select! {
        _ = sweep(&guard) => {}
        () = inner.broken.notified() => {}
    }
}

/// Kills a run at its `step`th request; the run, if it does not get that far.
async fn kill(scene: &Scene, plan: &Plan, step: usize, sends_the_last: bool) -> Option<Run> {
    let inner = breaking(scene, step, sends_the_last);
    let guard = scene.guard_before(inner.clone());
    tokio::select! {
        run = scene.apply(&guard, plan) => Some(run),
        () = inner.broken.notified() => None,
    }
}

/// Kills a run at each of its requests, and then the sweep that cleans up.
async fn kill_at_every_request(sends_the_last: bool) {
    // One without a change, one whose name is its id, and one that can be read when it is gone.
    let (scene, plan) =
        scene_of(&["createSshKey", "createFlexMetalTag", "createFlexMetalServer"]).await;
    let before = resources(&scene).await;
    for step in 1.. {
        // Servers that were given back use up the quota for a while, and the money of the day is
        // spent.
        scene.host.emulator().api().raw("POST", "/_mock/reset", None).await;
        scene.clock.advance(Duration::from_secs(24 * 60 * 60));
        if let Some(run) = kill(&scene, &plan, step, sends_the_last).await {
            assert_eq!(run.verdict(), Verdict::Holds, "{:#?}", run.cases);
            assert!(step > 17, "{step} requests are few");
            return;
        }
        if scene.ledger().exists() {
            kill_sweep(&scene, 1 + step % 7, !sends_the_last).await;
            let swept = sweep(&scene.resume()).await;
            assert!(swept.left.is_empty(), "killed at {step}: {swept:?}");
            assert!(scene.is_closed());
            fs::remove_file(scene.ledger()).unwrap();
        }
        assert_eq!(resources(&scene).await, before, "killed at {step}");
    }
}

#[tokio::test]
async fn a_run_that_is_killed_before_any_request_can_be_swept() {
    kill_at_every_request(false).await;
}

#[tokio::test]
async fn a_run_that_is_killed_before_any_answer_is_written_down_can_be_swept() {
    kill_at_every_request(true).await;
}

#[tokio::test]
async fn a_line_that_was_torn_by_the_crash_never_happened() {
    let (scene, plan) = scene().await;
    let before = resources(&scene).await;
    assert!(kill(&scene, &plan, 1, true).await.is_none());
    let whole = fs::read(scene.ledger()).unwrap();
    OpenOptions::new()
        .append(true)
        .open(scene.ledger())
        .unwrap()
        .write_all(b"{\"n\":1,\"event\":\"ma\xc3")
        .unwrap();
    assert!(sweep(&scene.resume()).await.left.is_empty());
    assert!(fs::read(scene.ledger()).unwrap().starts_with(&whole));
    assert!(scene.is_closed());
    assert_eq!(resources(&scene).await, before);
    fs::write(scene.ledger(), "{\"n\":0}\n").unwrap();
    assert!(Ledger::open(&scene.ledger()).unwrap_err().to_string().contains(":1:"));
}

#[tokio::test]
async fn what_the_ledger_does_not_say_is_told_and_not_touched() {
    let (scene, plan) = scene().await;
    let api = scene.host.emulator().api();
    let stranger =
        api.call("createFlexMetalTag").body(json!({ "tag": "ct-testrun1-99" })).ok().await;
    let run = scene.apply(&scene.guard(), &plan).await;
    let cleanup = run.cases.last().unwrap();
    assert_eq!(cleanup.outcome, Outcome::Unchecked);
    assert!(cleanup.reason.contains("ct-testrun1-99"), "{}", cleanup.reason);
    assert!(resources(&scene).await.contains(&stranger[0]), "somebody else made it");
    assert_eq!(run.verdict(), Verdict::Unchecked);
    assert!(!scene.is_closed());
}

#[tokio::test]
async fn what_somebody_took_over_is_told_and_not_touched() {
    let (mut scene, _) = scene().await;
    scene.permit.operations.insert("createSlackSetting".to_owned(), 1);
    let body = json!({
        "name": "ct-testrun1-1", "webHookUrl": "https://contract-tests.invalid/",
        "channel": "c", "userName": "u",
    });
    let guard = scene.guard();
    let made = guard.pass(&with_body("createSlackSetting", &body)).await.unwrap().unwrap().json();
    let id = made[0]["id"].as_str().unwrap();
    let mut adopted = body;
    adopted["name"] = "alerts of the night shift".into();
    let api = scene.host.emulator().api();
    api.call("updateSlackSetting").with("slackSettingId", id).body(adopted).ok().await;
    let swept = sweep(&guard).await;
    let left = swept.left.iter().next().expect("it is told");
    assert!(left.contains("alerts of the night shift"), "{left}");
    api.call("getSlackSetting").with("slackSettingId", id).ok().await;
}

#[tokio::test]
async fn what_a_broken_host_keeps_is_told_and_what_it_makes_twice_is_removed_twice() {
    let (scene, plan) = scene().await;
    let broken = |name: &str, operation: &str, kind| {
        let fault = Fault { name: name.to_owned(), operation: operation.to_owned(), kind };
        Arc::new(Faulty::new(scene.host.http(), &PROFILE, fault))
    };
    let before = resources(&scene).await;
    scene
        .apply(&scene.guard_before(broken("twice", "createSshKey", FaultKind::Twice)), &plan)
        .await;
    assert_eq!(resources(&scene).await, before);
    fs::remove_file(scene.ledger()).unwrap();

    let run = scene
        .apply(&scene.guard_before(broken("kept", "deleteSshKey", FaultKind::Noop)), &plan)
        .await;
    let cleanup = run.cases.last().unwrap();
    assert_eq!(cleanup.outcome, Outcome::Unchecked);
    assert!(cleanup.reason.contains("createSshKey"), "{}", cleanup.reason);
    assert!(sweep(&scene.resume()).await.left.is_empty(), "a sound host lets go of it");
    assert_eq!(resources(&scene).await, before);
}
