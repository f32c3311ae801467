//! One named test for each thing that the contract says of an operation: its example is accepted,
//! and refused when any one thing in it is wrong. Nothing here is written by hand for an operation;
//! a new one is tested once it has examples.

use std::{
    process::ExitCode,
    sync::{Arc, LazyLock},
};

use contract_tests::{
    Api, ApiProfile, Emulator, InvalidRequest, RefusalKind, Request, invalid_requests, profiles,
    tolerated,
};
use http::Method;
use libtest_mimic::{Arguments, Trial};
use openapi::Route;
use tokio::runtime::Runtime;

/// Operations that change nothing, although their method says otherwise.
const CHANGE_NOTHING: [&str; 1] = ["createAccountWhitelistCheck"];

/// The APIs whose changes stand in the log of an account.
const LOGGED: [&str; 2] = ["i3d-v3", "i3d-v2"];

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Runtime::new().expect("a runtime for the client"));

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = profiles::all().into_iter().flat_map(of_api).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The tests of all operations of an API.
fn of_api(profile: &'static ApiProfile) -> Vec<Trial> {
    let each = profile.operations().flat_map(|route| match Request::example(profile, route) {
        Ok(example) => trials(profile, &example),
        Err(advice) => {
            let name = format!("{}/{} has an example", profile.name, route.id);
            vec![Trial::test(name, || Err(advice.into()))]
        }
    });
    each.collect()
}

/// What is to be tested of one operation.
fn trials(profile: &'static ApiProfile, example: &Request) -> Vec<Trial> {
    let id = example.route.id.as_str();
    let name = format!("{}/{id}", profile.name);
    let mut cases = Cases { profile, name, shared: Arc::default(), trials: Vec::new() };
    // Where no fresh world is ready for the example, it shows only the form.
    if !profile.is_prepared(id) {
        cases.accepts("accepts its example", example.clone());
        if let Some(least) = example.without_optional_parameters() {
            cases.accepts("accepts its example without optional parameters", least);
        }
        let changes = !(profile.reads)(example.route) && !CHANGE_NOTHING.contains(&id);
        if changes && !example.route.open && LOGGED.contains(&profile.name) {
            cases.notes_in_the_account_log(example.clone());
        }
        for (what, request) in tolerated(example) {
            cases.accepts(&format!("ignores {what}"), request);
        }
    }
    for invalid in invalid_requests(profile, example) {
        cases.refuses(invalid);
    }
    cases.refuses_other_methods(example.clone());
    if !example.route.open {
        cases.refuses_bad_keys(example);
    }
    cases.trials
}

/// The tests of one operation.
struct Cases {
    profile: &'static ApiProfile,
    /// The API and the operation.
    name: String,
    /// A world for all requests that are refused: they change nothing. It stops with the last of
    /// them.
    shared: Arc<Shared>,
    trials: Vec<Trial>,
}

struct Shared(LazyLock<Emulator>);

impl Default for Shared {
    fn default() -> Shared {
        Shared(LazyLock::new(Emulator::start))
    }
}

impl Cases {
    /// The request succeeds in a world of its own.
    fn accepts(&mut self, name: &str, request: Request) {
        let profile = self.profile;
        let test = move || {
            let emulator = Emulator::start();
            let answer = RUNTIME.block_on(request.call(&emulator.api_of(profile)).send());
            assert!(
                answer.status == request.route.success && profile.is_success(&answer),
                "the contract wants an example that the demo world can answer; if something must \
                 come before, add the operation to `prepared` of its profile: {} {}",
                answer.status,
                answer.text()
            );
            Ok(())
        };
        self.trials.push(Trial::test(format!("{} {name}", self.name), test));
    }

    /// What changed something is the newest entry of the log, in the words of the contract. All
    /// APIs of an account write to the log that version 3 of i3D.net shows.
    fn notes_in_the_account_log(&mut self, request: Request) {
        let profile = self.profile;
        let test = move || {
            let emulator = Emulator::start();
            RUNTIME.block_on(request.call(&emulator.api_of(profile)).ok());
            let log = RUNTIME.block_on(emulator.api().call("getAccountLogs").ok());
            assert_eq!(
                log[0]["title"],
                request.route.summary.as_str(),
                "the newest entry; an operation that only looks belongs to CHANGE_NOTHING"
            );
            Ok(())
        };
        self.trials.push(Trial::test(format!("{} stands in the account log", self.name), test));
    }

    fn refuses(&mut self, invalid: InvalidRequest) {
        let (name, profile) = (invalid.to_string(), self.profile);
        self.refused(&name, move |api| {
            let answer = RUNTIME.block_on(invalid.request.call(&api).send());
            let text = answer.text();
            let (refusals, route) = (&profile.refusals, invalid.request.route);
            assert!(
                refusals.refuses(invalid.kind, route, &answer),
                "{} is not right for {:?}: {text}",
                answer.status,
                invalid.kind
            );
            if let Some(property) = &invalid.property {
                let named = profile.refusal_names(route, &answer, property);
                assert!(named, "`{property}` is named in {text}");
            }
        });
    }

    fn refuses_bad_keys(&mut self, example: &Request) {
        let stranger = self.profile.demo_keys.stranger;
        self.refuses_caller("no key", example.clone(), Api::anonymous);
        self.refuses_caller("a wrong key", example.clone(), |api| api.with_key(stranger));
    }

    /// The API refuses the request of whomever `who` makes of its caller, for a reason that it has
    /// for callers it does not know.
    fn refuses_caller(
        &mut self,
        what: &str,
        request: Request,
        who: impl FnOnce(&Api) -> Api + Send + 'static,
    ) {
        let (refusals, kind) = (&self.profile.refusals, RefusalKind::Unauthenticated);
        self.refused(what, move |api| {
            let answer = RUNTIME.block_on(request.call(&who(&api)).send());
            let text = answer.text();
            assert!(refusals.refuses(kind, request.route, &answer), "{} {text}", answer.status);
            // Where a code tells the reason, it is that of this one.
            if let Some(code) = refusals.code {
                let (_, expected) = (refusals.made_up)(kind);
                assert_eq!(answer.json().pointer(code), expected.pointer(code), "{text}");
            }
        });
    }

    fn refuses_other_methods(&mut self, example: Request) {
        // What stands behind a `#` only tells operations of one path apart.
        let path = |route: &Route| {
            let sent = route.path.split('#').next().unwrap_or_default();
            sent.trim_end_matches('/').to_owned()
        };
        let routes = self.profile.operations().filter(|it| path(it) == path(example.route));
        let taken: Vec<&Method> = routes.map(|it| &it.method).collect();
        let others = [Method::PATCH, Method::PUT, Method::DELETE, Method::POST, Method::GET];
        let Some(other) = others.into_iter().find(|method| !taken.contains(&method)) else {
            return;
        };
        self.refused(&format!("the method {other}"), move |api| {
            let answer = RUNTIME.block_on(example.call(&api).by(other).send());
            assert_eq!(answer.status, 405, "{}", answer.text());
            let allow = answer.headers["allow"].to_str().expect("methods are ASCII").to_owned();
            assert!(allow.split(", ").any(|method| method == example.route.method), "{allow}");
        });
    }

    fn refused(&mut self, what: &str, test: impl FnOnce(Api) + Send + 'static) {
        let (shared, profile) = (Arc::clone(&self.shared), self.profile);
        let test = move || {
            test(shared.0.api_of(profile));
            Ok(())
        };
        self.trials.push(Trial::test(format!("{} refuses {what}", self.name), test));
    }
}
