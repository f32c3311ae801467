//! Worlds: made, copied, reset, and used side by side.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tokio::task::{JoinSet, LocalSet};

use super::{
    CONNECTIONS, Settings, add_key_at, emulator, get,
    single::{fill, timed},
};
use crate::{
    load::{Connection, Request, median, wait_for},
    process::{Cores, Process},
};

/// How often each is measured.
const TIMES: usize = 31;
/// Tests that each have a world of their own.
const TESTS: usize = 1000;
/// Requests of each test.
const REQUESTS: usize = 20;
/// Tests at a time.
const AT_A_TIME: usize = 8;
/// Tickets and the letters of each that make a world of 100 MB.
const TICKETS: (usize, usize) = (10_000, 9_500);

/// Prints all of it.
pub(super) fn measure(settings: Settings) -> Result<()> {
    println!("\n| one client, median ms | demo world | 100 MB | aim |\n|---|--:|--:|--:|");
    let small = wait_for(copies(emulator(settings.cores, &[])?))?;
    let large = emulator(settings.cores, &["--world", "empty"])?;
    fill(&large.address, TICKETS.0, async |mut connection, count| {
        for _ in 0..count {
            expect(&mut connection, &ticket(), 200).await?;
        }
        Ok(())
    })?;
    let large = wait_for(copies(large))?;
    for ((name, small, aim), (_, large, _)) in small.iter().zip(&large) {
        println!("| {name} | {small:.1} | {large:.1} | {aim} |");
    }
    thousand_tests(settings.cores)?;
    many_worlds(settings)
}

/// Milliseconds of each thing that is done with worlds, with its name and its aim.
async fn copies(server: Process) -> Result<Vec<(&'static str, f64, &'static str)>> {
    let connection = &mut Connection::open(&server.address).await?;
    let world = |name: &str, rest: Value| {
        let mut new = json!({ "name": name });
        new.as_object_mut().expect("an object").extend(rest.as_object().expect("one").clone());
        control("POST", "/worlds", new)
    };
    expect(connection, &control("POST", "/snapshots", json!({ "name": "kept" })), 201).await?;
    let from_main = world("copy", json!({ "from": "main" }));
    let from_kept = world("copy", json!({ "from": "kept" }));
    let fresh = world("copy", json!({ "from": "demo" }));
    let seeded = world("copy", json!({ "from": "demo", "seed": 7 }));
    let restore = control("POST", "/restore", json!({ "snapshot": "kept" }));
    let take = control("POST", "/snapshots", json!({ "name": "again" }));
    let reset = control("POST", "/worlds/copy/reset", Value::Null);
    let write = add_key_at("/_in/copy/v3/sshKey");
    let delete = control("DELETE", "/worlds/copy", Value::Null);
    let forget = control("DELETE", "/snapshots/again", Value::Null);
    let write_to_main = add_key_at("/v3/sshKey");
    // What is done before, what is measured, and what is done after.
    let measured: [(_, &[&Request], &Request, u16, &[&Request], _); 9] = [
        ("new world", &[], &fresh, 201, &[&delete], "5"),
        ("new world with a seed", &[], &seeded, 201, &[&delete], "5"),
        ("copy of a world", &[&write_to_main], &from_main, 201, &[&delete], "150 (100 MB)"),
        ("world from a snapshot", &[], &from_kept, 201, &[&delete], "150 (100 MB)"),
        ("reset of a new world", &[&fresh, &write], &reset, 204, &[&delete], "5"),
        ("reset of one with a seed", &[&seeded, &write], &reset, 204, &[&delete], "5"),
        ("reset of a copy", &[&from_kept, &write], &reset, 204, &[&delete], ""),
        ("snapshot", &[&write_to_main], &take, 201, &[&forget], ""),
        ("restore", &[&write_to_main], &restore, 204, &[], ""),
    ];
    let mut medians = Vec::new();
    for (name, before, request, status, after, aim) in measured {
        let mut times = Vec::new();
        for _ in 0..TIMES {
            for request in before {
                connection.exchange(request).await?;
            }
            times.push(timed(connection, request, status).await?);
            for request in after {
                connection.exchange(request).await?;
            }
        }
        medians.push((name, median(times.into_iter()), aim));
    }
    Ok(medians)
}

/// The same tests, isolated in three ways.
fn thousand_tests(cores: Cores) -> Result<()> {
    println!(
        "\n| {TESTS} tests of {REQUESTS} requests | at a time | seconds | aim |\n|---|--:|--:|--:|"
    );
    let server = emulator(cores, &["--seed", "7"])?;
    let with_worlds = tests(AT_A_TIME, async |test| {
        let connection = &mut Connection::open(&server.address).await?;
        let name = format!("test-{test}");
        expect(connection, &control("POST", "/worlds", json!({ "name": name })), 201).await?;
        play(connection, &format!("/_in/{name}")).await?;
        expect(connection, &control("DELETE", &format!("/worlds/{name}"), Value::Null), 204).await
    })?;
    println!("| a world each | {AT_A_TIME} | {with_worlds:.1} | |");
    let with_resets = tests(1, async |_| {
        let connection = &mut Connection::open(&server.address).await?;
        expect(connection, &control("POST", "/reset", Value::Null), 204).await?;
        play(connection, "").await
    })?;
    println!("| a reset each | 1 | {with_resets:.1} | |");
    let with_servers = tests(AT_A_TIME, async |_| {
        let started = tokio::task::spawn_blocking(move || {
            // It waits for its first answer in a runtime of its own.
            emulator(cores, &["--seed", "7"])
        });
        let server = started.await??;
        play(&mut Connection::open(&server.address).await?, "").await
    })?;
    let ratio = with_servers / with_worlds;
    println!("| a server each | {AT_A_TIME} | {with_servers:.1}, {ratio:.1} times | 10 times |");
    Ok(())
}

/// Seconds that all tests take.
fn tests(at_a_time: usize, test: impl AsyncFn(usize) -> Result<()>) -> Result<f64> {
    let began = Instant::now();
    let next = AtomicUsize::new(0);
    wait_for(async {
        let client = async || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= TESTS {
                    return anyhow::Ok(());
                }
                test(number).await?;
            }
        };
        let clients = (0..at_a_time).map(|_| client());
        futures_util::future::try_join_all(clients).await
    })?;
    Ok(began.elapsed().as_secs_f64())
}

/// The requests of a test: it writes, and reads what it wrote.
async fn play(connection: &mut Connection, base: &str) -> Result<()> {
    let path = format!("{base}/v3/sshKey");
    for _ in 0..REQUESTS / 2 {
        expect(connection, &add_key_at(&path), 200).await?;
        expect(connection, &get(&path), 200).await?;
    }
    Ok(())
}

/// Requests to one of several worlds, and spread over all of them.
fn many_worlds(settings: Settings) -> Result<()> {
    println!("\n| worlds | MiB | GET of one | GET of each | POST to one | POST to each |");
    println!("|--:|--:|--:|--:|--:|--:|");
    for worlds in [1, 100, 1000] {
        let server = emulator(settings.cores, &["--seed", "7"])?;
        wait_for(async {
            let connection = &mut Connection::open(&server.address).await?;
            for number in 0..worlds {
                let new = json!({ "name": format!("w-{number}") });
                expect(connection, &control("POST", "/worlds", new), 201).await?;
            }
            Ok(())
        })?;
        let memory = server.resident_mib()?;
        let path = |number: usize| format!("/_in/w-{number}/v3/sshKey");
        let read = |number: usize| get(&path(number));
        let write = |number: usize| add_key_at(&path(number));
        let one = |request: &dyn Fn(usize) -> Request| vec![request(worlds - 1)];
        let each = |request: &dyn Fn(usize) -> Request| (0..worlds).map(request).collect();
        let mut figures = Vec::new();
        for requests in [one(&read), each(&read), one(&write), each(&write)] {
            let rounds = (0..settings.rounds).map(|_| spread(&server, &requests, settings.time));
            let rounds: Vec<f64> = rounds.collect::<Result<_>>()?;
            figures.push(format!("{:.0}", median(rounds.into_iter())));
        }
        println!("| {worlds} | {memory:.0} | {} |", figures.join(" | "));
    }
    Ok(())
}

/// How many of these requests are answered in a second, each client sending one after the other.
fn spread(server: &Process, requests: &[Request], time: Duration) -> Result<f64> {
    let requests: Arc<[Request]> = requests.into();
    let next = Arc::new(AtomicUsize::new(0));
    let local = LocalSet::new();
    wait_for(local.run_until(async {
        let end = Instant::now() + time;
        let mut clients = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
            let mut connection = Connection::open(&server.address).await?;
            clients.spawn_local(async move {
                while Instant::now() < end {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    expect(&mut connection, &requests[number % requests.len()], 200).await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(done) = clients.join_next().await {
            done??;
        }
        Ok(())
    }))?;
    Ok(next.load(Ordering::Relaxed) as f64 / time.as_secs_f64())
}

/// A request to the control API.
fn control(method: &str, path: &str, body: Value) -> Request {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    Request::new(method, &format!("/_mock{path}"), body)
}

fn ticket() -> Request {
    let ticket = json!({
        "title": "bench", "content": "x".repeat(TICKETS.1), "category": "Bare-metal",
        "department": "Service Desk",
    });
    super::with_key(Request::new("POST", "/v3/tickets", ticket.to_string()))
}

async fn expect(connection: &mut Connection, request: &Request, status: u16) -> Result<()> {
    let (got, body) = connection.exchange(request).await?;
    ensure!(got == status, "{got} instead of {status}: {}", String::from_utf8_lossy(body));
    Ok(())
}
