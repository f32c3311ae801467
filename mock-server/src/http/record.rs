//! What the journal keeps of a request and its answer.

use std::net::IpAddr;

use axum::http::request::Parts;
use bytes::Bytes;

use super::response::Answer;
use crate::engine::{ClockState, Epoch, Exchange, Unmatched, World, Written, header_lines};

/// When a request came, and where from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    /// Unix seconds by the clock of the world.
    pub(super) at: f64,
    pub(super) from: IpAddr,
    clock: ClockState,
    epoch: Epoch,
}

/// What was found out about a request.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) api: Option<&'static str>,
    pub(super) operation: Option<&'static str>,
    pub(super) account: Option<i64>,
    /// Its body, where it was read.
    pub(super) sent: Bytes,
    /// Whether it has a body that was not read.
    pub(super) unread: bool,
    pub(super) written: Option<Written>,
    pub(super) unmatched: Option<Unmatched>,
    /// Its properties that the contract does not know.
    pub(super) unknown: Vec<String>,
    /// Whether it changes nothing.
    pub(super) is_read: bool,
}

impl Arrival {
    /// A request that came now.
    pub(super) fn now(world: &World, from: IpAddr) -> Arrival {
        let clock = world.clock().state();
        let epoch = world.environment.journal.epoch();
        Arrival { at: clock.seconds(), from, clock, epoch }
    }

    /// Adds the exchange to the journal.
    pub(super) fn record(self, world: &World, parts: &Parts, seen: Seen, answer: &Answer) {
        let Seen { api, operation, account, sent, unread, written, unmatched, unknown, is_read } =
            seen;
        // Neither path nor query: they may hold secrets.
        tracing::debug!(operation, account, status = answer.status);
        let environment = &world.environment;
        let exchange = Exchange {
            id: 0,
            at: self.at as i64,
            clock: self.clock,
            written,
            named: environment.exchanges(),
            seconds: environment.clock.seconds() - self.at,
            api,
            operation,
            account,
            address: self.from,
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: header_lines(&parts.headers),
            request_body: sent,
            complete: !unread,
            unmatched,
            unknown,
            status: answer.status,
            media: answer.media,
            response_body: answer.content.clone(),
        };
        let epoch = written.map_or(self.epoch, |it| it.epoch);
        environment.journal.record(epoch, exchange, is_read);
    }
}
