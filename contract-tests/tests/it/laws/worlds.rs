//! What holds of worlds, whatever is done in them: none sees another, the same requests give the
//! same bytes, and a copy, a snapshot and the way back are the state that they stand for.

use contract_tests::{Api, Emulator, profiles::i3d_v3::PROFILE};
use mock_server::Config;
use proptest::{
    collection::vec, prelude::*, sample::Index, test_runner::Config as Cases,
    test_runner::TestRunner,
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// How many sequences each law is tried with.
const CASES: u32 = 12;

/// Something that a client does.
#[derive(Debug, Clone)]
enum Act {
    AddKey,
    AddTag(String),
    RenameTag(String, String),
    RemoveTag(String),
    OpenTicket(String),
    /// Reads change something, too: what the log shows, and how often a key was used.
    List(&'static str),
    /// A refusal.
    Unknown,
    Wait(u32),
}

fn act() -> impl Strategy<Value = Act> {
    let tag = || "[ab]";
    prop_oneof![
        Just(Act::AddKey),
        tag().prop_map(Act::AddTag),
        (tag(), tag()).prop_map(|(from, to)| Act::RenameTag(from, to)),
        tag().prop_map(Act::RemoveTag),
        "[a-z]{1,9}".prop_map(Act::OpenTicket),
        prop_oneof![
            Just("/v3/sshKey"),
            Just("/v3/flexMetal/tags"),
            Just("/v3/tickets"),
            Just("/v3/account/apiKey"),
            Just("/v3/account/apiLog"),
            Just("/v3/account/log"),
        ]
        .prop_map(Act::List),
        Just(Act::Unknown),
        (1..100_000_u32).prop_map(Act::Wait),
    ]
}

/// A server, and a client that may wait: the laws are tried one sequence after the other.
struct Laws {
    emulator: Emulator,
    runtime: Runtime,
}

/// A world, removed when it is dropped.
struct World<'a> {
    laws: &'a Laws,
    name: String,
    api: Api,
}

impl Laws {
    fn start() -> Laws {
        let emulator = Emulator::with(Config { seed: Some(1), ..Config::default() });
        Laws { emulator, runtime: Runtime::new().unwrap() }
    }

    /// Tries a law with some sequences.
    fn hold<T: std::fmt::Debug>(
        &self,
        of: impl Strategy<Value = T>,
        law: impl Fn(T) -> Result<(), TestCaseError>,
    ) {
        let cases = Cases { failure_persistence: None, ..Cases::with_cases(CASES) };
        TestRunner::new(cases).run(&of, law).unwrap_or_else(|failed| panic!("{failed}"));
    }

    /// Makes a world.
    fn world(&self, origin: &str) -> World<'_> {
        let made = self.control("POST", "/_mock/worlds", json!({ "from": origin }));
        let url = made["url"].as_str().unwrap().to_owned();
        let name = made["name"].as_str().unwrap().to_owned();
        World { laws: self, name, api: Api::new(&PROFILE, url).with_key(Config::API_KEY) }
    }

    fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let body = if body.is_null() { None } else { Some(body) };
        let answer = self.runtime.block_on(self.emulator.api().raw(method, path, body));
        assert!(answer.is_2xx(), "{method} {path}: {}", answer.text());
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }
}

impl World<'_> {
    /// Does something and returns the status and the bytes of the answer.
    fn act(&self, act: &Act) -> (u16, String) {
        let of_tag = |tag: &str| format!("/v3/flexMetal/tags/{tag}");
        let key = json!({ "name": "laptop", "publicKey": crate::engine::PUBLIC_KEY });
        let (method, path, body) = match act {
            Act::AddKey => ("POST", "/v3/sshKey".to_owned(), Some(key)),
            Act::AddTag(tag) => {
                ("POST", "/v3/flexMetal/tags".to_owned(), Some(json!({ "tag": tag })))
            }
            Act::RenameTag(from, to) => ("PUT", of_tag(from), Some(json!({ "tag": to }))),
            Act::RemoveTag(tag) => ("DELETE", of_tag(tag), None),
            Act::OpenTicket(title) => {
                let ticket = json!({
                    "title": title, "content": "A question.", "category": "Bare-metal",
                    "department": "Service Desk",
                });
                ("POST", "/v3/tickets".to_owned(), Some(ticket))
            }
            Act::List(path) => ("GET", (*path).to_owned(), None),
            Act::Unknown => ("GET", "/v3/tickets/999999999".to_owned(), None),
            Act::Wait(seconds) => {
                let path = "/_mock/clock/advance".to_owned();
                ("POST", path, Some(json!({ "seconds": seconds })))
            }
        };
        let answer = self.laws.runtime.block_on(self.api.raw(method, &path, body));
        (answer.status, answer.text())
    }

    fn act_all(&self, acts: &[Act]) -> Vec<(u16, String)> {
        acts.iter().map(|act| self.act(act)).collect()
    }

    fn control(&self, method: &str, path: &str, body: Value) -> Value {
        self.laws.control(method, &format!("/_mock/worlds/{}{path}", self.name), body)
    }

    /// Everything that the world holds.
    fn state(&self) -> Vec<Value> {
        let tables = self.control("GET", "/state", Value::Null);
        let names = tables.as_object().unwrap().iter().filter(|(_, rows)| **rows != 0);
        let rows = |(name, _)| self.control("GET", &format!("/state?table={name}"), Value::Null);
        let rows: Vec<Value> = names.map(rows).collect();
        [vec![tables, self.control("GET", "/clock", Value::Null)], rows].concat()
    }
}

impl Drop for World<'_> {
    fn drop(&mut self) {
        let path = format!("/_mock/worlds/{}", self.name);
        self.laws.control("DELETE", &path, Value::Null);
    }
}

#[test]
fn what_is_done_beside_a_world_changes_no_byte_of_its_answers() {
    let laws = Laws::start();
    laws.hold(vec((0..3_usize, act()), 1..30), |acts| {
        let worlds: Vec<World> = (0..3).map(|_| laws.world("demo")).collect();
        let mut beside: Vec<Vec<_>> = vec![Vec::new(); 3];
        for (world, act) in &acts {
            beside[*world].push(worlds[*world].act(act));
        }
        for (number, answers) in beside.iter().enumerate() {
            let alone = laws.world("demo");
            let own: Vec<Act> =
                acts.iter().filter(|(of, _)| *of == number).map(|(_, act)| act.clone()).collect();
            prop_assert_eq!(&alone.act_all(&own), answers);
            prop_assert_eq!(alone.state(), worlds[number].state());
        }
        Ok(())
    });
}

#[test]
fn a_copy_equals_its_origin_and_answers_as_its_origin_would_have() {
    let laws = Laws::start();
    laws.hold((vec(act(), 0..15), vec(act(), 1..15)), |(before, after)| {
        let origin = laws.world("demo");
        origin.act_all(&before);
        let copy = laws.world(&origin.name);
        let at_first = origin.state();
        prop_assert_eq!(copy.state(), &at_first[..]);
        // What a log shows and how often a key was used are of the journal, which begins anew.
        let (of_journal, rest): (Vec<Act>, Vec<Act>) = after
            .into_iter()
            .partition(|act| matches!(act, Act::List(path) if path.contains("api")));
        copy.act_all(&of_journal);
        let answers = copy.act_all(&rest);
        prop_assert_eq!(origin.state(), &at_first[..]);
        prop_assert_eq!(origin.act_all(&rest), answers);
        prop_assert_eq!(origin.state(), copy.state());
        copy.control("POST", "/reset", Value::Null);
        prop_assert_eq!(copy.state(), at_first);
        Ok(())
    });
}

#[test]
fn a_restore_after_any_sequence_is_the_snapshot_again() {
    let laws = Laws::start();
    laws.hold((vec(act(), 0..15), vec(act(), 0..15)), |(before, after)| {
        let world = laws.world("demo");
        world.act_all(&before);
        let at_first = world.state();
        let taken = world.control("POST", "/snapshots", Value::Null);
        world.act_all(&after);
        world.control("POST", "/restore", json!({ "snapshot": taken["name"] }));
        prop_assert_eq!(world.state(), &at_first[..]);
        let once = (world.act_all(&after), world.state());
        world.control("POST", "/reset", Value::Null);
        prop_assert_eq!((world.act_all(&after), world.state()), once);
        let snapshot = format!("/_mock/snapshots/{}", taken["name"].as_str().unwrap());
        laws.control("DELETE", &snapshot, Value::Null);
        Ok(())
    });
}

#[test]
fn the_way_back_leads_to_the_state_before_any_request() {
    let laws = Laws::start();
    laws.hold((vec(act(), 1..25), any::<Index>()), |(acts, before)| {
        let is_exchange = |act: &&Act| !matches!(act, Act::Wait(_));
        let exchanges = acts.iter().filter(is_exchange).count();
        if exchanges == 0 {
            return Ok(());
        }
        let number = before.index(exchanges);
        let (at, act) =
            acts.iter().enumerate().filter(|(_, act)| is_exchange(act)).nth(number).unwrap();
        let world = laws.world("demo");
        world.act_all(&acts[..at]);
        let state = world.state();
        let journal = world.control("GET", "/journal", Value::Null);
        let answers = world.act_all(&acts[at..]);
        world.control("POST", "/rewind", json!({ "before": number + 1 }));
        prop_assert_eq!(world.state(), state);
        prop_assert_eq!(world.control("GET", "/journal", Value::Null), journal);
        prop_assert_eq!(&world.act(act), &answers[0]);
        Ok(())
    });
}
