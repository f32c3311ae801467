//! What happens to a request, step by step.
//!
//! 1. **Path and method** choose the operation: an unknown path is refused with 404, another method
//!    with 405, and `OPTIONS` answers which methods there are. Where several operations share both,
//!    the body is read now and its action chooses.
//! 2. **Credentials** say who the caller is. Anonymous callers are rejected on protected
//!    operations.
//! 3. **Parameters** of path, query and headers are typed and checked by the contract.
//! 4. **The body** is read within bounds, typed and checked by the contract.
//! 5. **The operation** runs in a transaction: of a reader, or of the writer, where its success is
//!    noted in the action log of the customer.
//! 6. **The answer** is checked against the contract. It goes out all the same; a breach is noted.
//! 7. **The journal** records the exchange.
//!
//! The first step that refuses a request decides its answer, which is recorded like any other, and
//! checked like any other from the second step on. A panic at any step is the answer 500.

use std::{
    net::IpAddr,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
    time::{Duration, UNIX_EPOCH},
};

use axum::{
    body::{Body, HttpBody},
    extract::{RawPathParams, Request as HttpRequest},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::FutureExt;
use openapi::Violation;
use serde_json::Map;

use super::{
    body,
    choose::{choose, other_method, server_variable},
    decode::{Decoded, Plus},
    endpoint::{Endpoint, PathItem},
    faults::{Fault, Faults, Rates, stale},
    input::Incoming,
    matcher::Asked,
    record::{Arrived, Seen},
    response::{Answer, header_map},
};
use crate::engine::{
    Api, Breach, Caller, Context, Effect, Identity, Problem, ProblemKind, Reply, Request, Result,
    Unmatched, World, Written,
};

/// What all requests share.
pub struct Pipeline {
    apis: Vec<Arc<dyn Api>>,
    world: Arc<World>,
    /// Whether it only repeats what happened elsewhere, where what takes its time took it.
    repeats: bool,
    faults: Faults,
    rates: Rates,
}

/// What is known of a request when its operation is.
struct Place {
    /// The parameters of its path.
    path: RawPathParams,
    /// What it chose of the base path.
    server_variable: Option<&'static str>,
    /// Its body, where the operation was chosen by it.
    early: Option<(Bytes, Decoded<'static>)>,
    /// What a `+` in it stands for.
    plus: Plus,
}

/// What came of a request: all that its answer and the journal need.
struct Outcome {
    /// The caller, anonymous if the request was refused before it was known.
    caller: Caller,
    /// The body of the request, where it was read.
    sent: Bytes,
    /// What was written.
    written: Option<Written>,
    reply: Result<Reply, Refusal>,
}

impl Outcome {
    /// Refused before its body was read.
    fn refused(caller: Caller, problem: Problem) -> Outcome {
        Outcome { caller, sent: Bytes::new(), written: None, reply: Err(problem.into()) }
    }
}

/// Who refused a request, and why.
enum Refusal {
    /// A step before the operation.
    Pipeline(Problem),
    /// The operation.
    Operation(Problem),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        Refusal::Pipeline(problem)
    }
}

impl Pipeline {
    pub(super) fn new(apis: &[Arc<dyn Api>], world: &Arc<World>, faults: Faults) -> Arc<Pipeline> {
        let (apis, world) = (apis.to_vec(), Arc::clone(world));
        Arc::new(Pipeline { apis, world, repeats: false, faults, rates: Rates::default() })
    }

    /// The same for the requests of another world.
    pub(super) fn of_world(&self, world: Arc<World>) -> Arc<Pipeline> {
        let (apis, faults, rates) = (self.apis.clone(), self.faults.again(), Rates::default());
        Arc::new(Pipeline { apis, world, repeats: false, faults, rates })
    }

    /// The same for a world in which the requests of another one are repeated.
    pub(super) fn repeating_in(&self, world: Arc<World>) -> Arc<Pipeline> {
        let (apis, faults, rates) = (self.apis.clone(), Faults::default(), Rates::default());
        Arc::new(Pipeline { apis, world, repeats: true, faults, rates })
    }

    /// The world of its requests.
    pub(super) fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// What goes wrong in it.
    pub(super) fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Answers a request to a path that an API has.
    pub(super) async fn serve(
        &self,
        item: &PathItem,
        from: IpAddr,
        path: Result<RawPathParams, impl std::fmt::Debug>,
        request: HttpRequest,
    ) -> Response {
        let arrived = Arrived::new(&self.world, from, request);
        let answer = AssertUnwindSafe(self.dispatch(item, path, arrived)).catch_unwind();
        let answer = answer.await.unwrap_or_else(|_| {
            let problem = Problem::new(ProblemKind::Internal);
            Answer::refusal(item.api(), &problem, None).into_response()
        });
        self.finished(item.api(), answer)
    }

    /// Answers a request to a path that no API has, in the words of the one that stands there.
    pub(super) fn serve_unknown_path(&self, from: IpAddr, request: HttpRequest) -> Response {
        let arrived = Arrived::new(&self.world, from, request);
        let path = arrived.parts.uri.path();
        let api = self.apis.iter().find(|api| api.contract().covers(path));
        let api = &**api.unwrap_or(&self.apis[0]);
        let answer = Answer::refusal(api, &Problem::new(ProblemKind::NoRoute), None);
        let answer = self.unread(api, Some(Unmatched::Path), arrived, answer);
        self.finished(api, answer)
    }

    /// Records and gives the answer to a request that no operation takes, and whose body is not
    /// read.
    fn unread(
        &self,
        api: &dyn Api,
        unmatched: Option<Unmatched>,
        arrived: Arrived,
        answer: Answer,
    ) -> Response {
        let seen = Seen { api: Some(api.name()), unmatched, ..Seen::default() };
        arrived.record(&self.world, seen, &answer);
        answer.into_response()
    }

    /// Step 1, then the others.
    async fn dispatch(
        &self,
        item: &PathItem,
        path: Result<RawPathParams, impl std::fmt::Debug>,
        mut arrived: Arrived,
    ) -> Response {
        let api = item.api();
        let place = path.ok().and_then(|path| Some((server_variable(item, &path)?, path)));
        let Some((server_variable, path)) = place else {
            let answer = Answer::refusal(api, &Problem::new(ProblemKind::NoRoute), None);
            return self.unread(api, Some(Unmatched::Path), arrived, answer);
        };
        let Some(endpoints) = item.of_method(&arrived.parts.method) else {
            let (by, answer) = other_method(item, &arrived.parts.method);
            return self.unread(api, by, arrived, answer);
        };
        let plus = Plus::of(api, &self.world.environment);
        let chosen = choose(endpoints, &arrived.parts, &mut arrived.body, plus).await;
        let (endpoint, early) = match chosen {
            Ok(chosen) => chosen,
            Err(problem) => {
                let answer = Answer::refusal(api, &problem, None);
                return self.unread(api, Some(Unmatched::Action), arrived, answer);
            }
        };
        match self.fault(endpoint, &mut arrived, early.as_ref()).await {
            Ok(Some(fault)) if fault.prevents() => self.prevented(endpoint, fault, arrived).await,
            Ok(fault) => {
                let place = Place { path, server_variable, early, plus };
                self.carry_out(endpoint, place, arrived, fault).await
            }
            Err(problem) => self.unread(api, None, arrived, Answer::refusal(api, &problem, None)),
        }
    }

    /// What goes wrong with a request.
    async fn fault(
        &self,
        endpoint: &Endpoint,
        arrived: &mut Arrived,
        early: Option<&(Bytes, Decoded<'_>)>,
    ) -> Result<Option<Fault>> {
        let environment = &self.world.environment;
        let limit = environment.settings.rate_limit;
        if self.repeats || (limit.is_none() && !self.faults.may_take(&arrived.parts.headers)) {
            return Ok(None);
        }
        let Arrived { parts, body, from, .. } = arrived;
        let mut asked = Asked {
            api: Some(endpoint.api.name()),
            operation: Some(&endpoint.route.id),
            method: &parts.method,
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            body: &[],
        };
        let (now, contract) = (environment.clock.now(), endpoint.api.contract());
        let limited = limit.and_then(|it| self.rates.count(it, now, contract, &asked, *from));
        if limited.is_some() {
            return Ok(limited);
        }
        let sent;
        if let Some((early, _)) = early {
            asked.body = early;
        } else if self.faults.need_body(&asked) {
            sent = body::read(parts, body).await?;
            *body = Body::from(sent.clone());
            asked.body = &sent;
        }
        let fault = self.faults.choose(&asked, environment.seed());
        fault.map_err(Problem::malformed)
    }

    /// Answers and records a request that a fault keeps from being carried out.
    async fn prevented(&self, endpoint: &Endpoint, fault: Fault, arrived: Arrived) -> Response {
        let answer = fault.refusal(&*endpoint.api, endpoint.route);
        let seen = Seen {
            api: Some(endpoint.api.name()),
            operation: Some(&endpoint.route.id),
            fault: Some((fault.name.clone(), true)),
            ..Seen::default()
        };
        arrived.record(&self.world, seen, &answer);
        Box::pin(fault.send(answer)).await
    }

    /// Steps 2 to 7.
    async fn carry_out(
        &self,
        endpoint: &Arc<Endpoint>,
        place: Place,
        mut arrived: Arrived,
        fault: Option<Fault>,
    ) -> Response {
        let environment = &self.world.environment;
        let mut incoming = Incoming {
            endpoint,
            from: arrived.from,
            parts: &arrived.parts,
            path: &place.path,
            server_variable: place.server_variable,
            early: place.early,
            strict: environment.settings.strict,
            plus: place.plus,
            unknown: Mutex::default(),
        };
        let answered = self.answer(&mut incoming, &mut arrived.body).await;
        let Outcome { caller, sent, written, reply } = answered;
        let unknown = incoming.into_unknown();
        if !unknown.is_empty() {
            environment.notes.unknown(&endpoint.route.id, &unknown);
        }
        let unmatched = unmatched_by_contract(&reply);
        let mut answer = self.checked(endpoint, reply);
        if fault.as_ref().is_some_and(Fault::is_stale) {
            answer = stale(&self.world, &arrived.parts, caller, answer);
        }
        let seen = Seen {
            api: Some(endpoint.api.name()),
            operation: Some(&endpoint.route.id),
            account: caller.account,
            sent,
            written,
            unmatched,
            unknown,
            is_read: endpoint.operation.effect == Effect::Read,
            fault: fault.as_ref().map(|fault| (fault.name.clone(), false)),
        };
        arrived.record(&self.world, seen, &answer);
        match fault {
            None => answer.into_response(),
            // On the heap, because every request would carry the room that few need.
            Some(fault) => Box::pin(fault.send(answer)).await,
        }
    }

    /// Steps 2 to 5.
    async fn answer(&self, incoming: &mut Incoming<'_>, body: &mut Body) -> Outcome {
        let anonymous = incoming.anonymous();
        let waits = incoming.endpoint.route.anywhere && !body.is_end_stream();
        if incoming.endpoint.reads_without_body() && !waits {
            return self.answer_in_one_transaction(incoming, anonymous);
        }
        let caller = match self.world.read(anonymous, |cx| authenticate(cx, incoming)) {
            Ok(caller) => caller,
            Err(problem) => return Outcome::refused(anonymous, problem),
        };
        let request = match incoming.parameters() {
            Ok(request) => request,
            Err(problem) => return Outcome::refused(caller, problem),
        };
        let sent = match incoming.body_bytes(body).await {
            Ok(sent) => sent,
            Err(problem) => return Outcome::refused(caller, problem),
        };
        let (written, reply) = match incoming.with_body(request, &sent).await {
            Ok(request) => self.run(incoming, caller, request).await,
            Err(problem) => (None, Err(problem.into())),
        };
        Outcome { caller, sent, written, reply }
    }

    /// Steps 2 to 5 of most requests, which only read: their credentials and their answer come
    /// from one transaction.
    fn answer_in_one_transaction(&self, incoming: &Incoming<'_>, anonymous: Caller) -> Outcome {
        // Kept outside of the transaction, so that it is known if the operation panics.
        let mut caller = anonymous;
        let result = self.world.read(anonymous, |cx| {
            caller = authenticate(cx, incoming)?;
            let mut request = incoming.parameters()?;
            if incoming.endpoint.route.anywhere {
                request = incoming.collected(request, Map::new())?;
            }
            Ok(incoming.endpoint.operation.run(&cx.with_caller(caller), request))
        });
        let reply = match result {
            Ok(reply) => reply.map_err(Refusal::Operation),
            Err(problem) => Err(problem.into()),
        };
        Outcome { caller, sent: Bytes::new(), written: None, reply }
    }

    /// Step 5.
    async fn run(
        &self,
        incoming: &Incoming<'_>,
        caller: Caller,
        request: Request,
    ) -> (Option<Written>, Result<Reply, Refusal>) {
        let endpoint = incoming.endpoint;
        let (written, reply) = match endpoint.operation.effect {
            Effect::Read => {
                (None, self.world.read(caller, |cx| endpoint.operation.run(cx, request)))
            }
            Effect::Write => {
                let endpoint = Arc::clone(endpoint);
                let path = incoming.parts.uri.path().to_owned();
                let job = move |cx: &Context| {
                    let reply = endpoint.operation.run(cx, request)?;
                    endpoint.api.log_action(cx, endpoint.route, &path)?;
                    Ok(reply)
                };
                let begun = self.world.clock().seconds();
                let (written, reply) = self.world.write_counted(caller, job).await;
                if let (Ok(Reply { seconds: seconds @ 1.., .. }), false) = (&reply, self.repeats) {
                    // On the heap, because every request would carry the room that few need.
                    Box::pin(self.world.clock().reaches(begun + f64::from(*seconds))).await;
                }
                (written, reply)
            }
        };
        (written, reply.map_err(Refusal::Operation))
    }

    /// Step 6.
    fn checked(&self, endpoint: &Endpoint, reply: Result<Reply, Refusal>) -> Answer {
        let route = endpoint.route;
        let refusal = |problem| Answer::refusal(&*endpoint.api, problem, Some(route));
        let (answer, listed, cause) = match reply {
            Ok(reply) => (Answer::reply(route.success, reply), true, String::new()),
            Err(Refusal::Pipeline(problem)) => (refusal(&problem), false, problem.cause),
            // A form that an operation refuses is refused like one that breaks the contract.
            Err(Refusal::Operation(problem)) => {
                (refusal(&problem), problem.kind != ProblemKind::Invalid, problem.cause)
            }
        };
        if !cause.is_empty() {
            let (operation, status) = (route.id.clone(), answer.status);
            let message = format!("the emulator failed: {cause}");
            let property = String::new();
            self.world.environment.notes.breach(Breach { operation, status, property, message });
        }
        for violation in endpoint.check.violations(route, &answer, listed) {
            let Violation { property, message, .. } = violation;
            let (operation, status) = (route.id.clone(), answer.status);
            self.world.environment.notes.breach(Breach { operation, status, property, message });
        }
        answer
    }

    /// The answer with the headers of its API, and with the date of the world where its clock does
    /// not show the real time.
    fn finished(&self, api: &dyn Api, mut answer: Response) -> Response {
        answer.headers_mut().extend(header_map(api.response_headers(&self.world.environment)));
        let clock = self.world.clock();
        if !clock.is_real() {
            let since = Duration::from_secs(clock.now().try_into().unwrap_or_default());
            let date = httpdate::fmt_http_date(UNIX_EPOCH + since);
            let date = HeaderValue::from_str(&date).expect("a date is ASCII");
            answer.headers_mut().insert(header::DATE, date);
        }
        answer
    }
}

/// Finds out who the caller is; rejects anonymous callers on protected operations.
fn authenticate(cx: &Context, incoming: &Incoming) -> Result<Caller> {
    let endpoint = incoming.endpoint;
    let open = endpoint.route.open;
    let identity = match endpoint.api.authenticate(cx, &incoming.presented()) {
        // An open operation ignores bad credentials. It refuses credentials that are good and not
        // for this only where the contract lists 403.
        Err(problem) if open && problem.kind == ProblemKind::Unauthenticated => Identity::default(),
        Err(problem)
            if open && problem.kind == ProblemKind::Forbidden && !endpoint.route.documents(403) =>
        {
            Identity::default()
        }
        Ok(identity) if identity.account.is_none() && !open => {
            return Err(Problem::unauthenticated());
        }
        other => other?,
    };
    let Identity { account, credential, server_variable } = identity;
    let anonymous = incoming.anonymous();
    let server_variable = server_variable.or(anonymous.server_variable);
    Ok(Caller { account, credential, server_variable, ..anonymous })
}

/// That the contract does not accept a request, if this is why it is refused.
fn unmatched_by_contract(reply: &Result<Reply, Refusal>) -> Option<Unmatched> {
    let by_contract =
        |kind| matches!(kind, ProblemKind::Malformed | ProblemKind::Invalid | ProblemKind::NoRoute);
    match reply {
        Err(Refusal::Pipeline(problem)) if by_contract(problem.kind) => Some(Unmatched::Contract),
        _ => None,
    }
}
