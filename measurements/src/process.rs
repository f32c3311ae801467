//! A server in a process of its own.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::load::{Connection, Request, wait_for};

/// Where servers run and where the load comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cores {
    /// All of them share all cores.
    Shared,
    /// Servers have the first core for themselves, and the load has the second.
    Pinned,
}

impl Cores {
    /// The command that runs `program` as a server.
    pub(crate) fn server(self, program: &str) -> Command {
        match self {
            Cores::Shared => Command::new(program),
            Cores::Pinned => {
                let mut command = Command::new("taskset");
                command.args(["--cpu-list", "0", program]);
                command
            }
        }
    }

    /// Moves this process, which makes the load, to its core.
    pub(crate) fn take_place(self) -> Result<()> {
        let cores = if self == Cores::Pinned { "1" } else { "0-1" };
        let process = std::process::id().to_string();
        let moved = Command::new("taskset")
            .args(["--cpu-list", "--pid", cores, &process])
            .stdout(Stdio::null())
            .status()
            .context("taskset of util-linux is there")?;
        anyhow::ensure!(moved.success(), "two cores are there");
        Ok(())
    }
}

/// What a process has used so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Processor time.
    pub(crate) processor: Duration,
    /// How often one of its threads was taken from its core, or gave it up.
    pub(crate) switches: u64,
}

/// A running server; killed when dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: String,
    /// From the start of the process to its first answer.
    pub(crate) started_in: Duration,
}

impl Process {
    /// Starts a program of the folder that this one stands in, and waits until it answers.
    pub(crate) fn start(cores: Cores, program: &str, arguments: &[&str]) -> Result<Process> {
        let program = std::env::current_exe()?.with_file_name(program);
        let program = program.to_str().context("a path in UTF-8")?;
        let began = Instant::now();
        let mut child = cores
            .server(program)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{program} starts"))?;
        let output = child.stdout.take().context("the output is piped")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            let Some((_, rest)) = line.split_once("http://") else { continue };
            let address = rest.split('/').next().unwrap_or(rest).trim().to_owned();
            let mut process = Process { child, address, started_in: Duration::ZERO };
            process.first_answer(&Request::get("/v3/health"))?;
            process.started_in = began.elapsed();
            return Ok(process);
        }
        bail!("{program} printed no address")
    }

    /// Starts another program and waits until it answers `request` at `address`.
    pub(crate) fn start_at(
        mut command: Command,
        address: String,
        request: &Request,
        patience: Duration,
    ) -> Result<Process> {
        let began = Instant::now();
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut process = Process { child, address, started_in: Duration::ZERO };
        while let Err(error) = process.first_answer(request) {
            anyhow::ensure!(began.elapsed() < patience, "no answer: {error}");
            std::thread::sleep(Duration::from_millis(2));
        }
        process.started_in = began.elapsed();
        Ok(process)
    }

    fn first_answer(&self, request: &Request) -> Result<()> {
        wait_for(async {
            let mut connection = Connection::open(&self.address).await?;
            connection.exchange(request).await?;
            Ok(())
        })
    }

    /// The resident memory in MiB.
    pub(crate) fn resident_mib(&self) -> Result<f64> {
        let kib = self.status("", "VmRSS:")?;
        Ok(kib as f64 / 1024.0)
    }

    /// What the threads that it has now have used.
    pub(crate) fn usage(&self) -> Result<Usage> {
        let mut usage = Usage { processor: Duration::ZERO, switches: 0 };
        for thread in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            // One that has ended meanwhile is not counted.
            if let Ok(of_thread) = self.usage_of(&thread?.file_name().display().to_string()) {
                usage.processor += of_thread.processor;
                usage.switches += of_thread.switches;
            }
        }
        Ok(usage)
    }

    fn usage_of(&self, thread: &str) -> Result<Usage> {
        let below = format!("task/{thread}/");
        let text = fs::read_to_string(format!("/proc/{}/{below}schedstat", self.child.id()))?;
        let ran = text.split(' ').next().unwrap_or_default().parse()?;
        let switches = self.status(&below, "voluntary_ctxt_switches:")?
            + self.status(&below, "nonvoluntary_ctxt_switches:")?;
        Ok(Usage { processor: Duration::from_nanos(ran), switches })
    }

    /// How many threads it has.
    pub(crate) fn threads(&self) -> Result<u64> {
        self.status("", "Threads:")
    }

    /// The number of a line of `status`.
    fn status(&self, below: &str, name: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/{below}status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.with_context(|| format!("a line {name}"))?;
        Ok(number.trim().trim_end_matches("kB").trim().parse()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
