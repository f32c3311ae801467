//! The load generator: some connections on one thread, each with one request at a time.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// A request, as it goes over the wire.
#[derive(Clone)]
pub(crate) struct Request {
    head: String,
    body: String,
}

impl Request {
    pub(crate) fn get(path: &str, key: Option<&str>) -> Request {
        Request::new("GET", path, key, String::new())
    }

    pub(crate) fn new(method: &str, path: &str, key: Option<&str>, body: String) -> Request {
        let key = key.map(|key| format!("PRIVATE-TOKEN: {key}\r\n")).unwrap_or_default();
        Request { head: format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{key}"), body }
    }

    fn bytes(&self) -> Vec<u8> {
        let Request { head, body } = self;
        format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }
}

/// A connection that stays open.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: &str) -> Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::with_capacity(1 << 16) })
    }

    /// Sends a request and returns the status and the body of its answer.
    pub(crate) async fn exchange(&mut self, request: &Request) -> Result<(u16, &[u8])> {
        self.send(&request.bytes()).await
    }

    async fn send(&mut self, request: &[u8]) -> Result<(u16, &[u8])> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            ensure!(
                self.stream.read_buf(&mut self.buffer).await? > 0,
                "the server closed the connection"
            );
            let Some(head) = self.buffer.windows(4).position(|it| it == b"\r\n\r\n") else {
                continue;
            };
            let text = std::str::from_utf8(&self.buffer[..head])?;
            let status: u16 = text.get(9..12).context("a status line")?.parse()?;
            let length = text.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
            });
            let length = length.transpose()?.unwrap_or(0);
            while self.buffer.len() < head + 4 + length {
                ensure!(
                    self.stream.read_buf(&mut self.buffer).await? > 0,
                    "the server closed the connection"
                );
            }
            return Ok((status, &self.buffer[head + 4..head + 4 + length]));
        }
    }
}

/// What a load measured.
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// Repeats `request` on some connections for a time; every answer must have `status`.
pub(crate) fn load(
    address: &str,
    request: &Request,
    status: u16,
    connections: usize,
    time: Duration,
) -> Result<Measured> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let bytes = request.bytes();
    let mut times: Vec<Duration> = runtime.block_on(async {
        let mut clients = JoinSet::new();
        let end = Instant::now() + time;
        for _ in 0..connections {
            let mut connection = Connection::open(address).await?;
            let bytes = bytes.clone();
            clients.spawn(async move {
                let mut times = Vec::new();
                while Instant::now() < end {
                    let began = Instant::now();
                    let (got, body) = connection.send(&bytes).await?;
                    ensure!(
                        got == status,
                        "{got} instead of {status}: {}",
                        String::from_utf8_lossy(body)
                    );
                    times.push(began.elapsed());
                }
                Ok(times)
            });
        }
        let mut all = Vec::new();
        while let Some(times) = clients.join_next().await {
            all.append(&mut times??);
        }
        anyhow::Ok(all)
    })?;
    ensure!(!times.is_empty(), "nothing was measured");
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    Ok(Measured {
        per_second: times.len() as f64 / time.as_secs_f64(),
        p50: at(0.5),
        p99: at(0.99),
    })
}
