//! The load generator: some connections on one thread, each with one request at a time.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::process::Process;

/// A request, as it goes over the wire.
#[derive(Clone)]
pub(crate) struct Request {
    head: String,
    body: String,
}

impl Request {
    pub(crate) fn get(path: &str) -> Request {
        Request::new("GET", path, String::new())
    }

    pub(crate) fn new(method: &str, path: &str, body: String) -> Request {
        Request { head: format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n"), body }
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Request {
        self.head.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let Request { head, body } = self;
        format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }
}

/// A connection that stays open as long as the server keeps it.
pub(crate) struct Connection {
    address: String,
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Whether the server closes it after its last answer.
    closed: bool,
}

impl Connection {
    pub(crate) async fn open(address: &str) -> Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let buffer = Vec::with_capacity(1 << 16);
        Ok(Connection { address: address.to_owned(), stream, buffer, closed: false })
    }

    /// Sends a request and returns the status and the body of its answer.
    pub(crate) async fn exchange(&mut self, request: &Request) -> Result<(u16, &[u8])> {
        self.send(&request.bytes()).await
    }

    async fn send(&mut self, request: &[u8]) -> Result<(u16, &[u8])> {
        if self.closed {
            *self = Connection::open(&self.address).await?;
        }
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let end = self.read_until(|buffer| position(buffer, b"\r\n\r\n")).await?;
        let text = std::str::from_utf8(&self.buffer[..end])?;
        let status: u16 = text.get(9..12).context("a status line")?.parse()?;
        let header = |wanted: &str| {
            let headers = text.lines().filter_map(|line| line.split_once(':'));
            let mut found = headers.filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.next().map(|(_, value)| value.trim().to_ascii_lowercase())
        };
        self.closed = header("connection").is_some_and(|it| it == "close");
        let (start, length) = (end + 4, header("content-length"));
        let chunked = header("transfer-encoding").is_some_and(|it| it == "chunked");
        let end = match length {
            Some(length) => start + length.parse::<usize>()?,
            None if chunked => {
                let last = |buffer: &[u8]| position(&buffer[start - 2..], b"\r\n0\r\n\r\n");
                start - 2 + self.read_until(last).await?
            }
            None => start,
        };
        self.read_until(|buffer| (buffer.len() >= end).then_some(end)).await?;
        Ok((status, &self.buffer[start..end.max(start)]))
    }

    /// Reads until `found` finds something in what came.
    async fn read_until(&mut self, found: impl Fn(&[u8]) -> Option<usize>) -> Result<usize> {
        loop {
            if let Some(at) = found(&self.buffer) {
                return Ok(at);
            }
            let read = self.stream.read_buf(&mut self.buffer).await?;
            ensure!(read > 0, "the server closed the connection");
        }
    }
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|it| it == wanted)
}

/// Runs something that waits for the network.
pub(crate) fn wait_for<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// What a load measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    /// Processor time of the server for each request.
    pub(crate) processor: Duration,
    /// How often a thread of the server was switched for each request.
    pub(crate) switches: f64,
}

impl Measured {
    /// The figure of each line in the middle.
    pub(crate) fn median(all: &[Measured]) -> Measured {
        let of = |pick: fn(&Measured) -> f64| median(all.iter().map(pick));
        let time = |pick: fn(&Measured) -> Duration| {
            let mut times: Vec<Duration> = all.iter().map(pick).collect();
            times.sort_unstable();
            times[times.len() / 2]
        };
        Measured {
            per_second: of(|it| it.per_second),
            p50: time(|it| it.p50),
            p99: time(|it| it.p99),
            processor: time(|it| it.processor),
            switches: of(|it| it.switches),
        }
    }
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Clients that send the same request again and again, each one after the other.
pub(crate) struct Load<'a> {
    pub(crate) request: &'a Request,
    /// Every answer must have one of these.
    pub(crate) status: std::ops::Range<u16>,
    pub(crate) connections: usize,
}

/// Puts all loads on a server for a time, at once; returns what each measured.
pub(crate) fn run(server: &Process, loads: &[Load], time: Duration) -> Result<Vec<Measured>> {
    let before = server.usage()?;
    let times: Vec<Vec<Duration>> = wait_for(async {
        let end = Instant::now() + time;
        let mut clients = Vec::new();
        for load in loads {
            clients.push(connect(server, load, end).await?);
        }
        let mut times = Vec::new();
        for mut clients in clients {
            let mut all = Vec::new();
            while let Some(times) = clients.join_next().await {
                all.append(&mut times??);
            }
            ensure!(!all.is_empty(), "nothing was measured");
            all.sort_unstable();
            times.push(all);
        }
        anyhow::Ok(times)
    })?;
    let after = server.usage()?;
    let requests: usize = times.iter().map(Vec::len).sum();
    let processor = after.processor.saturating_sub(before.processor) / u32::try_from(requests)?;
    let switches = after.switches.saturating_sub(before.switches) as f64 / requests as f64;
    let measured = |times: &Vec<Duration>| {
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        let per_second = times.len() as f64 / time.as_secs_f64();
        Measured { per_second, p50: at(0.5), p99: at(0.99), processor, switches }
    };
    Ok(times.iter().map(measured).collect())
}

/// The clients of a load; each returns how long its requests took.
async fn connect(
    server: &Process,
    load: &Load<'_>,
    end: Instant,
) -> Result<JoinSet<Result<Vec<Duration>>>> {
    let bytes = load.request.bytes();
    let mut clients = JoinSet::new();
    for _ in 0..load.connections {
        let (bytes, status) = (bytes.clone(), load.status.clone());
        let mut connection = Connection::open(&server.address).await?;
        clients.spawn(async move {
            let mut times = Vec::new();
            while Instant::now() < end {
                let began = Instant::now();
                let (got, body) = connection.send(&bytes).await?;
                ensure!(status.contains(&got), "{got}: {}", String::from_utf8_lossy(body));
                times.push(began.elapsed());
            }
            Ok(times)
        });
    }
    Ok(clients)
}
