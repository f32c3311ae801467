//! A host that takes its time: what it accepts happens later, and what it does not answer may
//! happen all the same.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use contract_tests::{
    Answered, Received, Sent, Transport, Unreachable,
    check::GONE,
    live::{Clock, Permit, Plan, Rules, Swept, sweep},
    profiles::i3d_v3::PROFILE,
};
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method};
use serde_json::json;

use crate::host::{Patient, Scene, Told, send, with_body};

const MINUTE: Duration = Duration::from_secs(60);

/// Does what it is asked for by one method only after a while.
struct Later {
    inner: Arc<dyn Transport>,
    clock: Arc<Patient>,
    method: Method,
    /// What it answers at once; nothing without.
    status: Option<u16>,
    takes: Duration,
    pending: Mutex<Vec<(Duration, Sent)>>,
    accepted: Mutex<Vec<String>>,
}

impl Later {
    fn new(scene: &Scene, method: Method, status: Option<u16>, takes: Duration) -> Arc<Later> {
        let (inner, clock) = (scene.host.http(), scene.clock.clone());
        let (pending, accepted) = Default::default();
        Arc::new(Later { inner, clock, method, status, takes, pending, accepted })
    }

    /// What is due by now, which is pending no more.
    fn due(&self) -> Vec<Sent> {
        let now = self.clock.now();
        let due =
            self.pending.lock().unwrap().extract_if(.., |(at, _)| *at <= now).collect::<Vec<_>>();
        due.into_iter().map(|(_, sent)| sent).collect()
    }

    fn accept(&self, sent: &Sent) -> Answered {
        let at = self.clock.now() + self.takes;
        self.pending.lock().unwrap().push((at, sent.clone()));
        self.accepted.lock().unwrap().push(sent.name());
        let status =
            self.status.ok_or_else(|| Unreachable::Silent("the line is dead".to_owned()))?;
        Ok(Received { status, headers: HeaderMap::new(), body: Vec::new(), took: Duration::ZERO })
    }
}

impl Transport for Later {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        Box::pin(async {
            for sent in self.due() {
                self.inner.send(&sent).await?;
            }
            if sent.method == self.method { self.accept(sent) } else { self.inner.send(sent).await }
        })
    }
}

/// A host with no limits that this is about, and where one tag may be made.
async fn scene() -> Scene {
    let mut scene = Scene::new().await;
    let arrival_seconds = scene.rules.limits.arrival_seconds;
    scene.rules.limits = scene.rules.limits.of_a_rehearsal();
    scene.rules.limits.arrival_seconds = arrival_seconds;
    let operations = [("createFlexMetalTag".to_owned(), 1)].into();
    scene.permit = Permit { operations, cents: 0 };
    scene
}

fn tag() -> Sent {
    with_body("createFlexMetalTag", &json!({ "tag": "ct-testrun1-1" }))
}

async fn sweep_a_tag_that_takes(takes: Duration) -> (Scene, Arc<Later>, Swept) {
    let scene = scene().await;
    let later = Later::new(&scene, Method::DELETE, Some(202), takes);
    let guard = scene.guard_before(later.clone());
    send(&guard, &tag()).await.unwrap();
    let swept = sweep(&guard).await;
    drop(guard);
    (scene, later, swept)
}

#[tokio::test]
async fn a_removal_that_was_accepted_is_waited_for() {
    let (scene, later, swept) = sweep_a_tag_that_takes(5 * MINUTE).await;
    assert!(swept.left.is_empty() && swept.cleaned == 1, "{swept:?}");
    assert_eq!(*later.accepted.lock().unwrap(), ["deleteFlexMetalTag"], "it is removed once");
    assert!(scene.is_closed());
    assert!(scene.host.count() < 20, "{} requests are too many", scene.host.count());
}

#[tokio::test]
async fn a_removal_that_takes_too_long_is_told() {
    let (scene, later, swept) = sweep_a_tag_that_takes(60 * MINUTE).await;
    let left = swept.left.first().expect("it is told");
    assert!(
        left.contains("ct-testrun1-1") && left.contains("deleteFlexMetalTag was accepted"),
        "{left}"
    );
    assert_eq!(swept.overdue.len(), 1, "{:?}", swept.overdue);
    assert_eq!(
        (swept.overdue[0].check.code, swept.overdue[0].operation.as_str()),
        ("C403", "getFlexMetalTag")
    );
    assert_eq!(*later.accepted.lock().unwrap(), ["deleteFlexMetalTag"]);
    assert!(!scene.is_closed());
    let waited = scene.clock.now();
    assert!(waited > 10 * MINUTE && waited <= 15 * MINUTE, "{waited:?}");
}

#[tokio::test]
async fn a_life_whose_end_takes_time_is_no_breach_before_its_time_is_over() {
    for (takes, is_breach) in [(MINUTE, false), (60 * MINUTE, true)] {
        let mut scene = scene().await;
        let creates = ["createFlexMetalTag".to_owned()];
        let plan = Plan::new(&PROFILE, &scene.rules, "https://api.example", &creates, 0).unwrap();
        scene.permit = plan.permit();
        let run = scene
            .apply(&scene.guard_before(Later::new(&scene, Method::DELETE, Some(202), takes)), &plan)
            .await;
        let findings = run.cases.iter().flat_map(|case| &case.findings);
        assert_eq!(
            findings.filter(|it| it.check.code == GONE.code).count(),
            usize::from(is_breach)
        );
        assert_eq!(run.cases.last().unwrap().reason.is_empty(), !is_breach);
    }
}

#[tokio::test]
async fn what_is_made_after_everybody_gave_up_is_found() {
    for takes in [Duration::from_secs(1), Duration::from_secs(50)] {
        let scene = scene().await;
        let before = scene.host.resources().await;
        let later = Later::new(&scene, Method::POST, None, takes);
        let guard = scene.guard_before(later);
        send(&guard, &tag()).await.unwrap_err();
        let swept = sweep(&guard).await;
        assert!(swept.left.is_empty() && swept.cleaned == 1, "{swept:?}");
        assert_eq!(scene.host.resources().await, before);
    }
}

#[tokio::test]
async fn what_was_never_made_is_looked_for_a_minute() {
    let scene = scene().await;
    let guard = scene.guard_before(Later::new(&scene, Method::POST, None, 60 * MINUTE));
    send(&guard, &tag()).await.unwrap_err();
    assert!(sweep(&guard).await.left.is_empty());
    let waited = scene.clock.now();
    assert!(waited >= MINUTE && waited < 2 * MINUTE, "{waited:?}");
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_not_touched() {
    let scene = scene().await;
    let guard = scene.guard();
    send(&guard, &tag()).await.unwrap();
    scene.host.tell(vec![Told { status: 500, ..Told::default() }; 100]);
    let swept = sweep(&guard).await;
    assert!(
        swept
            .left
            .iter()
            .any(|left| left.contains("getFlexMetalTag answers 500, so it is not touched"))
    );
    assert!(scene.host.got().iter().all(|got| got.method != Method::DELETE));
    assert!(swept.was_answered && swept.overdue.is_empty());
}

#[tokio::test]
async fn what_the_rules_cannot_remove_is_told() {
    let mut scene = scene().await;
    send(&scene.guard(), &tag()).await.unwrap();
    // A later version may have other rules.
    let limits = scene.rules.limits.clone();
    scene.rules = Rules::read(
        "hosts: []\nlimits: {requests: 1, requests_per_operation: 1, requests_per_minute: 1, \
        resources: 1, minutes: 1, arrival_seconds: 1}\nread: {getHealth: }",
    )
    .unwrap();
    scene.rules.limits = limits;
    let swept = sweep(&scene.resume()).await;
    assert!(swept.left.first().unwrap().contains("the rules do not say how"), "{swept:?}");
    assert!(swept.left.iter().all(|left| left.contains("createFlexMetalTag")), "{swept:?}");
}
