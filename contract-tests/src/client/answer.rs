//! An answer to a scenario, judged by the contract.

use std::time::Duration;

use openapi::Route;
use reqwest::Response;

use crate::core::{
    exchange::{Exchange, Received, Sent},
    finding::Finding,
    judge::judge_by_contract,
    profile::ApiProfile,
};

/// Reads an answer; panics in plain words if it breaks the contract.
pub(crate) async fn judged(
    profile: &ApiProfile,
    route: &'static Route,
    response: Response,
) -> Received {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await;
    let body = body.unwrap_or_else(|error| panic!("{} sends its whole body: {error}", route.id));
    let received = Received { status, headers, body: body.to_vec(), took: Duration::ZERO };
    // Whether the request had a body does not matter to the checks that count here.
    let sent = Sent { body: vec![b' '], ..Sent::to(route) };
    let exchange = Exchange { sent, received };
    let breaches: Vec<String> = judge_by_contract(profile, &exchange)
        .iter()
        .filter(|it| it.is_error())
        .map(Finding::to_string)
        .collect();
    let received = exchange.received;
    assert!(breaches.is_empty(), "{}\nin {status}: {}", breaches.join("\n"), received.text());
    received
}
