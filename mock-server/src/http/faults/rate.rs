//! Who has asked how often.

use std::{collections::HashMap, hash::BuildHasher, net::IpAddr, sync::Mutex};

use foldhash::quality::RandomState;
use openapi::Contract;

use super::{
    rule::{Act, Delay, Effect},
    rules::Fault,
};
use crate::{engine::RateLimit, http::matcher::Asked};

/// What a request that came too often went wrong by.
const NAME: &str = "rate limit";
/// How many callers are told apart in one window.
const CALLERS_MAX: usize = 10_000;

/// How often each caller has asked in the present window of time.
#[derive(Debug, Default)]
pub(in crate::http) struct Rates {
    hasher: RandomState,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    window: i64,
    /// By a hash of the key.
    of: HashMap<u64, u32, RandomState>,
}

impl Rates {
    /// Counts a request at this time; the fault that it is, where its caller asked too often.
    pub(in crate::http) fn count(
        &self,
        limit: RateLimit,
        now: i64,
        contract: &Contract,
        asked: &Asked,
        from: IpAddr,
    ) -> Option<Fault> {
        let seconds = i64::from(limit.seconds);
        let window = now.div_euclid(seconds);
        let caller = self.hasher.hash_one((asked.api, caller(contract, asked, from)));
        let mut counts = self.counts.lock().expect("no code panics while it holds the counts");
        if counts.window != window || counts.of.len() >= CALLERS_MAX {
            *counts = Counts { window, of: HashMap::default() };
        }
        let count = counts.of.entry(caller).or_default();
        *count = count.saturating_add(1);
        if *count <= limit.requests {
            return None;
        }
        let retry_after = u64::try_from((window + 1) * seconds - now).ok();
        let act = Act::Refuse { status: 429, message: String::new(), retry_after };
        let effect = Effect { delay: Delay::default(), act: Some(act) };
        Some(Fault { name: NAME.to_owned(), effect, draw: 0.0 })
    }
}

/// Who a limit counts: the key that is sent, or else the address.
fn caller(contract: &Contract, asked: &Asked, from: IpAddr) -> String {
    let by_header = contract.key_header.as_ref().and_then(|name| asked.headers.get(name));
    if let Some(key) = by_header {
        return String::from_utf8_lossy(key.as_bytes()).into_owned();
    }
    let mut query = form_urlencoded::parse(asked.query.as_bytes());
    let by_query = contract.key_parameter.as_ref();
    let by_query = by_query.and_then(|name| query.find(|(it, _)| it == name));
    by_query.map_or_else(|| from.to_string(), |(_, key)| key.into_owned())
}
