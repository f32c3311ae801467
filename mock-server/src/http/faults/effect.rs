//! What faults do to answers.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{future, stream};
use openapi::Route;

use super::{
    rule::{Act, Connection, Damage},
    rules::Fault,
};
use crate::{
    engine::{Api, Problem, ProblemKind},
    http::{abort::Abort, response::Answer},
};

impl Fault {
    /// Whether the request is not carried out.
    pub(in crate::http) fn prevents(&self) -> bool {
        matches!(
            self.effect.act,
            Some(
                Act::Refuse { .. } | Act::Connection(Connection::ResetBefore | Connection::Silent)
            )
        )
    }

    /// Whether a read answers what it answered the last time.
    pub(in crate::http) fn is_stale(&self) -> bool {
        self.effect.act == Some(Act::Stale)
    }

    /// The answer instead of that of the operation; without a status where nothing is answered.
    pub(in crate::http) fn refusal(&self, api: &dyn Api, route: &Route) -> Answer {
        let Some(Act::Refuse { status, message, retry_after }) = &self.effect.act else {
            return Answer::nothing();
        };
        let problem = Problem::new(kind(*status)).because(message.clone());
        let mut answer = Answer::refusal(api, &problem, Some(route));
        answer.status = *status;
        if let Some(seconds) = retry_after {
            answer.headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
        }
        answer
    }

    /// Sends the answer, or does not, when its time has come.
    pub(in crate::http) async fn send(self, answer: Answer) -> Response {
        let delay = self.effect.delay.of(answer.content.len(), self.draw);
        if delay > Duration::ZERO {
            tokio::time::sleep(delay).await;
        }
        let connection = match self.effect.act {
            Some(Act::Connection(connection)) => connection,
            Some(Act::Body(damage)) => return damaged(answer, damage).into_response(),
            _ => return answer.into_response(),
        };
        match connection {
            Connection::Silent => future::pending().await,
            Connection::ResetBefore | Connection::ResetAnswer => aborted(),
            Connection::ResetMiddle => broken_off(answer, true),
            Connection::ResetAfter => broken_off(answer, false),
        }
    }
}

/// No answer, and no connection any more.
fn aborted() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Abort::Reset);
    response
}

/// The answer whose connection is reset in the middle of its body, or behind it and before its end
/// is marked.
fn broken_off(answer: Answer, in_the_middle: bool) -> Response {
    let length = answer.content.len();
    let sent = answer.content.slice(..if in_the_middle { length / 2 } else { length });
    let mut response = answer.into_response();
    let body = stream::iter([Ok::<Bytes, Abort>(sent), Err(Abort::Reset)]);
    *response.body_mut() = Body::from_stream(body);
    response
}

fn damaged(answer: Answer, damage: Damage) -> Answer {
    let content = match damage {
        Damage::Truncated => answer.content.slice(..answer.content.len() / 2),
        Damage::Malformed => [&b"<!-- "[..], &answer.content].concat().into(),
    };
    Answer { content, ..answer }
}

/// What an API would say with this status.
fn kind(status: u16) -> ProblemKind {
    match status {
        401 => ProblemKind::Unauthenticated,
        403 => ProblemKind::Forbidden,
        404 => ProblemKind::NotFound,
        405 => ProblemKind::MethodNotAllowed,
        409 => ProblemKind::Conflict,
        413 => ProblemKind::TooLarge,
        422 => ProblemKind::Invalid,
        429 => ProblemKind::TooManyRequests,
        502..=504 => ProblemKind::Unavailable,
        500.. => ProblemKind::Internal,
        _ => ProblemKind::Malformed,
    }
}
