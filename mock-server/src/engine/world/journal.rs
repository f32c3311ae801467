//! The last requests and their answers. Bounded, so a long run costs no more than a short one.

use std::{
    collections::{BTreeSet, VecDeque},
    mem,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde::Serialize;
use tokio::sync::{Notify, futures::Notified};

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
/// How many bytes of answers to reads are kept beside them; the oldest make room.
const READ_MAX: usize = 2 * 1024 * 1024;
/// A body that is smaller is copied.
const SMALL: usize = 4 * 1024;

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
    /// The API that stands at its path.
    pub api: Option<&'static str>,
    /// The operation, where there is one.
    pub operation: Option<&'static str>,
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
    /// What did not accept it.
    pub unmatched: Option<Unmatched>,
    /// Its properties that the contract does not know.
    pub unknown: Vec<String>,
    /// The fault by which it went wrong.
    pub fault: Option<String>,
    /// Whether that kept it from being carried out.
    pub prevented: bool,
    /// The status of the answer; 0 where there is none.
    pub status: u16,
    /// The media type of the answer.
    pub media: Option<&'static str>,
    /// The body of the answer, secrets included; empty where it is too large to be kept.
    pub response_body: Bytes,
}

/// What did not accept a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unmatched {
    /// No operation has its path.
    Path,
    /// No operation at its path has its method.
    Method,
    /// No operation at its path and method has its action.
    Action,
    /// The contract does not allow its parameters or its body.
    Contract,
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
    /// Its headers, each with its value.
    pub fn header_lines(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.lines().filter_map(|line| line.split_once(": "))
    }

    fn size(&self) -> usize {
        let texts = self.path.len() + self.query.len() + self.headers.len();
        let unknown: usize = self.unknown.iter().map(|it| it.len() + size_of::<String>()).sum();
        texts + unknown + self.request_body.len() + self.response_body.len()
    }
}

/// A bounded list of exchanges, newest last.
#[derive(Debug, Default)]
pub struct Journal {
    kept: Mutex<Kept>,
    /// Wakes who waits for the next exchange.
    recorded: Notify,
}

#[derive(Debug, Default)]
struct Kept {
    exchanges: VecDeque<Arc<Exchange>>,
    bytes: usize,
    /// Answers to reads, by the number of their exchange.
    answers: VecDeque<(u64, Bytes)>,
    answer_bytes: usize,
    /// The exchanges that were expected.
    verified: BTreeSet<u64>,
    /// The number of the last one.
    last: u64,
    /// How many made room for others.
    dropped: u64,
    epoch: Epoch,
}

impl Journal {
    /// The journal that is kept now.
    pub fn epoch(&self) -> Epoch {
        self.lock().epoch
    }

    /// Adds an exchange, unless it began in another `epoch`, and forgets the oldest where there is
    /// no room. The answer to a read is kept apart, and not for as long.
    pub fn record(&self, epoch: Epoch, mut exchange: Exchange, is_read: bool) {
        exchange.complete &= exchange.request_body.len() <= REQUEST_MAX;
        // A copy, because a body may be a small part of what was read at once.
        exchange.request_body = match exchange.request_body.len() {
            ..=REQUEST_MAX => Bytes::copy_from_slice(&exchange.request_body),
            _ => Bytes::new(),
        };
        exchange.response_body = answer_as_kept(&exchange.response_body);
        let answer = if is_read { mem::take(&mut exchange.response_body) } else { Bytes::new() };
        let mut kept = self.lock();
        if kept.epoch != epoch {
            return;
        }
        kept.last += 1;
        exchange.id = kept.last;
        kept.bytes += exchange.size();
        kept.exchanges.push_back(Arc::new(exchange));
        let forgotten = (kept.make_room(), kept.add_answer(answer));
        // Freed after the lock: others wait for it.
        drop(kept);
        drop(forgotten);
        self.recorded.notify_waiters();
    }

    /// Is ready when another exchange was added after it was made.
    pub fn next(&self) -> Notified<'_> {
        self.recorded.notified()
    }

    /// Everything that is kept, oldest first.
    pub fn all(&self) -> Vec<Arc<Exchange>> {
        self.lock().exchanges.iter().cloned().collect()
    }

    /// How many exchanges made room for others.
    pub fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    /// The body of the answer of an exchange; empty where it is not kept.
    pub fn response_body(&self, exchange: &Exchange) -> Bytes {
        if !exchange.response_body.is_empty() {
            return exchange.response_body.clone();
        }
        let kept = self.lock();
        let found = kept.answers.binary_search_by_key(&exchange.id, |(id, _)| *id);
        found.map(|at| kept.answers[at].1.clone()).unwrap_or_default()
    }

    /// One page of the exchanges that `wanted` picks, newest first.
    pub fn newest(&self, page: Page, wanted: impl Fn(&Exchange) -> bool) -> Vec<Arc<Exchange>> {
        let kept = self.lock();
        page.of(kept.exchanges.iter().rev().filter(|exchange| wanted(exchange))).cloned().collect()
    }

    /// Notes that these exchanges were expected.
    pub fn verify(&self, ids: impl IntoIterator<Item = u64>) {
        self.lock().verified.extend(ids);
    }

    /// The exchanges that were expected.
    pub fn verified(&self) -> BTreeSet<u64> {
        self.lock().verified.clone()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.replace(Vec::new());
    }

    /// Keeps nothing but these, and goes on after the last of them.
    pub(super) fn replace(&self, exchanges: Vec<Arc<Exchange>>) {
        let mut kept = self.lock();
        let mut new = Kept {
            epoch: Epoch(kept.epoch.0 + 1),
            bytes: exchanges.iter().map(|it| it.size()).sum(),
            last: exchanges.iter().map(|it| it.id).max().unwrap_or_default(),
            ..Kept::default()
        };
        let ids: BTreeSet<u64> = exchanges.iter().map(|it| it.id).collect();
        new.verified = &kept.verified & &ids;
        let answers = mem::take(&mut kept.answers).into_iter();
        new.answers = answers.filter(|(id, _)| ids.contains(id)).collect();
        new.answer_bytes = new.answers.iter().map(|(_, answer)| answer.len()).sum();
        new.exchanges = exchanges.into();
        new.exchanges.make_contiguous().sort_by_key(|it| it.id);
        *kept = new;
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("no code panics while it holds the journal")
    }
}

impl Kept {
    /// Takes out the oldest exchanges where there are too many.
    fn make_room(&mut self) -> Vec<Arc<Exchange>> {
        let mut forgotten = Vec::new();
        while self.exchanges.len() > EXCHANGES_MAX || self.bytes > BYTES_MAX {
            let Some(oldest) = self.exchanges.pop_front() else { break };
            self.bytes -= oldest.size();
            self.verified.remove(&oldest.id);
            self.dropped += 1;
            forgotten.push(oldest);
        }
        forgotten
    }

    /// Keeps the answer to the last exchange, and takes out the oldest where there are too many.
    fn add_answer(&mut self, answer: Bytes) -> Vec<(u64, Bytes)> {
        let mut forgotten = Vec::new();
        if answer.is_empty() {
            return forgotten;
        }
        self.answer_bytes += answer.len();
        self.answers.push_back((self.last, answer));
        while self.answer_bytes > READ_MAX || self.answers.len() > EXCHANGES_MAX {
            let Some(oldest) = self.answers.pop_front() else { break };
            self.answer_bytes -= oldest.1.len();
            forgotten.push(oldest);
        }
        forgotten
    }
}

/// The body of an answer: not at all where it is too large, a copy where it may be a small part of
/// its buffer.
fn answer_as_kept(body: &Bytes) -> Bytes {
    if body.len() < SMALL {
        Bytes::copy_from_slice(body)
    } else if body.len() <= RESPONSE_MAX {
        body.clone()
    } else {
        Bytes::new()
    }
}
