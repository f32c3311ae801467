//! The last requests and their answers. Bounded, so a long run costs no more than a short one.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{HeaderMap, Method};

use super::clock::ClockState;
use crate::engine::page::Page;

/// How many exchanges are kept; the oldest make room.
const EXCHANGES_MAX: usize = 2000;
/// The largest body of a request that is kept.
const REQUEST_MAX: usize = 64 * 1024;
/// The largest body of an answer that is kept.
const RESPONSE_MAX: usize = 16 * 1024;
/// How many bytes of texts and bodies are kept; the oldest exchanges make room.
const BYTES_MAX: usize = 4 * 1024 * 1024;

/// A write that stays in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Its place among all writes since the world began, the first of which is 1.
    pub number: u64,
    /// When it was done, in unix seconds by the world's clock.
    pub at: i64,
    /// The journal that was kept when it was done.
    pub epoch: Epoch,
}

/// Tells the journal of a world from that before a reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Epoch(u64);

/// One request and its answer.
#[derive(Debug)]
pub struct Exchange {
    /// Its place in the journal, the first of which is 1; the journal gives it.
    pub id: u64,
    /// When the request came, in unix seconds by the world's clock.
    pub at: i64,
    /// How the clock went when the request came.
    pub clock: ClockState,
    /// What it wrote.
    pub written: Option<Written>,
    /// How many exchanges were named before its answer.
    pub named: u64,
    /// How long the answer took, in seconds by the world's clock.
    pub seconds: f64,
    /// The API that was asked.
    pub api: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// The account that asked.
    pub account: Option<i64>,
    /// Where from.
    pub address: IpAddr,
    /// The method of the request.
    pub method: Method,
    /// Its path.
    pub path: String,
    /// Its query string; empty without one.
    pub query: String,
    /// Its headers, one `name: value` a line, secrets included: mask them before they leave.
    pub headers: String,
    /// Its body, secrets included; empty where it is too large to be kept.
    pub request_body: Bytes,
    /// Whether the journal has all of the request.
    pub complete: bool,
    /// The status of the answer.
    pub status: u16,
    /// The body of the answer, secrets included; empty for a read.
    pub response_body: Bytes,
}

/// Headers as an exchange keeps them: a copy, because each value may be a small part of a large
/// buffer.
pub fn header_lines(headers: &HeaderMap) -> String {
    let mut lines = String::with_capacity(256);
    for (name, value) in headers {
        lines.push_str(name.as_str());
        lines.push_str(": ");
        lines.push_str(&String::from_utf8_lossy(value.as_bytes()));
        lines.push('\n');
    }
    lines
}

impl Exchange {
    fn size(&self) -> usize {
        let texts = self.path.len() + self.query.len() + self.headers.len();
        texts + self.request_body.len() + self.response_body.len()
    }
}

/// A bounded list of exchanges, newest last.
#[derive(Debug, Default)]
pub struct Journal(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    exchanges: VecDeque<Arc<Exchange>>,
    bytes: usize,
    /// The number of the last one.
    last: u64,
    epoch: Epoch,
}

impl Journal {
    /// The journal that is kept now.
    pub fn epoch(&self) -> Epoch {
        self.lock().epoch
    }

    /// Adds an exchange, unless it began in another `epoch`, and forgets the oldest where there is
    /// no room.
    pub fn record(&self, epoch: Epoch, mut exchange: Exchange) {
        exchange.complete = exchange.request_body.len() <= REQUEST_MAX;
        let bodies = [&mut exchange.request_body, &mut exchange.response_body];
        for (body, max) in bodies.into_iter().zip([REQUEST_MAX, RESPONSE_MAX]) {
            // A copy, because a body may be a small part of a large buffer.
            *body = if body.len() > max { Bytes::new() } else { Bytes::copy_from_slice(body) };
        }
        let mut kept = self.lock();
        if kept.epoch != epoch {
            return;
        }
        kept.last += 1;
        exchange.id = kept.last;
        kept.bytes += exchange.size();
        kept.exchanges.push_back(Arc::new(exchange));
        let mut forgotten = Vec::new();
        while kept.exchanges.len() > EXCHANGES_MAX || kept.bytes > BYTES_MAX {
            let Some(oldest) = kept.exchanges.pop_front() else { break };
            kept.bytes -= oldest.size();
            forgotten.push(oldest);
        }
        // Freed after the lock: others wait for it.
        drop(kept);
        drop(forgotten);
    }

    /// Everything that is kept, oldest first.
    pub fn all(&self) -> Vec<Arc<Exchange>> {
        self.lock().exchanges.iter().cloned().collect()
    }

    /// One page of the exchanges that `wanted` picks, newest first.
    pub fn newest(&self, page: Page, wanted: impl Fn(&Exchange) -> bool) -> Vec<Arc<Exchange>> {
        let kept = self.lock();
        page.of(kept.exchanges.iter().rev().filter(|exchange| wanted(exchange))).cloned().collect()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.replace(Vec::new());
    }

    /// Keeps nothing but these, and goes on after the last of them.
    pub(super) fn replace(&self, exchanges: Vec<Arc<Exchange>>) {
        let mut kept = self.lock();
        let epoch = Epoch(kept.epoch.0 + 1);
        let bytes = exchanges.iter().map(|it| it.size()).sum();
        let last = exchanges.iter().map(|it| it.id).max().unwrap_or_default();
        *kept = Kept { exchanges: exchanges.into(), bytes, last, epoch };
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().expect("no code panics while it holds the journal")
    }
}
