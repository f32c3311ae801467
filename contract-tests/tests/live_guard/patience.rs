//! A guard waits for a host that is busy or asks for patience, and ends when it is told to.

use std::{sync::atomic::Ordering, time::Duration};

use contract_tests::live::{Clock, Stop, sweep};

use crate::{
    guard::{generous, planned, ssh_key},
    host::{Scene, Told, plain, send},
};

#[tokio::test]
async fn a_host_that_fails_three_times_in_a_row_is_left_alone() {
    let scene = generous().await;
    let guard = scene.guard();
    let failed = Told { status: 503, ..Told::default() };
    let fine = Told { status: 200, ..Told::default() };
    scene.host.tell([&failed, &failed, &fine, &failed, &failed, &failed].map(Told::clone));
    for _ in 0..6 {
        guard.pass(&plain("getHealth")).await.unwrap().unwrap();
    }
    assert_eq!(guard.pass(&plain("getHealth")).await.unwrap_err(), Stop::Failing(3).into());
    assert_eq!(scene.host.count(), 6);
}

#[tokio::test]
async fn a_host_that_asks_for_patience_gets_it_once() {
    let scene = generous().await;
    let guard = scene.guard();
    let health = plain("getHealth");
    let later = |seconds: u64| Told {
        status: 429,
        headers: vec![("retry-after", seconds.to_string())],
        ..Told::default()
    };
    scene.host.tell([later(120)]);
    guard.pass(&health).await.unwrap().unwrap();
    guard.pass(&health).await.unwrap().unwrap();
    assert_eq!(scene.clock.now(), Duration::from_secs(120));
    scene.host.tell([later(1)]);
    guard.pass(&health).await.unwrap().unwrap();
    assert_eq!(guard.pass(&health).await.unwrap_err(), Stop::Throttled.into());
    assert_eq!(scene.host.count(), 3);
    // A later run waits, too.
    drop(guard);
    scene.host.tell([Told {
        status: 429,
        headers: vec![("retry-after", "Thu, 01 Jan 1970 00:10:00 GMT".into())],
        ..Told::default()
    }]);
    scene.guard().pass(&health).await.unwrap().unwrap();
    scene.guard().pass(&health).await.unwrap().unwrap();
    assert_eq!(scene.clock.now(), Duration::from_secs(600));
}

#[tokio::test]
async fn a_wait_that_outlasts_the_run_ends_it_at_once() {
    let scene = generous().await;
    let guard = scene.guard();
    scene.host.tell([Told {
        status: 429,
        headers: vec![("retry-after", "86400".to_owned())],
        ..Told::default()
    }]);
    guard.pass(&plain("getHealth")).await.unwrap().unwrap();
    let stop = Stop::WaitTooLong("1970-01-02T00:00:00Z".parse().unwrap());
    assert_eq!(guard.pass(&plain("getHealth")).await.unwrap_err(), stop.into());
    assert_eq!(scene.clock.now(), Duration::ZERO);
}

#[tokio::test]
async fn a_host_that_asks_for_endless_patience_gets_a_day() {
    let endless = [
        "18446744073709551615",
        "18446744073709551616",
        "9223372036854775807",
        "-1",
        "",
        "a while",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Thu, 01 Jan 1960 00:00:00 GMT",
    ];
    for wait in endless {
        let mut scene = generous().await;
        scene.permit = planned(&[("createSshKey", 1)]);
        let guard = scene.guard();
        send(&guard, &ssh_key("ct-testrun1-1")).await.unwrap();
        let headers = vec![("retry-after", wait.to_owned())];
        scene.host.tell([Told { status: 429, headers, ..Told::default() }]);
        send(&guard, &plain("getHealth")).await.unwrap();
        let swept = sweep(&guard).await;
        // Whoever is to come back is told when, and can clean up then.
        if let Some(left) = swept.left.first() {
            assert!(left.contains("before 1970-01-02T00:00:00Z"), "{wait}: {left}");
            scene.clock.advance(Duration::from_secs(24 * 60 * 60));
        }
        drop(guard);
        assert!(sweep(&scene.resume()).await.left.is_empty(), "{wait}");
    }
}

#[tokio::test]
async fn a_host_that_is_busy_is_not_asked_before_it_wants_to_be() {
    let scene = generous().await;
    let guard = scene.guard();
    let headers = vec![("retry-after", "90".to_owned())];
    scene.host.tell([Told { status: 503, headers, ..Told::default() }]);
    guard.pass(&plain("getHealth")).await.unwrap().unwrap();
    guard.pass(&plain("getHealth")).await.unwrap().unwrap();
    assert_eq!(scene.clock.now(), Duration::from_secs(90));
}

#[tokio::test]
async fn a_time_that_a_wrong_clock_wrote_down_is_forgotten() {
    let scene = Scene::new().await;
    scene.clock.advance(Duration::from_secs(u32::MAX.into()));
    scene.guard().pass(&plain("getHealth")).await.unwrap().unwrap();
    scene.clock.set(Duration::ZERO);
    scene.guard().pass(&plain("getHealth")).await.unwrap().unwrap();
    scene.guard().pass(&plain("getHealth")).await.unwrap().unwrap();
    assert_eq!(scene.clock.now(), Duration::from_secs(2), "the pace is kept");
}

#[tokio::test]
async fn the_switch_stops_everything_the_interrupt_all_but_the_removal() {
    let mut scene = generous().await;
    scene.permit = planned(&[("createSshKey", 1)]);
    let guard = scene.guard();
    send(&guard, &ssh_key("ct-testrun1-1")).await.unwrap();
    guard.interrupt();
    assert_eq!(guard.pass(&plain("getHealth")).await.unwrap_err(), Stop::Interrupted.into());
    let switch = scene.path().join("stop");
    std::fs::write(&switch, "").unwrap();
    let swept = sweep(&guard).await;
    assert!(
        !swept.left.is_empty() && swept.left.iter().all(|left| left.contains("stop exists")),
        "{swept:?}"
    );
    assert_eq!(scene.host.count(), 1);
    std::fs::remove_file(switch).unwrap();
    let swept = sweep(&guard).await;
    assert!(swept.left.is_empty() && swept.cleaned == 1, "{swept:?}");
}

#[tokio::test]
async fn the_switch_counts_also_after_a_wait() {
    let scene = Scene::new().await;
    let guard = scene.guard();
    guard.pass(&plain("getHealth")).await.unwrap().unwrap();
    let switch = scene.path().join("stop");
    *scene.clock.meanwhile.lock().unwrap() = Some(switch.clone());
    assert_eq!(guard.pass(&plain("getHealth")).await.unwrap_err(), Stop::Switch(switch).into());
    assert_eq!(scene.host.count(), 1);
}

#[tokio::test]
async fn an_interrupt_ends_a_wait() {
    let scene = Scene::new().await;
    let guard = scene.guard();
    guard.pass(&plain("getHealth")).await.unwrap().unwrap();
    scene.clock.stands.store(true, Ordering::SeqCst);
    let health = plain("getHealth");
    let interrupt = async { guard.interrupt() };
    let (denied, ()) = tokio::join!(guard.pass(&health), interrupt);
    assert_eq!(denied.unwrap_err(), Stop::Interrupted.into());
}
