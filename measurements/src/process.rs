//! A server in a process of its own.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::load::{Connection, Request};

/// A running server; killed when dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: String,
    /// From the start of the process to its first answer.
    pub(crate) started_in: Duration,
}

impl Process {
    /// Starts a program of the folder that this one stands in, and waits until it answers.
    pub(crate) fn start(program: &str, arguments: &[&str]) -> Result<Process> {
        let program = std::env::current_exe()?.with_file_name(program);
        let began = Instant::now();
        let mut child = Command::new(&program)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} starts", program.display()))?;
        let output = child.stdout.take().context("the output is piped")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            let Some((_, rest)) = line.split_once("http://") else { continue };
            let address = rest.split('/').next().unwrap_or(rest).trim().to_owned();
            let mut process = Process { child, address, started_in: Duration::ZERO };
            process.first_answer()?;
            process.started_in = began.elapsed();
            return Ok(process);
        }
        bail!("{} printed no address", program.display())
    }

    fn first_answer(&self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut connection = Connection::open(&self.address).await?;
            connection.exchange(&Request::get("/v3/health", None)).await?;
            Ok(())
        })
    }

    /// The resident memory in MiB.
    pub(crate) fn resident_mib(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("a line VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024.0)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
