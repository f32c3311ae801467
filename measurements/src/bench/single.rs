//! What one client measures: drawings, resets, and what many rows cost.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{CONNECTIONS, Settings, add_key, add_tickets, emulator, get};
use crate::{
    load::{self, Connection, Load, Request, median, wait_for},
    process::{Cores, Process},
};

/// Rows that a loaded world has before it is reset.
const LOADED_ROWS: usize = 500_000;

/// Prints all of it.
pub(super) fn measure(settings: Settings) -> Result<()> {
    let server = emulator(settings.cores, &[])?;
    wait_for(charts_and_files(&server.address))?;
    reset(settings.cores)?;
    growth(settings)
}

/// Measures what is drawn anew for each request: a chart and a PDF.
async fn charts_and_files(address: &str) -> Result<()> {
    let mut connection = Connection::open(address).await?;
    let mut first = async |path: &str| -> Result<Value> {
        let (_, rows) = connection.exchange(&get(path)).await?;
        Ok(serde_json::from_slice::<Value>(rows)?[0].take())
    };
    let colocation = first("/v3/colocation").await?;
    let invoice = first("/v3/account/invoice").await?;
    let uplink = &colocation["uplinks"][0]["uplinkId"];
    let chart = format!("/v3/colocation/{}/network/usage/{uplink}/graph/year", colocation["id"]);
    let id = invoice["id"].as_str().context("an invoice has an id")?;
    let pdf = format!("/v3/account/invoice/{id}/pdf");
    for (what, path, aim) in [("Chart of a year", chart, 15), ("PDF of an invoice", pdf, 10)] {
        let request = get(&path);
        let mut times = Vec::new();
        for _ in 0..51 {
            times.push(timed(&mut connection, &request, 200).await?);
        }
        println!("\n{what}: {:.1} ms median of 51 (aim {aim})", median(times.into_iter()));
    }
    Ok(())
}

/// Milliseconds until the answer.
pub(super) async fn timed(
    connection: &mut Connection,
    request: &Request,
    status: u16,
) -> Result<f64> {
    let began = Instant::now();
    let (got, _) = connection.exchange(request).await?;
    ensure!(got == status, "{got} instead of {status}");
    Ok(began.elapsed().as_secs_f64() * 1e3)
}

fn reset(cores: Cores) -> Result<()> {
    let emulator = emulator(cores, &[])?;
    fill(&emulator.address, LOADED_ROWS, async |mut connection, count| {
        let request = add_key();
        for _ in 0..count {
            let (status, _) = connection.exchange(&request).await?;
            ensure!(status == 200, "a key is added");
        }
        Ok(())
    })?;
    wait_for(async {
        let mut connection = Connection::open(&emulator.address).await?;
        let request = Request::new("POST", "/_mock/reset", String::new());
        let loaded = timed(&mut connection, &request, 204).await?;
        let mut times = Vec::new();
        for _ in 0..21 {
            times.push(timed(&mut connection, &request, 204).await?);
        }
        println!(
            "\nReset: {loaded:.1} ms after {LOADED_ROWS} rows (aim 10), {:.1} ms median of 21 more \
             (aim 5)",
            median(times.into_iter())
        );
        Ok(())
    })
}

/// Has 20 clients do their share of the work at once.
pub(super) fn fill(
    address: &str,
    count: usize,
    work: impl AsyncFn(Connection, usize) -> Result<()> + Copy + 'static,
) -> Result<()> {
    const CLIENTS: usize = 20;
    let local = tokio::task::LocalSet::new();
    let address = address.to_owned();
    wait_for(local.run_until(async move {
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..CLIENTS {
            let connection = Connection::open(&address).await?;
            clients.spawn_local(async move { work(connection, count / CLIENTS).await });
        }
        while let Some(done) = clients.join_next().await {
            done??;
        }
        Ok(())
    }))
}

/// Compares the cost of the first page of many tickets with that of few.
fn growth(settings: Settings) -> Result<()> {
    let with_tickets = |count: usize| -> Result<Process> {
        let emulator = emulator(settings.cores, &["--world", "empty"])?;
        fill(&emulator.address, count, async |mut connection, count| {
            add_tickets(&mut connection, count).await
        })?;
        Ok(emulator)
    };
    let (few, many) = (with_tickets(100)?, with_tickets(100_000)?);
    let request = get("/v3/tickets");
    let cost = |emulator: &Process| -> Result<Duration> {
        let load = Load { request: &request, status: 200..201, connections: CONNECTIONS };
        Ok(load::run(emulator, &[load], settings.time)?[0].processor)
    };
    let ratio = || Ok(cost(&many)?.as_secs_f64() / cost(&few)?.as_secs_f64());
    let ratios: Vec<f64> = (0..3).map(|_| ratio()).collect::<Result<_>>()?;
    println!(
        "\nFirst page of 100,000 tickets: {:.2} times the cost of the first page of 100 (aim 1.5)",
        median(ratios.into_iter())
    );
    Ok(())
}
