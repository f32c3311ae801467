//! The last requests and their answers. Bounded, so a long run costs no more than a short one.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::engine::page::Page;

/// How many exchanges are kept; the oldest make room.
const EXCHANGES_MAX: usize = 2000;
/// The largest body that is kept.
const BODY_MAX: usize = 16 * 1024;
/// How many bytes of texts and bodies are kept; the oldest exchanges make room.
const BYTES_MAX: usize = 4 * 1024 * 1024;

/// One request and its answer.
#[derive(Debug)]
pub struct Exchange {
    /// When the request came, in unix seconds by the world's clock.
    pub at: i64,
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
    /// Its body, secrets included.
    pub request_body: Bytes,
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
}

impl Journal {
    /// Adds an exchange and forgets the oldest where there is no room.
    pub fn record(&self, mut exchange: Exchange) {
        for body in [&mut exchange.request_body, &mut exchange.response_body] {
            // A copy, because a body may be a small part of a large buffer.
            *body = if body.len() > BODY_MAX { Bytes::new() } else { Bytes::copy_from_slice(body) };
        }
        let mut kept = self.lock();
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

    /// One page of the exchanges that `wanted` picks, newest first.
    pub fn newest(&self, page: Page, wanted: impl Fn(&Exchange) -> bool) -> Vec<Arc<Exchange>> {
        let kept = self.lock();
        page.of(kept.exchanges.iter().rev().filter(|exchange| wanted(exchange))).cloned().collect()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.lock() = Kept::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().expect("no code panics while it holds the journal")
    }
}
