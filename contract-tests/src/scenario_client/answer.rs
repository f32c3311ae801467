//! An answer to a scenario, judged by the contract.

use crate::core::{
    exchange::{Exchange, Received, Sent},
    finding::Finding,
    judge::judge_by_contract,
    profile::ApiProfile,
};

/// The answer; panics in plain words if it breaks the contract.
pub(crate) fn judged(profile: &ApiProfile, sent: Sent, received: Received) -> Received {
    let exchange = Exchange { sent, received };
    let breaches: Vec<String> = judge_by_contract(profile, &exchange)
        .iter()
        .filter(|it| it.is_error())
        .map(Finding::to_string)
        .collect();
    let received = exchange.received;
    assert!(
        breaches.is_empty(),
        "{}\nin {}: {}",
        breaches.join("\n"),
        received.status,
        received.text()
    );
    received
}
