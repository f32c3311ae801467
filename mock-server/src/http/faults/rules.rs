//! The rules of a world, and the one that a request falls under.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use axum::http::HeaderMap;
use foldhash::quality::RandomState;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::rule::{Effect, Rule};
use crate::http::matcher::Asked;

/// The header by which a client asks for a fault.
const MOCK_FAULT: &str = "mock-fault";
/// The header by which it asks for a status, as in `code=503`.
const PREFER: &str = "prefer";
/// How many rules a world may have.
pub(in crate::http) const RULES_MAX: usize = 10_000;

/// The rules of a world. Without one a request costs a look at a flag.
#[derive(Debug, Default)]
pub(in crate::http) struct Faults {
    any: AtomicBool,
    rules: RwLock<Arc<Rules>>,
    /// Those that it has at the beginning.
    beginning: Arc<[Value]>,
}

/// Rules that are there at the same time.
#[derive(Debug, Default)]
struct Rules {
    all: Vec<Counted>,
    /// Those that an operation may fall under, found out when it is first called.
    of_operation: Mutex<HashMap<String, Arc<[usize]>, RandomState>>,
}

/// A rule, and what came of it.
#[derive(Debug)]
struct Counted {
    rule: Rule,
    /// As it was written.
    text: Value,
    name: String,
    matched: AtomicU64,
    fired: AtomicU64,
}

/// A fault of a request.
#[derive(Debug, Clone)]
pub(in crate::http) struct Fault {
    /// The name of its rule.
    pub(in crate::http) name: String,
    pub(in crate::http) effect: Effect,
    /// Between 0 and 1.
    pub(in crate::http) draw: f64,
}

impl Faults {
    /// The rules that these texts are.
    pub(in crate::http) fn new(texts: Vec<Value>) -> Result<Faults, String> {
        let faults = Faults { beginning: texts.clone().into(), ..Faults::default() };
        faults.replace(texts)?;
        Ok(faults)
    }

    /// Those that another world has at the beginning.
    pub(in crate::http) fn again(&self) -> Faults {
        let faults = Faults { beginning: Arc::clone(&self.beginning), ..Faults::default() };
        faults.reset();
        faults
    }

    /// Has the rules of the beginning and no others.
    pub(in crate::http) fn reset(&self) {
        let reset = self.replace(self.beginning.to_vec());
        reset.expect("the rules of the beginning were read before");
    }

    /// Has these rules and no others. A refusal says which rule is wrong, and changes nothing.
    pub(in crate::http) fn replace(&self, texts: Vec<Value>) -> Result<(), String> {
        if texts.len() > RULES_MAX {
            return Err(format!("there may be {RULES_MAX} rules"));
        }
        let all = texts.into_iter().enumerate();
        let all = all.map(|(at, text)| Counted::read(at + 1, text)).collect::<Result<_, _>>()?;
        self.put(Rules { all, ..Rules::default() });
        Ok(())
    }

    /// Adds a rule behind the others, which begin to count anew. Returns its name.
    pub(in crate::http) fn add(&self, text: Value) -> Result<String, String> {
        let mut texts = self.texts();
        texts.push(text);
        self.replace(texts)?;
        Ok(self.rules().all.last().map(|it| it.name.clone()).unwrap_or_default())
    }

    /// Removes the rules of this name; whether there were any.
    pub(in crate::http) fn remove(&self, name: &str) -> bool {
        let rules = self.rules();
        let kept = rules.all.iter().filter(|it| it.name != name).map(Counted::again);
        let all: Vec<Counted> = kept.collect();
        let removed = all.len() < rules.all.len();
        self.put(Rules { all, ..Rules::default() });
        removed
    }

    /// The rules as they were written.
    pub(in crate::http) fn texts(&self) -> Vec<Value> {
        self.rules().all.iter().map(|it| it.text.clone()).collect()
    }

    /// Each rule with what came of it.
    pub(in crate::http) fn shown(&self) -> Vec<Value> {
        let shown = |it: &Counted| {
            let mut shown = it.text.clone();
            shown["name"] = it.name.clone().into();
            shown["matched"] = json!(it.matched.load(Ordering::Relaxed));
            shown["fired"] = json!(it.fired.load(Ordering::Relaxed));
            shown
        };
        self.rules().all.iter().map(shown).collect()
    }

    fn put(&self, rules: Rules) {
        self.any.store(!rules.all.is_empty(), Ordering::Release);
        *self.rules.write().expect("no code panics while it holds the rules") = Arc::new(rules);
    }

    fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.rules.read().expect("no code panics while it holds the rules"))
    }

    /// Whether anything may go wrong: there are rules, or the client asks for a fault.
    pub(in crate::http) fn may_take(&self, headers: &HeaderMap) -> bool {
        self.any.load(Ordering::Acquire)
            || headers.contains_key(MOCK_FAULT)
            || headers.contains_key(PREFER)
    }

    /// Whether a rule could be about this request only for its body.
    pub(in crate::http) fn need_body(&self, asked: &Asked) -> bool {
        if !self.any.load(Ordering::Acquire) {
            return false;
        }
        let rules = self.rules();
        let of_operation = rules.of(asked);
        let mut matchers = of_operation.iter().map(|at| &rules.all[*at].rule.matcher);
        matchers.any(|it| it.needs_body() && it.takes_head(asked))
    }

    /// What goes wrong with a request: by the first rule that fires, or as its client asks for.
    pub(in crate::http) fn choose(
        &self,
        asked: &Asked,
        seed: u64,
    ) -> Result<Option<Fault>, String> {
        if let Some(effect) = asked_for(asked.headers)? {
            let (name, draw) = ("as the request asks".to_owned(), 0.5);
            return Ok(Some(Fault { name, effect, draw }));
        }
        if !self.any.load(Ordering::Acquire) {
            return Ok(None);
        }
        let rules = self.rules();
        let of_operation = rules.of(asked);
        let mut about = of_operation.iter().map(|at| (*at, &rules.all[*at]));
        let takes = |it: &Counted| it.rule.matcher.takes(asked);
        Ok(about.find_map(|(at, it)| if takes(it) { it.fire(at, seed) } else { None }))
    }
}

impl Rules {
    /// The rules that the operation of a request may fall under.
    fn of(&self, asked: &Asked) -> Arc<[usize]> {
        let mut known = self.of_operation.lock().expect("no code panics while it holds them");
        let operation = asked.operation.unwrap_or_default();
        if let Some(found) = known.get(operation) {
            return Arc::clone(found);
        }
        let all = self.all.iter().enumerate();
        let about = all.filter(|(_, it)| it.rule.matcher.takes_operation(asked));
        let found: Arc<[usize]> = about.map(|(at, _)| at).collect();
        known.insert(operation.to_owned(), Arc::clone(&found));
        found
    }
}

impl Counted {
    fn read(number: usize, text: Value) -> Result<Counted, String> {
        let rule: Result<Rule, _> = serde_json::from_value(text.clone());
        let rule = rule.map_err(|error| format!("rule {number}: {error}"))?;
        let name = rule.name.clone().unwrap_or_else(|| format!("rule {number}"));
        let (matched, fired) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok(Counted { rule, text, name, matched, fired })
    }

    /// The same with the same counts.
    fn again(&self) -> Counted {
        let count = |it: &AtomicU64| AtomicU64::new(it.load(Ordering::Relaxed));
        Counted {
            rule: self.rule.clone(),
            text: self.text.clone(),
            name: self.name.clone(),
            matched: count(&self.matched),
            fired: count(&self.fired),
        }
    }

    /// Counts a request that the rule is about; what goes wrong with it.
    fn fire(&self, at: usize, seed: u64) -> Option<Fault> {
        let number = self.matched.fetch_add(1, Ordering::Relaxed) + 1;
        let draw = || drawn(seed, at, number);
        if !self.rule.when.takes(number, draw) {
            return None;
        }
        self.fired.fetch_add(1, Ordering::Relaxed);
        Some(Fault { name: self.name.clone(), effect: self.rule.then.clone(), draw: draw() })
    }
}

/// A number between 0 and 1, the same for the same rule, request and seed.
fn drawn(seed: u64, rule: usize, number: u64) -> f64 {
    let hash = Sha256::new().chain_update(b"fault").chain_update(seed.to_le_bytes());
    let hash = hash.chain_update(rule.to_le_bytes()).chain_update(number.to_le_bytes()).finalize();
    let bytes: [u8; 4] = hash[..4].try_into().expect("four bytes");
    f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
}

/// The fault that a client asks for with a header: `Mock-Fault`, or the status of `Prefer`.
fn asked_for(headers: &HeaderMap) -> Result<Option<Effect>, String> {
    if let Some(fault) = headers.get(MOCK_FAULT) {
        let text = fault.to_str().map_err(|error| error.to_string());
        return text.and_then(Effect::read).map(Some).map_err(|why| format!("Mock-Fault: {why}"));
    }
    let preferred = headers.get(PREFER).and_then(|it| it.to_str().ok());
    let mut preferences = preferred.into_iter().flat_map(|it| it.split([',', ';']));
    let code = preferences.find_map(|it| it.trim().strip_prefix("code="));
    code.map(|code| Effect::read(code).map_err(|why| format!("Prefer: {why}"))).transpose()
}
