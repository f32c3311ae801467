//! What an operation sees of the world.

use std::net::IpAddr;

use rusqlite::Connection;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    problem::{Kind, Problem, Result},
    world::World,
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
}

/// What every operation sees: an open transaction, the caller, the time.
pub struct Context<'a> {
    /// The open transaction.
    pub db: &'a Connection,
    /// Unix seconds by the clock of the world.
    pub now: i64,
    /// Who asks.
    pub caller: Caller,
    /// The world that the transaction belongs to.
    pub world: &'a World,
}

impl Context<'_> {
    /// The account that asks. Only an open operation can be without one.
    pub fn account(&self) -> Result<i64> {
        self.caller.account.ok_or_else(|| Problem::new(Kind::Unauthenticated))
    }

    /// The next number of a sequence; never given twice, also not after a delete.
    pub fn next_id(&self, sequence: &str) -> Result<i64> {
        let sql = "INSERT INTO sequence (name, last) VALUES (?1, 1)
                   ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last";
        Ok(self.db.prepare_cached(sql)?.query_row([sequence], |row| row.get(0))?)
    }

    /// 32 random bytes: a function of the world's seed and of how often it was asked, so that a run can be repeated.
    pub fn random(&self) -> Result<[u8; 32]> {
        let draw = self.next_id("random")?;
        let hash =
            Sha256::new().chain_update(self.world.seed().to_le_bytes()).chain_update(draw.to_le_bytes());
        Ok(hash.finalize().into())
    }

    /// A random text of `length` letters and digits, 32 at most.
    pub fn random_text(&self, length: usize) -> Result<String> {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let letter = |byte: &u8| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]);
        Ok(self.random()?[..length].iter().map(letter).collect())
    }

    /// A UUID of version 7: sorted by the time of the world's clock.
    pub fn new_uuid(&self) -> Result<Uuid> {
        let random = self.random()?;
        let millis = u64::try_from(self.now).unwrap_or_default() * 1000;
        let tail = random[..10].try_into().expect("ten bytes");
        Ok(uuid::Builder::from_unix_timestamp_millis(millis, tail).into_uuid())
    }
}
