//! What an operation sees of the world.

use std::net::{IpAddr, Ipv4Addr};

use rusqlite::Connection;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    problem::{Problem, Result},
    store::{KeyCache, KeyGrant},
    world::{Counts, Environment, Journal, WorldKind},
};

/// How a caller proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// By a key, named by its id.
    Key(i64),
    /// By a session, named by its id; it may still wait for a second factor.
    Session(i64),
}

/// Who asks, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// The account; `None` where an operation is open to everybody and nobody logged in.
    pub account: Option<i64>,
    /// How they proved it.
    pub credential: Option<Credential>,
    /// Where the request came from.
    pub address: IpAddr,
    /// What the request chose of the base path, such as a location; see
    /// [`openapi::ServerVariable`].
    pub server_variable: Option<&'static str>,
}

impl Caller {
    /// The emulator itself, which has no account.
    pub fn emulator() -> Caller {
        Caller::anonymous(Ipv4Addr::LOCALHOST.into())
    }

    /// A caller without credentials.
    pub fn anonymous(address: IpAddr) -> Caller {
        Caller { account: None, credential: None, address, server_variable: None }
    }
}

/// What every operation sees: an open transaction, the caller, the time.
pub struct Context<'a> {
    /// The open transaction.
    pub db: &'a Connection,
    /// Unix seconds by the clock of the world.
    pub now: i64,
    /// Who asks.
    pub caller: Caller,
    pub(super) environment: &'a Environment,
    /// Absent on the writer, where a transaction may change what a key opens.
    pub(super) keys: Option<&'a KeyCache>,
}

impl<'a> Context<'a> {
    /// The context of a caller in a world, at the time that its clock shows.
    pub(super) fn new(
        db: &'a Connection,
        environment: &'a Environment,
        caller: Caller,
    ) -> Context<'a> {
        Context { db, now: environment.clock.now(), caller, environment, keys: None }
    }

    /// The same context with `account` as the caller.
    pub fn on_behalf_of(&self, account: i64) -> Context<'a> {
        self.with_caller(Caller { account: Some(account), ..self.caller })
    }

    /// The same context with another caller.
    pub fn with_caller(&self, caller: Caller) -> Context<'a> {
        Context { caller, ..*self }
    }

    /// The same context at another time.
    pub fn at(&self, now: i64) -> Context<'a> {
        Context { now, ..*self }
    }

    /// The account that asks. Only an open operation can be without one.
    pub fn account(&self) -> Result<i64> {
        self.caller.account.ok_or_else(Problem::unauthenticated)
    }

    /// What an API key of a provider opens, looked up once for each state of the database; `None`
    /// for an unknown key.
    pub fn key_grant(
        &self,
        provider: &'static str,
        key: &str,
        look_up: impl FnOnce() -> Result<Option<KeyGrant>>,
    ) -> Result<Option<KeyGrant>> {
        match self.keys {
            Some(keys) => keys.grant(provider, key, look_up),
            None => look_up(),
        }
    }

    /// The next number of a sequence; never given twice, not even after a delete.
    pub fn next_id(&self, sequence: &str) -> Result<i64> {
        // Two statements take half as long as one that returns what it wrote.
        let advance = "UPDATE sequence SET last = last + 1 WHERE name = ?1";
        if self.db.prepare_cached(advance)?.execute([sequence])? == 0 {
            let begin = "INSERT INTO sequence (name, last) VALUES (?1, 1)";
            self.db.prepare_cached(begin)?.execute([sequence])?;
        }
        let last = "SELECT last FROM sequence WHERE name = ?1";
        Ok(self.db.prepare_cached(last)?.query_row([sequence], |row| row.get(0))?)
    }

    /// 32 random bytes: a function of the world's seed and of the number of this draw, so that a
    /// run can be repeated.
    pub fn random(&self) -> Result<[u8; 32]> {
        Ok(self.draw()?.1)
    }

    /// The number of the next draw, and the bytes that it draws.
    fn draw(&self) -> Result<(i64, [u8; 32])> {
        let number = self.next_id("random")?;
        let seed = self.environment.seed().to_le_bytes();
        let hash = Sha256::new().chain_update(seed).chain_update(number.to_le_bytes()).finalize();
        Ok((number, hash.into()))
    }

    /// A random text of `length` letters and digits, 32 at most.
    pub fn random_text(&self, length: usize) -> Result<String> {
        Ok(letters(&self.random()?[..length]))
    }

    /// A UUID of version 7: sorted by the time of the world's clock, within a second by the order
    /// of the draws.
    pub fn new_uuid(&self) -> Result<Uuid> {
        let (number, random) = self.draw()?;
        let millis = u64::try_from(self.now).unwrap_or_default() * 1000;
        let mut tail: [u8; 10] = random[..10].try_into().expect("ten bytes");
        // The bits behind the time, without those of version and variant: twelve, then six.
        tail[0] = (number >> 14) as u8;
        tail[1] = (number >> 6) as u8;
        tail[2] = (number & 0x3f) as u8;
        Ok(uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid())
    }

    /// What a fresh world holds.
    pub fn world_kind(&self) -> WorldKind {
        self.environment.kind
    }

    /// What stands before every path of the world, as in `/_in/NAME`; nothing for the first world.
    pub fn base_path(&self) -> &str {
        &self.environment.base_path
    }

    /// The settings of a provider, which come with the world.
    pub fn settings<T: Clone + Send + Sync + 'static>(&self) -> Result<&T> {
        let settings = self.environment.settings.of_providers.get::<T>();
        settings.ok_or_else(|| Problem::internal("a provider's settings are missing"))
    }

    /// The last requests.
    pub fn journal(&self) -> &Journal {
        &self.environment.journal
    }

    /// How often things happened.
    pub fn counts(&self) -> &Counts {
        &self.environment.counts
    }
}

/// A letter or a digit for each byte.
pub fn letters(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let letter = |byte: &u8| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]);
    bytes.iter().map(letter).collect()
}
