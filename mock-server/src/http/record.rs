//! What the journal keeps of a request and its answer.

use std::net::IpAddr;

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    http::request::Parts,
};
use bytes::Bytes;

use super::{body, response::Answer};
use crate::engine::{ClockState, Epoch, Exchange, Unmatched, World, Written, header_lines};

/// A request that came, and when and where from.
pub(super) struct Arrived {
    pub(super) parts: Parts,
    pub(super) body: Body,
    pub(super) from: IpAddr,
    /// Unix seconds by the clock of the world.
    at: f64,
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
    pub(super) written: Option<Written>,
    pub(super) unmatched: Option<Unmatched>,
    /// Its properties that the contract does not know.
    pub(super) unknown: Vec<String>,
    /// Whether it changes nothing.
    pub(super) is_read: bool,
    /// The fault by which it went wrong, and whether that kept it from being carried out.
    pub(super) fault: Option<(String, bool)>,
}

impl Arrived {
    /// A request that came now.
    pub(super) fn new(world: &World, from: IpAddr, request: Request) -> Arrived {
        let clock = world.clock().state();
        let epoch = world.environment.journal.epoch();
        let (parts, body) = request.into_parts();
        Arrived { parts, body, from, at: clock.seconds(), clock, epoch }
    }

    /// Adds the exchange to the journal, and reads what is left of the request.
    pub(super) fn record(self, world: &World, seen: Seen, answer: &Answer) {
        let Arrived { parts, body, from, .. } = self;
        let Seen { api, operation, account, sent, written, unmatched, unknown, .. } = seen;
        let unread = !body.is_end_stream();
        body::drain(&parts, body);
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
            address: from,
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: header_lines(&parts.headers),
            request_body: sent,
            complete: !unread,
            unmatched,
            unknown,
            prevented: seen.fault.as_ref().is_some_and(|(_, prevented)| *prevented),
            fault: seen.fault.map(|(name, _)| name),
            status: answer.status,
            media: answer.media,
            response_body: answer.content.clone(),
        };
        let epoch = written.map_or(self.epoch, |it| it.epoch);
        environment.journal.record(epoch, exchange, seen.is_read);
    }
}
