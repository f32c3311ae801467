//! What a guard lets through, and how often.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use contract_tests::{
    Caller, Keys, Request, Secret, Sent, Target,
    live::{Class, Clock, Denied, Folder, Permit, Refusal, Rules, Stop, sweep},
    profiles::i3d_v3::PROFILE,
};
use http::Method;
use serde_json::json;

use crate::host::{CANARY, Scene, Told, about, plain, send, with_body};

/// Limits that allow a test everything but what it is about.
pub async fn generous() -> Scene {
    let mut scene = Scene::new().await;
    scene.rules.limits = scene.rules.limits.of_a_rehearsal();
    scene
}

pub fn planned(operations: &[(&str, u32)]) -> Permit {
    let operations: BTreeMap<String, u32> =
        operations.iter().map(|(operation, times)| ((*operation).to_owned(), *times)).collect();
    Permit { operations, cents: 0 }
}

pub fn ssh_key(name: &str) -> Sent {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRsVRPOs00Qg5sjvRqahzUU94NMk/pqQuUy5orE75Ox me";
    with_body("createSshKey", &json!({ "name": name, "publicKey": key }))
}

fn server(name: &str) -> Sent {
    let os = json!({ "slug": "talos-omni-1123" });
    let body =
        json!({ "name": name, "location": "EU: Rotterdam", "instanceType": "bm7.std.8", "os": os });
    with_body("createFlexMetalServer", &body)
}

#[tokio::test]
async fn only_what_reads_is_sent_without_a_plan() {
    let scene = generous().await;
    let guard = scene.guard();
    let mut sent = 0;
    for route in &PROFILE.contract.routes {
        let Ok(request) = Request::example(&PROFILE, route) else { continue };
        let passed = guard.pass(&request.sent(Caller::Customer)).await;
        let class = scene.rules.class(&route.id);
        match passed {
            Ok(_) => {
                assert_eq!(class, Some(Class::Read), "{} was sent", route.id);
                sent += 1;
            }
            Err(denied) => assert!(matches!(denied, Denied::Refused(_)), "{}: {denied}", route.id),
        }
    }
    assert!(sent > 30, "{sent} operations are few");
    assert_eq!(scene.host.count(), sent, "the host got what was let through and nothing else");
    assert!(scene.host.got().iter().all(|got| got.method == Method::GET));
}

#[tokio::test]
async fn an_operation_without_a_class_is_never_sent() {
    let mut scene = generous().await;
    let limits = scene.rules.limits.clone();
    scene.rules = Rules::read(&PROFILE.live.replace("  getHealth:\n", "")).unwrap();
    scene.rules.limits = limits;
    let guard = scene.guard();
    let refused = guard.pass(&plain("getHealth")).await.unwrap_err();
    assert_eq!(refused, Refusal::Unlisted("getHealth".to_owned()).into());
    assert_eq!(scene.host.count(), 0);
}

#[tokio::test]
async fn nothing_is_sent_that_only_looks_like_a_request_of_the_contract() {
    let scene = generous().await;
    let guard = scene.guard();
    let good = plain("getSshKeys");
    let with_header =
        |name: &str| Sent { headers: vec![(name.to_owned(), "1".to_owned())], ..good.clone() };
    let odd = [
        Sent { caller: Caller::Nobody, ..good.clone() },
        Sent { caller: Caller::Stranger, ..good.clone() },
        Sent { caller: Caller::Other, ..good.clone() },
        Sent { method: Method::HEAD, ..good.clone() },
        Sent { method: Method::OPTIONS, ..good.clone() },
        Sent { route: None, ..good.clone() },
        Sent { target: "/v3/sshKey/".to_owned(), ..good.clone() },
        Sent { target: "/v3//sshKey".to_owned(), ..good.clone() },
        Sent { target: "/v3/x/../sshKey".to_owned(), ..good.clone() },
        Sent { target: "/v3/tickets".to_owned(), ..good.clone() },
        Sent { target: "/v3/sshKey?page=2".to_owned(), ..good.clone() },
        Sent { body: b"{}".to_vec(), ..good.clone() },
        with_header("x-forwarded-for"),
        with_header("cookie"),
        // A server takes this for `getDedicatedServerSummaries`, so it is not what is meant.
        about("getDedicatedServer", "summary"),
        about("getSshKey", "..%2Ftickets"),
        about("getSshKey", "%2e%2e"),
        Sent {
            headers: vec![("ranged-data".to_owned(), "all".to_owned())],
            ..plain("getFlexMetalTags")
        },
    ];
    for sent in odd {
        let denied = guard.pass(&sent).await;
        assert!(
            matches!(denied, Err(Denied::Refused(_))),
            "{} {} was sent",
            sent.method,
            sent.target
        );
    }
    assert_eq!(scene.host.count(), 0);
    assert!(guard.pass(&good).await.is_ok());
}

#[tokio::test]
async fn what_is_read_was_shown_before_or_is_listed_by_the_contract() {
    let scene = generous().await;
    let guard = scene.guard();
    let read = about("getSshKey", "7561c39d-f4df-4c46-b3f1-2ac981271e29");
    let refused = guard.pass(&read).await.unwrap_err().to_string();
    assert!(refused.contains("no answer of this run has shown"), "{refused}");
    send(&guard, &plain("getSshKeys")).await.unwrap();
    assert_eq!(send(&guard, &read).await.unwrap().status, 200);
    assert_eq!(scene.host.count(), 2);
}

#[tokio::test]
async fn what_is_written_was_made_by_the_run_and_is_called_after_it() {
    let mut scene = generous().await;
    scene.permit = planned(&[("createSshKey", 9), ("deleteSshKey", 9), ("deleteFlexMetalTag", 9)]);
    let guard = scene.guard();
    send(&guard, &plain("getSshKeys")).await.unwrap();
    // It was seen, but not made.
    let delete = about("deleteSshKey", "7561c39d-f4df-4c46-b3f1-2ac981271e29");
    assert!(matches!(guard.pass(&delete).await, Err(Denied::Refused(Refusal::Foreign(..)))));
    assert!(matches!(
        guard.pass(&ssh_key("laptop")).await,
        Err(Denied::Refused(Refusal::Name(..)))
    ));
    let made = send(&guard, &ssh_key("ct-testrun1-1")).await.unwrap().json();
    assert!(matches!(
        guard.pass(&ssh_key("ct-testrun1-1")).await,
        Err(Denied::Refused(Refusal::Name(..)))
    ));
    let id = made[0]["uuid"].as_str().unwrap();
    // It was made, but is of another kind.
    assert!(matches!(guard.pass(&about("deleteFlexMetalTag", id)).await, Err(Denied::Refused(_))));
    assert_eq!(send(&guard, &about("deleteSshKey", id)).await.unwrap().status, 204);
    assert_eq!(scene.host.count(), 3);
}

#[tokio::test]
async fn a_plan_counts() {
    let mut scene = generous().await;
    scene.permit = planned(&[("createSshKey", 1)]);
    let guard = scene.guard();
    send(&guard, &ssh_key("ct-testrun1-1")).await.unwrap();
    assert!(matches!(
        guard.pass(&ssh_key("ct-testrun1-2")).await,
        Err(Denied::Refused(Refusal::Unplanned(..)))
    ));
    let tag = with_body("createFlexMetalTag", &json!({ "tag": "ct-testrun1-3" }));
    assert!(matches!(guard.pass(&tag).await, Err(Denied::Refused(Refusal::Unplanned(..)))));
    assert_eq!(scene.host.count(), 1);
}

#[tokio::test]
async fn thirty_requests_a_minute_go_out_and_one_at_a_time() {
    let scene = Scene::new().await;
    let guard = scene.guard();
    let health = plain("getHealth");
    futures_util::future::join_all((0..31).map(|_| guard.pass(&health))).await;
    assert_eq!(scene.host.count(), 31);
    assert_eq!(scene.host.most_under_way(), 1);
    let waited = scene.clock.now();
    assert_eq!(waited, Duration::from_secs(60), "the 31st request belongs to the next minute");
}

#[tokio::test]
async fn the_budget_of_a_day_is_kept_across_runs() {
    let mut scene = generous().await;
    scene.rules.limits.requests = 3;
    let health = plain("getHealth");
    for (run, sent) in [(1, 2), (2, 3)] {
        let guard = scene.guard();
        let passed = [guard.pass(&health).await, guard.pass(&health).await];
        assert_eq!(scene.host.count(), sent, "after run {run}");
        assert_eq!(passed[1].is_ok(), run == 1);
    }
    assert_eq!(scene.guard().pass(&health).await.unwrap_err(), Stop::Requests(3).into());
    scene.clock.advance(Duration::from_secs(24 * 60 * 60));
    assert!(scene.guard().pass(&health).await.is_ok(), "tomorrow is another day");
}

#[tokio::test]
async fn every_limit_stops_the_run() {
    let health = plain("getHealth");
    let mut scene = generous().await;
    scene.rules.limits.requests_per_operation = 1;
    let guard = scene.guard();
    guard.pass(&health).await.unwrap().unwrap();
    assert_eq!(
        guard.pass(&health).await.unwrap_err(),
        Stop::Operation("getHealth".to_owned(), 1).into()
    );
    // A stop is for good.
    assert!(matches!(guard.pass(&plain("getSshKeys")).await, Err(Denied::Stopped(_))));
    drop(guard);

    let guard = scene.guard();
    scene.clock.advance(Duration::from_secs(60 * scene.rules.limits.minutes + 1));
    assert_eq!(guard.pass(&plain("getSshKeys")).await.unwrap_err(), Stop::Deadline.into());
    assert_eq!(scene.host.count(), 1);
}

#[tokio::test]
async fn there_are_never_more_resources_of_a_kind_than_allowed() {
    let mut scene = generous().await;
    scene.permit = planned(&[("createSshKey", 9), ("deleteSshKey", 9)]);
    let guard = scene.guard();
    let first = send(&guard, &ssh_key("ct-testrun1-1")).await.unwrap().json();
    send(&guard, &ssh_key("ct-testrun1-2")).await.unwrap();
    let third = ssh_key("ct-testrun1-3");
    assert!(matches!(guard.pass(&third).await, Err(Denied::Refused(Refusal::Enough(_, 2)))));
    send(&guard, &about("deleteSshKey", first[0]["uuid"].as_str().unwrap())).await.unwrap();
    assert_eq!(send(&guard, &third).await.unwrap().status, 200);
}

#[tokio::test]
async fn the_removal_of_what_is_made_is_paid_for_in_advance() {
    let mut scene = generous().await;
    scene.permit = planned(&[("createSshKey", 9)]);
    scene.rules.limits.requests = 8;
    assert_eq!(
        scene.guard().pass(&ssh_key("ct-testrun1-1")).await.unwrap_err(),
        Stop::Requests(8).into()
    );
    scene.rules.limits.requests = 9;
    let guard = scene.guard();
    send(&guard, &ssh_key("ct-testrun1-1")).await.unwrap();
    assert_eq!(guard.pass(&plain("getHealth")).await.unwrap_err(), Stop::Requests(9).into());
    assert!(sweep(&guard).await.left.is_empty());
}

#[tokio::test]
async fn everything_in_the_path_of_a_write_was_made_by_the_run() {
    let mut scene = generous().await;
    let operations = planned(&[("createFlexMetalServer", 1), ("createFlexMetalServerTag", 1)]);
    scene.permit = Permit { cents: 100_000, ..operations };
    let guard = scene.guard();
    let made = send(&guard, &server("ct-testrun1-1")).await.unwrap().json();
    let tagged = about("createFlexMetalServerTag", made[0]["uuid"].as_str().unwrap());
    let tagged = Sent { target: tagged.target.replace("{tag}", "spare"), ..tagged };
    let foreign = Refusal::Foreign("createFlexMetalServerTag".to_owned(), "spare".to_owned());
    assert_eq!(guard.pass(&tagged).await.unwrap_err(), foreign.into());
}

#[tokio::test]
async fn no_more_money_is_spent_than_was_agreed_to() {
    let mut scene = generous().await;
    scene.permit = Permit { cents: 199_999, ..planned(&[("createFlexMetalServer", 9)]) };
    let guard = scene.guard();
    // The host takes the order and fails: the money may be gone.
    scene.host.tell([Told { status: 500, ..Told::default() }]);
    send(&guard, &server("ct-testrun1-1")).await.unwrap();
    let stop = Stop::Money { cents: 200_000, max: 199_999 };
    assert_eq!(guard.pass(&server("ct-testrun1-2")).await.unwrap_err(), stop.into());
    assert_eq!(scene.host.count(), 1);
}

#[tokio::test]
async fn what_was_made_last_is_removed_first() {
    let mut scene = generous().await;
    scene.permit = planned(&[("createSshKey", 1), ("createFlexMetalTag", 1)]);
    let guard = scene.guard();
    send(&guard, &with_body("createFlexMetalTag", &json!({ "tag": "ct-testrun1-1" })))
        .await
        .unwrap();
    send(&guard, &ssh_key("ct-testrun1-2")).await.unwrap();
    assert_eq!(sweep(&guard).await.cleaned, 2);
    let got = scene.host.got().into_iter();
    let removed: Vec<_> =
        got.filter(|it| it.method == Method::DELETE).map(|it| it.target).collect();
    assert!(removed[0].starts_with("/v3/sshKey/"), "{removed:?}");
    assert_eq!(removed[1..], ["/v3/flexMetal/tags/ct-testrun1-1"]);
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let scene = generous().await;
    let elsewhere = format!("{}/v3/country", scene.host.loopback());
    scene.host.tell([Told {
        status: 302,
        headers: vec![("location", elsewhere)],
        ..Told::default()
    }]);
    let answer = send(&scene.guard(), &plain("getHealth")).await.unwrap();
    assert_eq!((answer.status, scene.host.count()), (302, 1));
}

#[tokio::test]
async fn the_host_is_told_who_asks() {
    let scene = generous().await;
    let key = scene.guard();
    send(&key, &plain("getSshKeys")).await.unwrap();
    let got = scene.host.got().remove(0);
    let header = |name: &str| got.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("x-contract-tests-run"), "testrun1");
    assert!(header("user-agent").starts_with("contract-tests/"));
    assert_eq!(header("private-token"), CANARY);
}

#[tokio::test]
async fn two_runs_never_share_a_folder() {
    let scene = Scene::new().await;
    let _guard = scene.guard();
    let second = Folder::open(scene.path()).unwrap_err();
    assert!(second.to_string().contains("another run"), "{second}");
}

#[tokio::test]
async fn a_live_target_is_read_whichever_verb_has_it() {
    let scene = generous().await;
    let keys = Keys { customer: Some(Secret::new(CANARY)), ..Keys::default() };
    let bare = Target::at(&PROFILE, &scene.host.resolved(), keys).await.unwrap();
    assert_eq!(scene.host.count(), 0, "nothing is tried out on a live host");
    let target = bare.behind(|inner| Arc::new(scene.guard_before(inner)));
    assert!(target.is_live() && !target.is_controllable());
    assert!(target.reset().await.is_err());
    let denied = target.send(&ssh_key("ct-testrun1-1")).await.unwrap_err();
    let refused =
        denied.refusal().expect("it is not let through because of what it is").to_string();
    assert!(refused.contains("write-free and not planned"), "{refused}");
    assert!(denied.to_string().starts_with("not sent: "), "{denied}");
    assert_eq!(scene.host.count(), 0);
    assert_eq!(target.send(&plain("getSshKeys")).await.unwrap().status, 200);
    std::fs::write(scene.path().join("stop"), "").unwrap();
    let stopped = target.send(&plain("getSshKeys")).await.unwrap_err();
    assert!(stopped.refusal().is_none(), "nothing else would pass, either: {stopped}");
}
