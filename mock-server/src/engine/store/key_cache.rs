//! What the database says of API keys. Every request carries one, so each is looked up once for
//! each state of the database.

use std::{
    borrow::Borrow,
    cell::RefCell,
    collections::HashMap,
    fmt::{self, Debug, Formatter},
};

use foldhash::quality::RandomState;

use crate::engine::problem::Result;

/// How many bytes a cache may hold; a full one is cleared. Unknown keys count, too, so that
/// guessing keys does not fill the memory.
const BYTES_MAX: usize = 64 * 1024;

/// The share of one key in the hash table, which is at least a third full.
const SLOT_BYTES: usize = 3 * size_of::<(KeyText, Option<KeyGrant>)>();

/// What an API key opens, whatever the time and the address of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyGrant {
    /// The account that it belongs to.
    pub account: i64,
    /// The id of the key.
    pub id: i64,
    /// When it expires, in unix seconds.
    pub expires_at: Option<i64>,
    /// Whether only some addresses may use it.
    pub restricted: bool,
}

/// The text of a key; a secret, so it is not printed.
#[derive(PartialEq, Eq, Hash)]
struct KeyText(Box<str>);

impl Borrow<str> for KeyText {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Debug for KeyText {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("KeyText(..)")
    }
}

/// Grants by the text of their key, `None` for unknown keys, as one state of the database has
/// them.
#[derive(Debug, Default)]
pub struct KeyCache(RefCell<Kept>);

type Grants = HashMap<KeyText, Option<KeyGrant>, RandomState>;

#[derive(Debug, Default)]
struct Kept {
    /// By provider: what opens something at one may mean nothing at another.
    grants: Vec<(&'static str, Grants)>,
    bytes: usize,
}

impl KeyCache {
    /// What `key` opens at a provider; `look_up` is asked the first time.
    pub(in crate::engine) fn grant(
        &self,
        provider: &'static str,
        key: &str,
        look_up: impl FnOnce() -> Result<Option<KeyGrant>>,
    ) -> Result<Option<KeyGrant>> {
        if let Some(known) = self.0.borrow().of(provider).and_then(|grants| grants.get(key)) {
            return Ok(*known);
        }
        let grant = look_up()?;
        self.0.borrow_mut().keep(provider, key, grant);
        Ok(grant)
    }

    pub(super) fn clear(&mut self) {
        *self.0.get_mut() = Kept::default();
    }
}

impl Kept {
    fn of(&self, provider: &str) -> Option<&Grants> {
        self.grants.iter().find(|(name, _)| *name == provider).map(|(_, grants)| grants)
    }

    fn keep(&mut self, provider: &'static str, key: &str, grant: Option<KeyGrant>) {
        let bytes = key.len() + SLOT_BYTES;
        if bytes > BYTES_MAX {
            return;
        }
        if self.bytes + bytes > BYTES_MAX {
            // A new table, too, because one that held many short keys is large.
            *self = Kept::default();
        }
        self.bytes += bytes;
        let known = self.grants.iter().position(|(name, _)| *name == provider);
        let place = known.unwrap_or_else(|| {
            self.grants.push((provider, Grants::default()));
            self.grants.len() - 1
        });
        self.grants[place].1.insert(KeyText(key.into()), grant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRANT: KeyGrant = KeyGrant { account: 1, id: 2, expires_at: None, restricted: false };

    /// The key of this number, `length` bytes long.
    fn key(number: usize, length: usize) -> String {
        let mut key = "x".repeat(length);
        key.replace_range(..3, &format!("{number:03}"));
        key
    }

    const HERE: &str = "here";

    fn known(cache: &KeyCache, key: &str) -> bool {
        cache.0.borrow().of(HERE).is_some_and(|grants| grants.contains_key(key))
    }

    #[test]
    fn a_key_is_looked_up_once_until_the_cache_is_cleared() {
        let mut cache = KeyCache::default();
        for (key, grant) in [("somebody's", Some(GRANT)), ("nobody's", None)] {
            assert_eq!(cache.grant(HERE, key, || Ok(grant)).unwrap(), grant);
            assert_eq!(cache.grant(HERE, key, || panic!("it is known")).unwrap(), grant);
        }
        cache.clear();
        assert_eq!(cache.grant(HERE, "somebody's", || Ok(None)).unwrap(), None);
    }

    #[test]
    fn the_key_of_one_provider_opens_nothing_at_another() {
        let cache = KeyCache::default();
        assert_eq!(cache.grant(HERE, "key", || Ok(Some(GRANT))).unwrap(), Some(GRANT));
        assert_eq!(cache.grant("there", "key", || Ok(None)).unwrap(), None);
        assert_eq!(cache.grant(HERE, "key", || panic!("it is known")).unwrap(), Some(GRANT));
    }

    #[test]
    fn no_number_of_wrong_keys_of_any_size_leaves_more_than_the_bound() {
        let cache = KeyCache::default();
        for length in [3, 20, 390, 30_000, BYTES_MAX, 390_000] {
            for number in 0..900 {
                let key = key(number, length);
                assert_eq!(cache.grant(HERE, &key, || Ok(None)).unwrap(), None);
                assert_eq!(known(&cache, &key), length + SLOT_BYTES <= BYTES_MAX);
            }
            let kept = cache.0.borrow();
            let grants = kept.of(HERE);
            let texts: usize = grants.map_or(0, |it| it.keys().map(|key| key.0.len()).sum());
            let slots = grants.map_or(0, HashMap::capacity);
            let slots = slots * size_of::<(KeyText, Option<KeyGrant>)>();
            assert!(texts + slots <= BYTES_MAX, "{texts} + {slots} for keys of {length} bytes");
        }
    }

    #[test]
    fn a_cache_that_is_printed_tells_no_key() {
        let cache = KeyCache::default();
        cache.grant(HERE, "SecretOfThisTest", || Ok(Some(GRANT))).unwrap();
        assert!(!format!("{cache:?}").contains("SecretOfThisTest"));
    }
}
