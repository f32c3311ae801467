//! One named test for each thing that the contract says of an operation: its example is accepted,
//! and refused when any one thing in it is wrong. Nothing here is written by hand for an operation;
//! a new one is tested once it has examples.

use std::{
    process::ExitCode,
    sync::{Arc, LazyLock},
};

use contract_tests::{
    Api, Emulator, InvalidRequest, Request, invalid_requests, profiles::i3d_v3::PROFILE, tolerated,
};
use http::Method;
use libtest_mimic::{Arguments, Trial};
use tokio::runtime::Runtime;

/// Operations that change nothing, although their method says otherwise.
const CHANGE_NOTHING: [&str; 1] = ["createAccountWhitelistCheck"];

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Runtime::new().expect("a runtime for the client"));

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = PROFILE.operations().flat_map(|route| match Request::example(&PROFILE, route) {
        Ok(example) => trials(&example),
        Err(advice) => {
            vec![Trial::test(format!("{} has an example", route.id), || Err(advice.into()))]
        }
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// What is to be tested of one operation.
fn trials(example: &Request) -> Vec<Trial> {
    let mut cases =
        Cases { id: example.route.id.clone(), shared: Arc::default(), trials: Vec::new() };
    // Where no fresh world is ready for the example, it shows only the form.
    if !PROFILE.is_prepared(&cases.id) {
        cases.accepts("accepts its example", example.clone());
        if let Some(least) = example.without_optional_parameters() {
            cases.accepts("accepts its example without optional parameters", least);
        }
        let changes =
            example.route.method != Method::GET && !CHANGE_NOTHING.contains(&cases.id.as_str());
        if changes && !example.route.open {
            cases.notes_in_the_account_log(example.clone());
        }
        for (what, request) in tolerated(example) {
            cases.accepts(&format!("ignores {what}"), request);
        }
    }
    for invalid in invalid_requests(&PROFILE, example) {
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
    id: String,
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
        let test = move || {
            let emulator = Emulator::start();
            let answer = RUNTIME.block_on(request.call(&emulator.api()).send());
            assert_eq!(
                answer.status,
                request.route.success,
                "the contract wants an example that the demo world can answer; if something must \
                 come before, add the operation to PREPARED in profiles/i3d_v3/mod.rs: {}",
                answer.text()
            );
            Ok(())
        };
        self.trials.push(Trial::test(format!("{} {name}", self.id), test));
    }

    /// What changed something is the newest entry of the log, in the words of the contract.
    fn notes_in_the_account_log(&mut self, request: Request) {
        let test = move || {
            let emulator = Emulator::start();
            let api = emulator.api();
            RUNTIME.block_on(request.call(&api).ok());
            let log = RUNTIME.block_on(api.call("getAccountLogs").ok());
            assert_eq!(
                log[0]["title"],
                request.route.summary.as_str(),
                "the newest entry; an operation that only looks belongs to CHANGE_NOTHING"
            );
            Ok(())
        };
        self.trials.push(Trial::test(format!("{} stands in the account log", self.id), test));
    }

    fn refuses(&mut self, invalid: InvalidRequest) {
        let name = invalid.to_string();
        self.refused(&name, move |api| {
            let answer = RUNTIME.block_on(invalid.request.call(&api).send());
            let text = answer.text();
            let (refusals, route) = (&PROFILE.refusals, invalid.request.route);
            assert!(
                refusals.refuses(invalid.kind, route, &answer),
                "{} is not right for {:?}: {text}",
                answer.status,
                invalid.kind
            );
            if let Some(property) = &invalid.property {
                assert!(refusals.names(&answer, property), "`{property}` is named in {text}");
            }
        });
    }

    fn refuses_bad_keys(&mut self, example: &Request) {
        let request = example.clone();
        self.refused("no key", move |api| {
            RUNTIME.block_on(request.call(&api.anonymous()).refused(401, 10004));
        });
        let request = example.clone();
        self.refused("a wrong key", move |api| {
            RUNTIME.block_on(
                request.call(&api.with_key(PROFILE.demo_keys.stranger)).refused(401, 10004),
            );
        });
    }

    fn refuses_other_methods(&mut self, example: Request) {
        let path = example.route.path.trim_end_matches('/');
        let routes = openapi::i3d_v3().routes.iter();
        let taken: Vec<&Method> = routes
            .filter(|it| it.path.trim_end_matches('/') == path)
            .map(|it| &it.method)
            .collect();
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
        let shared = Arc::clone(&self.shared);
        let test = move || {
            test(shared.0.api());
            Ok(())
        };
        self.trials.push(Trial::test(format!("{} refuses {what}", self.id), test));
    }
}
