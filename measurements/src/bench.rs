//! Measures the emulator beside its ceilings.

use std::{process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{
    load::{Connection, Measured, Request, load},
    process::Process,
};

const KEY: &str = "i3dDemoKey0123456789";
const CONNECTIONS: usize = 32;
const PUBLIC_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRsVRPOs00Qg5sjvRqahzUU94NMk/pqQuUy5orE75Ox bench";

/// One line of the table: a request to a server.
struct Line {
    name: &'static str,
    address: String,
    request: Request,
    /// The line that the ratio refers to, and the ratio we aim at.
    aim: Option<(&'static str, f64)>,
}

/// Measures everything and prints the tables.
pub(crate) fn run(seconds: f64, rounds: usize) -> Result<()> {
    let built = Command::new("cargo")
        .args(["build", "--quiet", "--release", "-p", "mock-server"])
        .status()?;
    ensure!(built.success(), "the emulator builds");
    println!(
        "Start, from exec to the first answer (median of 11): {:.0} ms, aim 50",
        start_time()?.as_secs_f64() * 1e3
    );

    let hello = Process::start("measurements", &["ceiling", "hello"])?;
    let select = Process::start("measurements", &["ceiling", "select"])?;
    let emulator = Process::start("mock-server", &["--listen", "127.0.0.1:0"])?;
    let fresh = emulator.resident_mib()?;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (single_path, single, list) = runtime.block_on(prepare(&emulator.address))?;
    runtime.block_on(put(&select.address, "/row/single", &single))?;
    runtime.block_on(put(&select.address, "/row/list", &list))?;

    let line = |name, server: &Process, request, aim| Line {
        name,
        address: server.address.clone(),
        request,
        aim,
    };
    let new = json!({ "name": "bench", "publicKey": PUBLIC_KEY }).to_string();
    let lines = [
        line("axum, constant JSON", &hello, Request::get("/row/x", None), None),
        line("axum, one SELECT: single", &select, Request::get("/row/single", None), None),
        line(
            "emulator: single",
            &emulator,
            Request::get(&single_path, Some(KEY)),
            Some(("axum, one SELECT: single", 0.8)),
        ),
        line("axum, one SELECT: list of 25", &select, Request::get("/row/list", None), None),
        line(
            "emulator: list of 25",
            &emulator,
            Request::get("/v3/tickets", Some(KEY)),
            Some(("axum, one SELECT: list of 25", 0.5)),
        ),
        line(
            "emulator: POST",
            &emulator,
            Request::new("POST", "/v3/sshKey", Some(KEY), new),
            Some(("emulator: single", 0.5)),
        ),
    ];
    measure(&lines, seconds, rounds)?;

    let loaded = emulator.resident_mib()?;
    let _ = load(
        &emulator.address,
        &lines[2].request,
        200,
        CONNECTIONS,
        Duration::from_secs_f64(seconds * 2.0),
    )?;
    println!(
        "
Resident memory: {fresh:.1} MiB at the start, {loaded:.1} after the load (aim 40), \
         {:.1} after {:.0} s more of GET",
        emulator.resident_mib()?,
        seconds * 2.0
    );
    charts_and_files(&emulator.address)?;
    reset(&emulator.address)?;
    growth(seconds)
}

/// A body that the ceiling serves unchanged.
type Body = String;

/// Fills the emulator with 25 tickets and an SSH key; returns the path of the key, its body and the
/// body of the list.
async fn prepare(address: &str) -> Result<(String, Body, Body)> {
    let mut connection = Connection::open(address).await?;
    add_tickets(&mut connection, 25).await?;
    let (_, list) = connection.exchange(&Request::get("/v3/tickets", Some(KEY))).await?;
    let list = String::from_utf8(list.to_vec())?;
    let rows: Vec<Value> = serde_json::from_str(&list)?;
    ensure!(rows.len() == 25, "a list of 25, got {}", rows.len());
    let (_, keys) = connection.exchange(&Request::get("/v3/sshKey", Some(KEY))).await?;
    let keys: Value = serde_json::from_slice(keys)?;
    let path =
        format!("/v3/sshKey/{}", keys[0]["uuid"].as_str().context("an SSH key in the demo world")?);
    let (_, single) = connection.exchange(&Request::get(&path, Some(KEY))).await?;
    let single = String::from_utf8(single.to_vec())?;
    Ok((path, single, list))
}

async fn add_tickets(connection: &mut Connection, count: usize) -> Result<()> {
    let ticket = json!({
        "title": "bench", "content": "A question.", "category": "Bare-metal",
        "department": "Service Desk",
    });
    let request = Request::new("POST", "/v3/tickets", Some(KEY), ticket.to_string());
    for _ in 0..count {
        let (status, body) = connection.exchange(&request).await?;
        ensure!(status == 200, "a ticket is created: {status} {}", String::from_utf8_lossy(body));
    }
    Ok(())
}

async fn put(address: &str, path: &str, body: &str) -> Result<()> {
    let mut connection = Connection::open(address).await?;
    connection.exchange(&Request::new("PUT", path, None, body.to_owned())).await?;
    Ok(())
}

fn start_time() -> Result<Duration> {
    let mut times = (0..11)
        .map(|_| Ok(Process::start("mock-server", &["--listen", "127.0.0.1:0"])?.started_in))
        .collect::<Result<Vec<_>>>()?;
    times.sort_unstable();
    Ok(times[5])
}

/// Every round measures every line once, so that a disturbance of the machine affects all alike.
fn measure(lines: &[Line], seconds: f64, rounds: usize) -> Result<()> {
    let mut all: Vec<Vec<Measured>> = lines.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (line, measured) in lines.iter().zip(&mut all) {
            measured.push(load(
                &line.address,
                &line.request,
                200,
                CONNECTIONS,
                Duration::from_secs_f64(seconds),
            )?);
        }
    }
    println!("\n{CONNECTIONS} connections, {rounds} rounds of {seconds} s, medians");
    println!("| request | per second | p50 ms | p99 ms | ratio | aim |\n|---|--:|--:|--:|--:|--:|");
    for (index, line) in lines.iter().enumerate() {
        let of = |pick: fn(&Measured) -> f64| median(all[index].iter().map(pick));
        let ratio = line.aim.and_then(|(name, aim)| {
            let other = lines.iter().position(|it| it.name == name)?;
            let ratios = all[index]
                .iter()
                .zip(&all[other])
                .map(|(mine, theirs)| mine.per_second / theirs.per_second);
            Some(format!("{:.2} | {aim} of {name:?}", median(ratios)))
        });
        println!(
            "| {} | {:.0} | {:.2} | {:.2} | {} |",
            line.name,
            of(|it| it.per_second),
            of(|it| it.p50.as_secs_f64() * 1e3),
            of(|it| it.p99.as_secs_f64() * 1e3),
            ratio.unwrap_or_else(|| " | ".to_owned()),
        );
    }
    Ok(())
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Measures what is drawn anew for each request: a chart and a PDF. One client sends one request
/// after the other.
fn charts_and_files(address: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let mut first = async |path: &str| -> Result<Value> {
            let (_, rows) = connection.exchange(&Request::get(path, Some(KEY))).await?;
            Ok(serde_json::from_slice::<Value>(rows)?[0].take())
        };
        let colocation = first("/v3/colocation").await?;
        let invoice = first("/v3/account/invoice").await?;
        let uplink = &colocation["uplinks"][0]["uplinkId"];
        let chart =
            format!("/v3/colocation/{}/network/usage/{uplink}/graph/year", colocation["id"]);
        let id = invoice["id"].as_str().context("an invoice has an id")?;
        let pdf = format!("/v3/account/invoice/{id}/pdf");
        for (what, path, aim) in [("Chart of a year", chart, 15), ("PDF of an invoice", pdf, 10)] {
            let request = Request::get(&path, Some(KEY));
            let mut times = Vec::new();
            for _ in 0..51 {
                let began = std::time::Instant::now();
                let (status, _) = connection.exchange(&request).await?;
                ensure!(status == 200, "{path} answers {status}");
                times.push(began.elapsed().as_secs_f64() * 1e3);
            }
            println!("\n{what}: {:.1} ms median of 51 (aim {aim})", median(times.into_iter()));
        }
        Ok(())
    })
}

fn reset(address: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let request = Request::new("POST", "/_mock/reset", None, String::new());
        let mut times = Vec::new();
        for _ in 0..21 {
            let began = std::time::Instant::now();
            let (status, _) = connection.exchange(&request).await?;
            ensure!(status == 204, "the world is reset");
            times.push(began.elapsed().as_secs_f64() * 1e3);
        }
        let loaded = times.remove(0);
        println!(
            "\nReset: {loaded:.1} ms after the load, {:.1} ms median of 20 more (aim 5)",
            median(times.into_iter())
        );
        Ok(())
    })
}

/// Compares the cost of the first page of many tickets with that of few.
fn growth(seconds: f64) -> Result<()> {
    let first_page = |count: usize| -> Result<(Process, Request)> {
        let emulator =
            Process::start("mock-server", &["--listen", "127.0.0.1:0", "--world", "empty"])?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        runtime.block_on(async {
            let mut clients = tokio::task::JoinSet::new();
            for _ in 0..20 {
                let address = emulator.address.clone();
                clients.spawn(async move {
                    add_tickets(&mut Connection::open(&address).await?, count / 20).await
                });
            }
            while let Some(done) = clients.join_next().await {
                done??;
            }
            anyhow::Ok(())
        })?;
        Ok((emulator, Request::get("/v3/tickets", Some(KEY))))
    };
    let (few, many) = (first_page(100)?, first_page(100_000)?);
    let time = Duration::from_secs_f64(seconds);
    let cost = |(emulator, request): &(Process, Request)| -> Result<f64> {
        Ok(1.0 / load(&emulator.address, request, 200, CONNECTIONS, time)?.per_second)
    };
    let ratios: Vec<f64> = (0..3).map(|_| Ok(cost(&many)? / cost(&few)?)).collect::<Result<_>>()?;
    println!(
        "\nFirst page of 100,000 tickets: {:.2} times the cost of the first page of 100 (aim 1.5)",
        median(ratios.into_iter())
    );
    Ok(())
}
