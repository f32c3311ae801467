//! Carries out a plan, judges every answer, and removes everything again.

use std::{panic::AssertUnwindSafe, time::Instant};

use futures_util::FutureExt;
use serde_json::{Map, Value, json};

use super::{
    Act, Guarded, Life, Plan, PlanStep,
    interpret::{id_text, resource_of},
    sweep,
};
use crate::core::{
    check::{self, Check},
    exchange::{Caller, Exchange, Received},
    finding::Finding,
    judge::shown,
    live_rules::Makes,
    progress::Progress,
    request::{Content, Request},
    run::{Case, Outcome, Run},
    target::Target,
    transport::Transport,
};

/// The group of the case that tells whether everything is gone.
const CLEANUP: &str = "cleanup";
/// How many characters of a refusal a message quotes.
const REFUSAL_MAX: usize = 200;

/// Carries out `plan` on `target` through `guard`. Whatever happens, what was made is removed in
/// the end.
pub async fn apply(target: &Target, guard: &Guarded, plan: &Plan) -> Run {
    let started = Instant::now();
    let mut run = Run::new("apply", target.profile, plan.base.clone(), None);
    let progress = Progress::new("apply", plan.lives.len() as u64 + 1);
    for (number, life) in (1..).zip(&plan.lives) {
        let mut player = Player::new(target, guard, &progress, life, number);
        // A panic must not keep what was made from being removed.
        let played = AssertUnwindSafe(player.play(life)).catch_unwind().await;
        let case = played.unwrap_or_else(|_| player.broken(life));
        player.exchanges.iter().for_each(|exchange| run.count(exchange));
        progress.case(&case);
        run.cases.push(Case { replay: plan.again(life), ..case });
    }
    run.cases.push(clean(guard).await);
    run.took = started.elapsed();
    run
}

/// Removes what is left, and says whether that worked.
async fn clean(guard: &Guarded) -> Case {
    let swept = sweep(guard).await;
    let case = Case::passed(CLEANUP, "everything that was made is gone");
    if swept.left.is_empty() {
        return case;
    }
    let left = swept.left.into_iter().collect::<Vec<_>>().join("; ");
    let reason = format!("left, to be removed with `sweep`: {left}");
    Case { outcome: Outcome::Unchecked, reason, ..case }.with_findings(swept.overdue)
}

/// Plays one life.
struct Player<'a> {
    target: &'a Target,
    guard: &'a Guarded,
    progress: &'a Progress,
    makes: &'a Makes,
    /// The name of the resource before and after its change.
    names: [String; 2],
    renamed: bool,
    /// The members that were sent and must be shown.
    expected: Map<String, Value>,
    id: Option<String>,
    /// Whether its removal was accepted and may take time.
    accepted: bool,
    exchanges: Vec<Exchange>,
    findings: Vec<Finding>,
}

impl<'a> Player<'a> {
    fn new(
        target: &'a Target,
        guard: &'a Guarded,
        progress: &'a Progress,
        life: &Life,
        number: usize,
    ) -> Player<'a> {
        let name = format!("{}{number}", guard.run().prefix());
        Player {
            target,
            guard,
            progress,
            makes: guard
                .rules()
                .makes(&life.create)
                .expect("a life is of something that can be removed"),
            names: [name.clone(), format!("{name}b")],
            renamed: false,
            expected: Map::new(),
            id: None,
            accepted: false,
            exchanges: Vec::new(),
            findings: Vec::new(),
        }
    }

    async fn play(&mut self, life: &Life) -> Case {
        let started = Instant::now();
        let case = self.case(life);
        let mut ended = None;
        for step in &life.steps {
            ended = self.step(step).await;
            if ended.is_some() {
                break;
            }
        }
        let (outcome, reason) = ended.unwrap_or((Outcome::Passed, String::new()));
        let exchanges = if outcome == Outcome::Passed && self.findings.is_empty() {
            Vec::new()
        } else {
            self.exchanges.clone()
        };
        let case = Case { outcome, reason, exchanges, took: started.elapsed(), ..case };
        case.with_findings(std::mem::take(&mut self.findings))
    }

    fn case(&self, life: &Life) -> Case {
        Case::passed(
            &life.steps[0].route(self.target.profile).tag,
            format!("the life of {}", life.create),
        )
    }

    /// The case of a life in which the harness panicked.
    fn broken(&self, life: &Life) -> Case {
        let reason = "the harness failed; what it said stands above".to_owned();
        Case {
            outcome: Outcome::Unchecked,
            reason,
            exchanges: self.exchanges.clone(),
            ..self.case(life)
        }
    }

    /// Plays one step; says how the case ends if it cannot go on.
    async fn step(&mut self, step: &PlanStep) -> Option<(Outcome, String)> {
        let sent = self.request(step).sent(Caller::Customer);
        self.progress.sent(&sent);
        let received = match self.guard.send(&sent).await {
            Ok(received) => received,
            Err(unreachable) => return Some((Outcome::Unchecked, unreachable.to_string())),
        };
        let exchange = Exchange { sent, received: received.clone() };
        self.findings.extend(self.target.judge(&exchange));
        self.exchanges.push(exchange);
        if received.is_not_emulated() {
            return Some((Outcome::Skipped, format!("{} is not emulated", step.operation)));
        }
        let good = self.target.profile.is_success(&received);
        if !good && step.act != Act::Miss {
            let text: String = received.text().chars().take(REFUSAL_MAX).collect();
            let message = format!("is refused with {}: {text}", received.status);
            let check =
                if step.act == Act::Make { &check::ACCEPTS_VALID } else { &check::READ_YOUR_WRITE };
            self.find(check, step, "", message);
            return Some((Outcome::Failed, String::new()));
        }
        self.compare(step, &received);
        None
    }

    fn request(&mut self, step: &PlanStep) -> Request {
        let route = step.route(self.target.profile);
        let content = match &step.body {
            None => Content::Nothing,
            Some(body) => {
                self.renamed |= step.act == Act::Change;
                self.expected.extend(body.clone());
                self.expected.insert(self.makes.name.clone(), json!(self.name()));
                let mut body = body.clone();
                body.insert(self.makes.name.clone(), json!(self.name()));
                Content::Json(body.into())
            }
        };
        let with_id = [Act::Read, Act::Change, Act::Remove, Act::Miss].contains(&step.act);
        let id = self.id.clone().filter(|_| with_id).unwrap_or_default();
        let parameters =
            route.parameters.iter().filter(|it| it.location == openapi::Location::Path);
        let parameters = parameters.map(|it| (it.name.clone(), id.clone())).collect();
        Request { parameters, content, ..Request::of(route) }
    }

    fn name(&self) -> &str {
        &self.names[usize::from(self.renamed)]
    }

    /// Compares an answer with what was sent so far.
    fn compare(&mut self, step: &PlanStep, received: &Received) {
        let (profile, body) = (self.target.profile, received.json());
        let payload = profile.payload(step.route(profile), &body);
        let resource = resource_of(payload);
        match step.act {
            Act::Make | Act::Change => {
                self.id = id_text(&resource[&self.makes.id]).or(self.id.take());
                self.compare_members(step, resource, "");
            }
            Act::Read => self.compare_members(step, resource, ""),
            Act::List => self.find_row(step, payload),
            // A removal that takes time is waited for by the sweep in the end.
            Act::Remove => self.accepted = received.status == 202,
            Act::Miss => {
                let makes = self.makes;
                let over = makes.is_gone(resource) || makes.is_going(resource) || self.accepted;
                if profile.is_success(received) && !over {
                    self.find(&check::GONE, step, "", "shows what was removed".to_owned());
                }
            }
        }
    }

    /// Every member that was sent is there as it was sent. One that is shown in another shape is
    /// left to the contract.
    fn compare_members(&mut self, step: &PlanStep, resource: &Value, at: &str) {
        let check = if self.renamed { &check::CHANGE_IS_KEPT } else { &check::READ_YOUR_WRITE };
        for (member, expected) in self.expected.clone() {
            let value = &resource[&member];
            let same_shape = std::mem::discriminant(value) == std::mem::discriminant(&expected);
            if *value != expected && (same_shape || value.is_null()) {
                let message = format!("is {}, and {expected} was sent", shown(value));
                self.find(check, step, &format!("{at}/{member}"), message);
            }
        }
    }

    fn find_row(&mut self, step: &PlanStep, list: &Value) {
        let rows = list.as_array().into_iter().flatten();
        let row = rows.enumerate().find(|(_, row)| id_text(&row[&self.makes.id]) == self.id);
        match row {
            Some((index, row)) => self.compare_members(step, row, &format!("/{index}")),
            // A list that has pages may show it on a later one.
            None if self.target.profile.is_paged(step.route(self.target.profile)) => {}
            None => {
                self.find(&check::ITEM_IS_ROW, step, "", "does not show what was made".to_owned())
            }
        }
    }

    fn find(&mut self, check: &'static Check, step: &PlanStep, at: &str, message: String) {
        self.findings.push(Finding::new(check, &step.operation, message).at(at));
    }
}
