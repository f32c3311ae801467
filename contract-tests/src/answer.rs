//! An answer, judged by the contract.

use std::time::Duration;

use openapi::Route;
use reqwest::Response;
use serde_json::Value;

use crate::{
    exchange::{Caller, Exchange, Received, Sent},
    finding::Finding,
    judge::judge,
    suite::Suite,
};

/// An answer that keeps the contract.
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: http::HeaderMap,
    /// Its body.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// Reads an answer; panics in plain words if it breaks the contract.
    pub async fn judged(suite: &Suite, route: &'static Route, response: Response) -> Answer {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response
            .bytes()
            .await
            .unwrap_or_else(|error| panic!("{} sends its whole body: {error}", route.id));
        let received = Received { status, headers, body: bytes.to_vec(), took: Duration::ZERO };
        let sent = Sent {
            route: Some(route),
            caller: Caller::Customer,
            method: route.method.clone(),
            target: route.path.clone(),
            headers: Vec::new(),
            // Whether there was one does not matter to the checks that count here.
            body: vec![b' '],
        };
        let exchange = Exchange { sent, received };
        let breaches: Vec<String> =
            judge(suite, &exchange).iter().filter(|it| it.is_error()).map(Finding::to_string).collect();
        let Received { status, headers, body, .. } = exchange.received;
        let answer = Answer { status, headers, bytes: body };
        assert!(breaches.is_empty(), "{}\nin {status}: {}", breaches.join("\n"), answer.text());
        answer
    }

    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}
