//! The shortest run: the example of every operation once, each in a fresh world.

use std::time::Instant;

use crate::core::{
    exchange::{Caller, Exchange},
    progress::Progress,
    request::Request,
    run::{Case, Outcome, Run},
    target::Target,
    transport::Unreachable,
};

/// Why an operation without a complete example is skipped.
const INCOMPLETE: &str = "the contract has no complete example of the request";
/// Why an operation that answers 501 is skipped.
const NOT_DONE: &str = "the target does not do this operation (501)";

/// Sends every example to a target that can be reset, and judges the answers.
pub async fn examples(verb: &'static str, target: &Target, seed: u64) -> Run {
    let mut run = Run::of(verb, target, Some(seed));
    let progress = Progress::new(verb, target.profile.contract.routes.len() as u64);
    let started = Instant::now();
    for route in &target.profile.contract.routes {
        let begun = Instant::now();
        let case = Case::passed(&route.tag, format!("{} by its example", route.id));
        let case = match Request::example(target.profile, route) {
            Ok(request) => {
                progress.sent(&request.sent(Caller::Customer));
                play(&mut run, target, &request, case).await
            }
            Err(_) => Case { outcome: Outcome::Skipped, reason: INCOMPLETE.to_owned(), ..case },
        };
        progress.case(&case);
        run.cases.push(Case { took: begun.elapsed(), ..case });
    }
    run.took = started.elapsed();
    run
}

async fn play(run: &mut Run, target: &Target, request: &Request, case: Case) -> Case {
    match exchange(target, request).await {
        Ok(exchange) => {
            run.count(&exchange);
            judged(target, exchange, case)
        }
        Err(unreachable) => {
            Case { outcome: Outcome::Unchecked, reason: unreachable.to_string(), ..case }
        }
    }
}

async fn exchange(target: &Target, request: &Request) -> Result<Exchange, Unreachable> {
    target.reset().await?;
    let sent = request.sent(Caller::Customer);
    let received = target.send(&sent).await?;
    Ok(Exchange { sent, received })
}

fn judged(target: &Target, exchange: Exchange, case: Case) -> Case {
    if exchange.received.is_not_emulated() {
        return Case { outcome: Outcome::Skipped, reason: NOT_DONE.to_owned(), ..case };
    }
    let findings = target.judge(&exchange);
    let exchanges = if findings.is_empty() { Vec::new() } else { vec![exchange] };
    Case { exchanges, ..case.with_findings(findings) }
}
