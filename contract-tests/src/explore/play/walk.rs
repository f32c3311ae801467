//! Walks through flows: makes moves and compares the answers with the states of the flow.

use super::Play;
use crate::{
    core::{
        check::{self, Check},
        exchange::{Received, Sent},
        profile::{
            flow::{Flow, Move, Transition},
            refusals::RefusalKind,
        },
        request::{Content, Request},
    },
    explore::{session::Played, walk::Walk},
};

impl Play<'_> {
    /// Makes one move, then the first move of the flow to see which state it led to.
    pub(super) async fn walk(&mut self, flow: usize, index: usize) -> Played {
        let flow = self.session.target.profile.flows.get(flow);
        let made = flow.and_then(|flow| flow.moves.get(index));
        // Flows use accounts that only the demo world has.
        let Some((flow, made)) = flow.zip(made).filter(|_| self.session.target.is_controllable())
        else {
            return Ok(());
        };
        let refused = self.unauthenticated(made);
        let walk = self.walks.entry(flow.name).or_insert_with(|| Walk::begin(flow));
        let Some(way) = walk.transition(flow, made, refused) else { return Ok(()) };
        let received = self.make(flow, made).await?;
        self.expect_status(made, way, &received)?;
        self.expect_state(flow, made, way.2).await
    }

    /// The statuses of a move that is refused because its caller is not logged in.
    fn unauthenticated(&self, made: &Move) -> Vec<u16> {
        let route = self.families.route(made.operation);
        route.map_or_else(Vec::new, |it| self.statuses(RefusalKind::Unauthenticated, it))
    }

    async fn make(&mut self, flow: &'static Flow, made: &Move) -> Played<Received> {
        if made.after_seconds > 0 {
            self.session.tally.is_fresh = false;
            self.session.target.advance(made.after_seconds).await?;
        }
        let mut sent = self.sent(made).await?;
        let cookie = self.walks.get(flow.name).and_then(|walk| walk.cookie.clone());
        sent.headers
            .extend(cookie.filter(|_| made.with_cookies).map(|it| ("cookie".to_owned(), it)));
        let received = self.session.send(sent).await?;
        let cookie = received.header("set-cookie").filter(|_| made.with_cookies);
        let cookie = cookie.map(|it| it.split(';').next().unwrap_or_default().to_owned());
        if let Some(walk) = self.walks.get_mut(flow.name).filter(|_| cookie.is_some()) {
            walk.cookie = cookie;
        }
        Ok(received)
    }

    async fn sent(&self, made: &Move) -> Played<Sent> {
        let route =
            self.families.route(made.operation).expect("a flow names operations of the contract");
        let body = (made.body)(self.session.target.now().await?);
        let content = if body.is_null() { Content::Nothing } else { Content::Json(body) };
        Ok(Request { content, ..Request::of(route) }.sent(made.caller))
    }

    fn expect_status(
        &mut self,
        made: &Move,
        (state, expected, _): Transition,
        received: &Received,
    ) -> Played {
        if received.status == expected {
            return Ok(());
        }
        let check: &'static Check = match expected {
            200..300 => &check::ACCEPTS_VALID,
            status if self.unauthenticated(made).contains(&status) => {
                &check::REFUSES_UNAUTHENTICATED
            }
            _ => &check::IMMUTABLE,
        };
        let what =
            if made.what.is_empty() { String::new() } else { format!(" with {}", made.what) };
        let message =
            format!("has the status {}{what} when {state}, instead of {expected}", received.status);
        self.session.found(check, made.operation, "", message)
    }

    /// Checks by the first move of the flow that the last move led to this state; otherwise the
    /// last move is at fault.
    async fn expect_state(
        &mut self,
        flow: &'static Flow,
        last: &Move,
        state: &'static str,
    ) -> Played {
        let Some(first) = flow.moves.first() else { return Ok(()) };
        let refused = self.unauthenticated(first);
        let Some(walk) = self.walks.get_mut(flow.name) else { return Ok(()) };
        walk.state = state;
        if last.operation == first.operation {
            return Ok(());
        }
        let Some((_, expected, _)) = walk.transition(flow, first, refused) else { return Ok(()) };
        let received = self.make(flow, first).await?;
        if received.status == expected {
            return Ok(());
        }
        let message = format!(
            "does not lead to `{state}`: afterwards {} has the status {} instead of {expected}",
            first.operation, received.status
        );
        self.session.found(&check::IMMUTABLE, last.operation, "", message)
    }
}
