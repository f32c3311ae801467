//! Users: who may log in, with which password and which second factor.

use argon2::{
    Algorithm as Argon2Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
};
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use totp_rs::{Algorithm, Secret, TOTP};

use crate::engine::{Context, PerAccount, Problem, ProblemKind, Result, RowType};

/// How many wrong passwords a user may send within [`WRONG_PASSWORDS_SECONDS`]; after that every
/// password is refused.
const WRONG_PASSWORDS_MAX: i64 = 5;
/// For how long a wrong password counts.
const WRONG_PASSWORDS_SECONDS: i64 = 15 * 60;
/// How often a one-time password changes; the one before and the one after are accepted, too.
const OTP_STEP_SECONDS: i64 = 30;
/// Digits of a one-time password.
const OTP_DIGITS: usize = 6;

/// How passwords are hashed: cheaply, because the writer does it, and all who write wait.
const HASH_KIB: u32 = 1024;
const HASH_PASSES: u32 = 1;
const HASH_LANES: u32 = 1;
/// Bytes of the salt.
const SALT_LENGTH: usize = 16;

/// The first account of a world of nobody is the one after this.
const BEFORE_THE_FIRST: i64 = 100_000;

/// The access level of a user who is logged in.
const LOGGED_IN_USER: i64 = 10;

pub(super) const PROFILES: PerAccount<Profile> = PerAccount::new("user");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[PROFILES.row_type()];

/// What a user is beyond the details of the account.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Profile {
    user_id: i64,
    user_name: String,
    gender: String,
    access_level: i64,
    is_trial_account: i64,
    trial_account_expiration_date: String,
}

/// How a user logs in.
pub(super) struct User {
    pub(super) account: i64,
    password_hash: String,
    /// In base32; `None` where the password is enough.
    totp_secret: Option<String>,
    /// The step of the last one-time password that was accepted.
    otp_step: Option<i64>,
}

/// The user of this name.
pub(super) fn by_name(cx: &Context, user_name: &str) -> Result<Option<User>> {
    find(cx, "user_name = ?1", user_name)
}

/// The user of an account.
pub(super) fn by_account(cx: &Context, account: i64) -> Result<Option<User>> {
    find(cx, "account = ?1", account)
}

fn find(cx: &Context, condition: &str, key: impl rusqlite::ToSql) -> Result<Option<User>> {
    let sql =
        format!("SELECT account, password_hash, totp_secret, otp_step FROM user WHERE {condition}");
    let user = |row: &rusqlite::Row<'_>| {
        let (account, password_hash) = (row.get(0)?, row.get(1)?);
        Ok(User { account, password_hash, totp_secret: row.get(2)?, otp_step: row.get(3)? })
    };
    Ok(cx.db.prepare_cached(&sql)?.query_row([key], user).optional()?)
}

/// Whether there is a user of this name.
pub(in crate::apis::i3d) fn exists(cx: &Context, user_name: &str) -> Result<bool> {
    Ok(by_name(cx, user_name)?.is_some())
}

/// The number of the next account.
pub(in crate::apis::i3d) fn next_account(cx: &Context) -> Result<i64> {
    // No account is ever removed, so none gets the number of another.
    Ok(cx
        .db
        .prepare_cached("SELECT ifnull(max(account), ?1) + 1 FROM user")?
        .query_row([BEFORE_THE_FIRST], |row| row.get(0))?)
}

/// Gives a new account its user.
pub(super) fn create(cx: &Context, user_name: &str, password: &str) -> Result<()> {
    let user_id = cx.account()?;
    let profile = Profile {
        user_id,
        user_name: user_name.to_owned(),
        gender: String::new(),
        access_level: LOGGED_IN_USER,
        is_trial_account: 0,
        trial_account_expiration_date: String::new(),
    };
    let sql = "INSERT INTO user (account, body, password_hash) VALUES (?1, ?2, ?3)";
    let row = (user_id, serde_json::to_string(&profile)?, hash(cx, password)?);
    cx.db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Replaces the password of the account. Wrong passwords from before no longer count.
pub(super) fn set_password(cx: &Context, password: &str) -> Result<()> {
    let account = cx.account()?;
    let sql = "UPDATE user SET password_hash = ?2 WHERE account = ?1";
    cx.db.prepare_cached(sql)?.execute((account, hash(cx, password)?))?;
    cx.db.prepare_cached("DELETE FROM wrong_password WHERE account = ?1")?.execute([account])?;
    Ok(())
}

fn hash(cx: &Context, password: &str) -> Result<String> {
    let params = Params::new(HASH_KIB, HASH_PASSES, HASH_LANES, None).map_err(Problem::internal)?;
    let argon2 = Argon2::new(Argon2Algorithm::Argon2id, Version::V0x13, params);
    let salt = &cx.random()?[..SALT_LENGTH];
    let hash =
        argon2.hash_password_with_salt(password.as_bytes(), salt).map_err(Problem::internal)?;
    Ok(hash.to_string())
}

impl User {
    /// Refuses a wrong password, and every password after too many wrong ones.
    pub(super) fn check_password(&self, cx: &Context, password: &str) -> Result<()> {
        let since = cx.now - WRONG_PASSWORDS_SECONDS;
        let sql = "SELECT count(*) FROM wrong_password WHERE account = ?1 AND at > ?2";
        let wrong: i64 =
            cx.db.prepare_cached(sql)?.query_row((self.account, since), |row| row.get(0))?;
        if wrong >= WRONG_PASSWORDS_MAX {
            return Err(Problem::new(ProblemKind::TooManyRequests));
        }
        let right = Argon2::default()
            .verify_password(password.as_bytes(), self.password_hash.as_str())
            .is_ok();
        let forget = "DELETE FROM wrong_password WHERE account = ?1 AND (?2 OR at <= ?3)";
        cx.db.prepare_cached(forget)?.execute((self.account, right, since))?;
        if right {
            return Ok(());
        }
        let sql = "INSERT INTO wrong_password (account, at) VALUES (?1, ?2)";
        cx.db.prepare_cached(sql)?.execute((self.account, cx.now))?;
        Err(Problem::unauthenticated().keeping_writes())
    }

    /// Whether a one-time password must follow the password.
    pub(super) fn requires_otp(&self) -> bool {
        self.totp_secret.is_some()
    }

    /// Whether `otp` is a one-time password that is valid now. It and those before it are never
    /// accepted again.
    pub(super) fn accept_otp(&self, cx: &Context, otp: &str) -> Result<bool> {
        let Some(step) = self.step_of(cx.now, otp) else { return Ok(false) };
        let sql = "UPDATE user SET otp_step = ?2 WHERE account = ?1";
        cx.db.prepare_cached(sql)?.execute((self.account, step))?;
        Ok(true)
    }

    /// The step whose one-time password `otp` is, if it may be used at `now`.
    fn step_of(&self, now: i64, otp: &str) -> Option<i64> {
        let secret = Secret::Encoded(self.totp_secret.clone()?).to_bytes().ok()?;
        let totp = TOTP::new_unchecked(
            Algorithm::SHA1,
            OTP_DIGITS,
            1,
            OTP_STEP_SECONDS.unsigned_abs(),
            secret,
        );
        let current = now.div_euclid(OTP_STEP_SECONDS);
        // A used step ahead of the window comes from a clock that was turned back since; it must
        // not block every login.
        let used = self.otp_step.filter(|used| *used <= current + 1);
        let mut unused =
            (current - 1..=current + 1).filter(|step| used.is_none_or(|used| *step > used));
        unused.find(|step| {
            let at = u64::try_from(step * OTP_STEP_SECONDS).unwrap_or_default();
            totp.generate(at) == otp
        })
    }
}
