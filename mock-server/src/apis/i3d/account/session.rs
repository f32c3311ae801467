//! Logging in with a user name and a password, as a browser does, and who is logged in.

use http::{HeaderMap, header};
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use super::{
    action_log,
    billing_details::{BILLING_DETAILS, BillingDetails},
    customer::{self, Details},
    details, ip_whitelists,
    users::{self, PROFILES, Profile, User},
};
use crate::engine::{
    Body, Context, Credential, IntoReply, Object, Operation, Problem, Reply, Result, read, write,
};

pub(super) fn operations() -> [Operation; 4] {
    [
        read("getUser", user),
        write("login", login),
        write("provideOTP", provide_otp),
        write("logout", logout),
    ]
}

/// The cookie that carries the token of a session.
const COOKIE: &str = "session";
/// Letters and digits of a token.
const TOKEN_LENGTH: usize = 32;
/// How long a session lasts.
const SESSION_SECONDS: i64 = 2 * 60 * 60;
/// How long a session lasts with `rememberMe`.
const REMEMBERED_SECONDS: i64 = 30 * 24 * 60 * 60;
/// How long a login waits for its one-time password.
const OTP_SECONDS: i64 = 5 * 60;
/// How many one-time passwords a login may try.
const OTP_ATTEMPTS_MAX: i64 = 5;
/// The error code of this API for a login by a caller who is logged in.
const ALREADY_LOGGED_IN: u32 = 10005;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionUser {
    #[serde(flatten)]
    profile: Profile,
    email: String,
    first_name: String,
    last_name: String,
    phone: String,
    validate_email: i64,
    request_ip: String,
    request_ip_country: &'static str,
    request_ip_country_code: &'static str,
    details: Details,
    billing_details: BillingDetails,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Login {
    user_name: String,
    password: String,
    remember_me: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthReq {
    requires_otp: bool,
    expires_at: i64,
    otp_session_expires_at: i64,
}

#[derive(Deserialize)]
struct Otp {
    otp: String,
}

/// A session that has not expired.
pub(in crate::apis::i3d) struct Session {
    pub(in crate::apis::i3d) id: i64,
    pub(in crate::apis::i3d) account: i64,
    /// Whether the login is not complete before its one-time password arrives.
    pub(in crate::apis::i3d) awaits_otp: bool,
    /// The number of the attempt that is awaited, from 1; 0 once the login is complete.
    attempt: i64,
    remember: bool,
}

fn user(cx: &Context) -> Result<Object<SessionUser>> {
    if cx.caller.account.is_none() {
        return Err(Problem::not_found());
    }
    let details = details::shown(cx)?;
    Ok(Object(SessionUser {
        profile: PROFILES.get(cx)?,
        email: details.email_address.clone(),
        first_name: details.addressee.first_name.clone(),
        last_name: details.addressee.last_name.clone(),
        phone: details.phones.first().unwrap_or_default().to_owned(),
        validate_email: details.email_address_validated.unwrap_or_default(),
        request_ip: cx.caller.address.to_canonical().to_string(),
        // A loopback address belongs to no country; this is the one of i3D.net.
        request_ip_country: "Netherlands",
        request_ip_country_code: "NL",
        details,
        billing_details: BILLING_DETAILS.get(cx)?,
    }))
}

fn login(cx: &Context, Body(new): Body<Login>) -> Result<Reply> {
    let current = current(cx)?;
    if current.as_ref().is_some_and(|session| !session.awaits_otp) {
        return Err(Problem::conflict("You are already logged in").code(ALREADY_LOGGED_IN));
    }
    let user = users::by_name(cx, &new.user_name)?.ok_or_else(Problem::unauthenticated)?;
    // Checked before the password, whose failures are counted: a caller from an address that may
    // not log in must not lock the user out.
    if !ip_whitelists::allow(cx, user.account)? {
        return Err(Problem::unauthenticated());
    }
    user.check_password(cx, &new.password)?;
    if !customer::has_confirmed_email(&cx.on_behalf_of(user.account))? {
        return Err(Problem::unauthenticated()
            .because("The email address of the account is not confirmed yet"));
    }
    if let Some(session) = current {
        session.end(cx)?;
    }
    let (expires_at, cookie) = open(cx, &user, user.requires_otp(), new.remember_me == Some(1))?;
    let until = if user.requires_otp() { expires_at } else { 0 };
    let answer = AuthReq {
        requires_otp: user.requires_otp(),
        expires_at: until,
        otp_session_expires_at: until,
    };
    Ok(Object(answer).into_reply()?.with_header(header::SET_COOKIE, cookie))
}

fn provide_otp(cx: &Context, Body(new): Body<Otp>) -> Result<Reply> {
    let waiting =
        current(cx)?.filter(|session| session.awaits_otp).ok_or_else(Problem::not_found)?;
    let user = users::by_account(cx, waiting.account)?.ok_or_else(Problem::unauthenticated)?;
    if !user.accept_otp(cx, &new.otp)? {
        waiting.count_attempt(cx)?;
        return Err(Problem::unauthenticated().keeping_writes());
    }
    waiting.end(cx)?;
    let (_, cookie) = open(cx, &user, false, waiting.remember)?;
    Ok(().into_reply()?.with_header(header::SET_COOKIE, cookie))
}

fn logout(cx: &Context) -> Result<Reply> {
    if let Some(session) = current(cx)? {
        session.end(cx)?;
    }
    Ok(().into_reply()?.with_header(header::SET_COOKIE, cookie("", 0)))
}

/// Opens a session of `user`; returns when it expires, and its cookie.
fn open(cx: &Context, user: &User, awaits_otp: bool, remember: bool) -> Result<(i64, String)> {
    let seconds = match (awaits_otp, remember) {
        (true, _) => OTP_SECONDS,
        (false, true) => REMEMBERED_SECONDS,
        (false, false) => SESSION_SECONDS,
    };
    if !awaits_otp {
        // The caller was anonymous until now, so the pipeline logs nothing.
        action_log::add(&cx.on_behalf_of(user.account), "Log in", "A session was opened")?;
    }
    let (token, expires_at) = (cx.random_text(TOKEN_LENGTH)?, cx.now + seconds);
    cx.db.prepare_cached("DELETE FROM session WHERE expires_at <= ?1")?.execute([cx.now])?;
    let sql = "INSERT INTO session (id, account, token, otp_attempt, remember, expires_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let row = (cx.next_id("session")?, user.account, &token, awaits_otp, remember, expires_at);
    cx.db.prepare_cached(sql)?.execute(row)?;
    Ok((expires_at, cookie(&token, seconds)))
}

fn cookie(token: &str, seconds: i64) -> String {
    format!("{COOKIE}={token}; Max-Age={seconds}; Path=/; HttpOnly")
}

/// The token of a session that a request carries.
pub(in crate::apis::i3d) fn token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|it| it.to_str().ok());
    let mut pairs = cookies.flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, token)| token)
}

/// The session of a token, unless it has expired.
pub(in crate::apis::i3d) fn find(cx: &Context, token: &str) -> Result<Option<Session>> {
    let sql = "SELECT id, account, otp_attempt, remember FROM session
               WHERE token = ?1 AND expires_at > ?2";
    select(cx, sql, (token, cx.now))
}

/// Ends every session of the account, except the one that the caller is logged in with.
pub(super) fn end_others(cx: &Context) -> Result<()> {
    let own = match cx.caller.credential {
        Some(Credential::Session(id)) => Some(id),
        _ => None,
    };
    let sql = "DELETE FROM session WHERE account = ?1 AND (id IS NOT ?2 OR otp_attempt > 0)";
    cx.db.prepare_cached(sql)?.execute((cx.account()?, own))?;
    Ok(())
}

/// The session of the caller.
fn current(cx: &Context) -> Result<Option<Session>> {
    let Some(Credential::Session(id)) = cx.caller.credential else { return Ok(None) };
    select(cx, "SELECT id, account, otp_attempt, remember FROM session WHERE id = ?1", [id])
}

fn select(cx: &Context, sql: &str, values: impl rusqlite::Params) -> Result<Option<Session>> {
    let session = |row: &rusqlite::Row<'_>| {
        let attempt = row.get(2)?;
        let (id, account, remember) = (row.get(0)?, row.get(1)?, row.get(3)?);
        Ok(Session { id, account, awaits_otp: attempt > 0, attempt, remember })
    };
    Ok(cx.db.prepare_cached(sql)?.query_row(values, session).optional()?)
}

impl Session {
    /// After a wrong one-time password: the next one is awaited, unless that was the last.
    fn count_attempt(&self, cx: &Context) -> Result<()> {
        if self.attempt >= OTP_ATTEMPTS_MAX {
            return self.end(cx);
        }
        let sql = "UPDATE session SET otp_attempt = ?2 WHERE id = ?1";
        cx.db.prepare_cached(sql)?.execute((self.id, self.attempt + 1))?;
        Ok(())
    }

    fn end(&self, cx: &Context) -> Result<()> {
        cx.db.prepare_cached("DELETE FROM session WHERE id = ?1")?.execute([self.id])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        assert_eq!(token(&headers), None);
        headers.append(header::COOKIE, "theme=dark; mysession=no".parse().unwrap());
        assert_eq!(token(&headers), None);
        headers.append(header::COOKIE, "lang=nl;session=abc".parse().unwrap());
        assert_eq!(token(&headers), Some("abc"));
    }
}
