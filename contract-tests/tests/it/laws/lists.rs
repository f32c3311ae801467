//! What holds of every list that can be read in pages.

use std::collections::BTreeSet;

use contract_tests::{Api, Emulator, Request, profiles::i3d_v3::PROFILE};
use openapi::{Location, Route};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::Value;
use tokio::runtime::Runtime;

/// Lists of requests and of how often a key was used: reading them changes them, so no law holds
/// of them.
const CHANGED_BY_LOOKING: [&str; 3] =
    ["getAccountApiKeys", "getAccountApiLog", "getAccountApiLogs"];

/// What to do about a list that breaks a law by design.
const CHANGED: &str = "if looking at the list changes it, add it to CHANGED_BY_LOOKING";

/// Inputs that each law of the lists is tried with.
const CASES: u32 = 12;

/// More rows than any list of the demo world has; as many as one request may ask for.
const RESULTS_MAX: usize = 1000;

#[test]
fn pages_of_any_size_make_the_whole_list() {
    let world = World::start();
    world.law(&(1..=30_usize), |list, size| {
        let mut rows = Vec::new();
        loop {
            let page = list.part(&format!("start={},results={size}", rows.len()));
            let last = page.len() < size;
            rows.extend(page);
            if last {
                break;
            }
        }
        prop_assert_eq!(&rows, &list.whole);
        let different: BTreeSet<String> = rows.iter().map(Value::to_string).collect();
        prop_assert_eq!(different.len(), rows.len(), "a row stands twice");
        Ok(())
    });
}

#[test]
fn any_part_is_that_part_of_the_whole_list_every_time() {
    let world = World::start();
    world.law(&(0..60_usize, 0..60_usize), |list, (start, results)| {
        let range = format!("start={start},results={results}");
        let expected: Vec<Value> = list.whole.iter().skip(start).take(results).cloned().collect();
        prop_assert_eq!(list.part(&range), &expected[..]);
        prop_assert_eq!(list.part(&range), &expected[..]);
        Ok(())
    });
}

#[test]
fn a_range_may_be_half_given_reversed_and_spaced() {
    let world = World::start();
    world.law(&(0..30_usize, 0..30_usize, " {0,2}"), |list, (start, results, space)| {
        let part = |range: String| list.part(&range.replace(' ', &space));
        let full = list.part(&format!("start={start},results={results}"));
        prop_assert_eq!(part(format!(" start = {start} , results = {results} ")), &full[..]);
        prop_assert_eq!(part(format!("results={results}, start={start}")), &full[..]);
        prop_assert_eq!(
            part(format!("results={results}")),
            list.part(&format!("start=0,results={results}"))
        );
        prop_assert_eq!(
            part(format!("start={start}")),
            list.part(&format!("start={start},results=25"))
        );
        Ok(())
    });
}

#[test]
fn without_a_range_the_first_25_are_answered_and_past_the_end_nothing() {
    let world = World::start();
    for list in world.lists() {
        let first: Vec<Value> = list.whole.iter().take(25).cloned().collect();
        let default = list.example.without("RANGED-DATA");
        assert_eq!(list.rows(&default), first, "{}", list.example.route.id);
        assert_eq!(list.part(&format!("start={}", list.whole.len())), [Value::Null; 0]);
        assert_eq!(list.part("start=4294967295,results=1000"), [Value::Null; 0]);
        assert_eq!(list.part("results=0"), [Value::Null; 0]);
    }
}

/// An emulator, and a client that may wait: the laws are tried one input after the other.
struct World {
    emulator: Emulator,
    runtime: Runtime,
}

/// A list that can be asked for in parts.
struct List<'a> {
    runtime: &'a Runtime,
    api: Api,
    example: Request,
    whole: Vec<Value>,
}

impl World {
    fn start() -> World {
        World { emulator: Emulator::start(), runtime: Runtime::new().unwrap() }
    }

    /// Every list of the contract that has pages.
    fn lists(&self) -> Vec<List<'_>> {
        let ranged = |route: &&'static Route| {
            let ranged = route.parameter(Location::Header, "RANGED-DATA").is_some();
            ranged && !CHANGED_BY_LOOKING.contains(&route.id.as_str())
        };
        let list = |route| {
            let example =
                Request::example(&PROFILE, route).unwrap_or_else(|advice| panic!("{advice}"));
            let mut list = List {
                runtime: &self.runtime,
                api: self.emulator.api(),
                example,
                whole: Vec::new(),
            };
            list.whole = list.part(&format!("results={RESULTS_MAX}"));
            assert!(list.whole.len() < RESULTS_MAX, "{} fits one page", route.id);
            list
        };
        PROFILE.operations().filter(ranged).map(list).collect()
    }

    /// Tries `law` on every list.
    fn law<S: Strategy>(
        &self,
        inputs: &S,
        law: impl Fn(&List, S::Value) -> Result<(), TestCaseError>,
    ) where
        S::Value: Clone,
    {
        for list in self.lists() {
            let config = ProptestConfig {
                cases: CASES,
                failure_persistence: None,
                ..ProptestConfig::default()
            };
            let tried = TestRunner::new(config).run(inputs, |input| law(&list, input));
            tried.unwrap_or_else(|error| {
                panic!("{}; {CHANGED}: {error}", list.example.route.id);
            });
        }
    }
}

impl List<'_> {
    fn part(&self, range: &str) -> Vec<Value> {
        self.rows(&self.example.with("RANGED-DATA", range))
    }

    fn rows(&self, request: &Request) -> Vec<Value> {
        match self.runtime.block_on(request.call(&self.api).ok()) {
            Value::Array(rows) => rows,
            other => panic!("{} answers a list, not {other}", request.route.id),
        }
    }
}
