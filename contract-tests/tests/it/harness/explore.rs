//! What the harness finds by itself: nothing in a sound server, and a broken one soon and by its
//! name.

use std::sync::{Arc, Mutex};

use contract_tests::{
    Answered, Outcome, Run, Sent, Target, Transport, Verdict,
    explore::{self, Options, Step},
    fault::{Edge, Fault, FaultKind, Faulty},
    profiles::{i3d_v2, i3d_v3::PROFILE},
};
use futures_util::future::BoxFuture;

fn findings(run: &Run) -> Vec<String> {
    let of_case = |case: &contract_tests::Case| {
        case.findings
            .iter()
            .map(|finding| format!("{finding}\n  {}", case.reason))
            .collect::<Vec<_>>()
    };
    run.cases.iter().flat_map(of_case).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_emulator_has_no_findings() {
    for seed in [1, 2] {
        let target = Target::mock(&PROFILE, seed).unwrap();
        let run =
            explore::run(&target, &Options { seed, steps: 4_000, ..Options::default() }).await;
        assert_eq!(
            findings(&run),
            Vec::<String>::new(),
            "with the seed {seed}; a valid request that is refused has an example in the contract \
             that the demo world cannot answer"
        );
        assert_eq!(run.verdict(), Verdict::Holds);
        let (reached, all) = (run.reached.operations().count(), PROFILE.contract.routes.len());
        assert!(reached * 100 > all * 81, "{reached} of {all} operations are few");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_of_other_conventions_has_no_findings_either() {
    let target = Target::mock(&i3d_v2::PROFILE, 3).unwrap();
    let run = explore::run(&target, &Options { seed: 3, steps: 1_500, ..Options::default() }).await;
    assert_eq!(findings(&run), Vec::<String>::new());
    assert_eq!(run.verdict(), Verdict::Holds);
    let (reached, all) = (run.reached.operations().count(), i3d_v2::PROFILE.contract.routes.len());
    assert_eq!(reached, all, "operations that succeeded");
}

async fn broken(operation: &str, kind: FaultKind, operations: &str, stop_at_first: bool) -> Run {
    let target = Target::mock(&PROFILE, 1).unwrap();
    let fault = Fault { name: "fault".to_owned(), operation: operation.to_owned(), kind };
    let faulty = target.behind(|inner| Arc::new(Faulty::new(inner, &PROFILE, fault)));
    let options = Options {
        steps: 600,
        operations: operations.to_owned(),
        stop_at_first,
        ..Options::default()
    };
    explore::run(&faulty, &options).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_one_is_found_soon_and_by_its_operation() {
    for (operation, kind, code) in [
        ("deleteSshKey", FaultKind::Noop, "C403"),
        ("createSshKey", FaultKind::Forget("name".into()), "C201"),
        ("createSshKey", FaultKind::ReuseId("uuid".into()), "C402"),
        ("getSshKeys", FaultKind::AdmitNobody, "C301"),
        ("getSshKey", FaultKind::AdmitOther, "C303"),
        ("getSshKey", FaultKind::Set { at: "/*/name".into(), value: "x".into() }, "C412"),
        ("createSshKey", FaultKind::Fail { member: "name".into(), when: Edge::NonAscii }, "C101"),
    ] {
        let run = broken(operation, kind.clone(), "*SshKey*", true).await;
        let found = run.cases.iter().flat_map(|case| &case.findings).next();
        let found = found.unwrap_or_else(|| panic!("{kind:?} of {operation} is found"));
        assert_eq!(
            (found.check.code, found.operation.as_str()),
            (code, operation),
            "{kind:?}: {found}"
        );
        assert!(
            run.first_finding.is_some_and(|first| first <= 60),
            "{kind:?}: {:?}",
            run.first_finding
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_shown_by_its_shortest_sequence() {
    let run = broken("deleteSshKey", FaultKind::Noop, "*SshKey*", false).await;
    let failed = run.ended(Outcome::Failed).next().expect("a delete that does nothing is found");
    assert_eq!(failed.reason, "valid createSshKey 0 0; valid deleteSshKey 0 0");
    assert!(failed.exchanges.len() <= 12, "{} exchanges are many", failed.exchanges.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_once_is_played_first() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::mock(&PROFILE, 1).unwrap();
    let fault = Fault {
        name: "fault".to_owned(),
        operation: "deleteSshKey".to_owned(),
        kind: FaultKind::Noop,
    };
    let faulty = target.behind(|inner| Arc::new(Faulty::new(inner, &PROFILE, fault)));
    let kept = Some(folder.path().to_owned());
    let options =
        Options { operations: "*SshKey*".to_owned(), regressions: kept, ..Options::default() };
    explore::run(&faulty, &Options { steps: 300, ..options.clone() }).await;
    let again = explore::run(&faulty, &Options { stop_at_first: true, ..options.clone() }).await;
    assert!(again.first_finding.is_some_and(|first| first <= 10), "{:?}", again.first_finding);
    let sound = explore::run(&target, &Options { steps: 20, ..options }).await;
    assert_eq!(findings(&sound), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pattern_that_matches_nothing_checks_nothing() {
    let target = Target::mock(&PROFILE, 1).unwrap();
    let options = Options { operations: "*Nothing*".to_owned(), ..Options::default() };
    assert_eq!(explore::run(&target, &options).await.verdict(), Verdict::Unchecked);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_pattern_must_match_something() {
    let target = Target::mock(&PROFILE, 1).unwrap();
    let operations = "getCurrencies, typo*".to_owned();
    let run = explore::run(&target, &Options { operations, steps: 50, ..Options::default() }).await;
    assert_eq!(run.verdict(), Verdict::Unchecked);
    let reasons: Vec<&str> =
        run.ended(Outcome::Unchecked).map(|case| case.reason.as_str()).collect();
    assert_eq!(reasons, ["no operation matches typo*"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_report_tells_can_be_played_again() {
    let target = Target::mock(&PROFILE, 1).unwrap();
    let fault = Fault {
        name: "fault".to_owned(),
        operation: "deleteSshKey".to_owned(),
        kind: FaultKind::Noop,
    };
    let faulty = target.behind(|inner| Arc::new(Faulty::new(inner, &PROFILE, fault)));
    let steps =
        Step::parse_all(&PROFILE, "valid createSshKey 0 0; valid deleteSshKey 0 0").unwrap();
    let options = Options { play: Some(steps), ..Options::default() };
    let failed = explore::run(&faulty, &options).await;
    let case = failed.ended(Outcome::Failed).next().expect("a delete that does nothing is found");
    assert_eq!(case.findings[0].check.code, "C403");
    let script = "--play 'valid createSshKey 0 0; valid deleteSshKey 0 0'";
    assert!(case.replay.ends_with(script), "{}", case.replay);
    assert_eq!(explore::run(&target, &options).await.verdict(), Verdict::Holds);
}

/// FlexMetal tags count the servers that have them, and servers lose the tags that are removed.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_by_another_family_is_not_blamed_on_the_last_step() {
    let target = Target::mock(&PROFILE, 1).unwrap();
    for steps in [
        "pages createFlexMetalServer 0 0; valid deleteFlexMetalTag 0 0",
        "valid createFlexMetalServer 0 0; valid getFlexMetalTags 0 0",
        "valid createFlexMetalServer 0 0; valid getFlexMetalTag 0 0",
        "valid createFlexMetalServer 0 0; valid deleteFlexMetalTag 0 0; \
         valid createFlexMetalServer 0 1",
        "valid createFlexMetalServer 0 0; valid updateFlexMetalTag 0 1; \
         valid deleteFlexMetalServer 0 0; valid getFlexMetalTag 0 0",
    ] {
        let steps = format!("valid createFlexMetalTag 0 0; {steps}");
        let play = Some(Step::parse_all(&PROFILE, &steps).unwrap());
        let run = explore::run(&target, &Options { play, ..Options::default() }).await;
        assert_eq!(findings(&run), Vec::<String>::new());
    }
}

/// A server that refuses every request of an operation, or of all, with one status.
struct Refusing {
    inner: Arc<dyn Transport>,
    operation: &'static str,
    status: u16,
}

impl Transport for Refusing {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        Box::pin(async move {
            let mut received = self.inner.send(sent).await?;
            let all = self.operation.is_empty() && !sent.target.starts_with("/_mock");
            if all || sent.route.is_some_and(|route| route.id == self.operation) {
                received.status = self.status;
                received.body = br#"{"errorCode":10000,"errorMessage":"","errors":[]}"#.to_vec();
                received.headers.remove("content-length");
            }
            Ok(received)
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_nothing_is_not_checked() {
    let mock = Target::mock(&PROFILE, 1).unwrap();
    let target = mock.behind(|inner| Arc::new(Refusing { inner, operation: "", status: 501 }));
    let run = explore::run(&target, &Options { steps: 400, ..Options::default() }).await;
    assert_eq!(run.verdict(), Verdict::Unchecked, "{:?}", findings(&run));
    assert!(run.ended(Outcome::Passed).next().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_never_succeeds_is_not_checked() {
    let mock = Target::mock(&PROFILE, 1).unwrap();
    let operation = "getCurrencies";
    let target = mock.behind(|inner| Arc::new(Refusing { inner, operation, status: 429 }));
    let run =
        explore::run(&target, &Options { operations: operation.to_owned(), ..Options::default() })
            .await;
    let weak = run.ended(Outcome::Unchecked).flat_map(|case| &case.findings).next();
    assert_eq!(weak.map(|it| (it.check.code, it.operation.as_str())), Some(("C604", operation)));
}

/// Writes down what is sent.
struct Recorder {
    inner: Arc<dyn Transport>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Transport for Recorder {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        self.sent.lock().unwrap().push(sent.clone());
        self.inner.send(sent)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_sends_the_same_requests_to_the_byte() {
    let mut all = Vec::new();
    for _ in 0..2 {
        let target = Target::mock(&PROFILE, 7).unwrap();
        let sent = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&sent);
        let target = target.behind(|inner| Arc::new(Recorder { inner, sent: log }));
        let options = Options { seed: 7, steps: 2_000, ..Options::default() };
        let run = explore::run(&target, &options).await;
        assert_eq!(findings(&run), Vec::<String>::new());
        all.push(std::mem::take(&mut *sent.lock().unwrap()));
    }
    assert!(all[0].len() > 2_000);
    let differs = all[0].iter().zip(&all[1]).position(|(one, other)| one != other);
    assert_eq!(differs.map(|at| (&all[0][at], &all[1][at])), None);
}
