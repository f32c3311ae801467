//! Time-based one-time passwords (TOTP, RFC 6238), as authenticators show them.

use totp_rs::{Algorithm, Secret, TOTP};

/// The password of a secret in base32 at a time; `None` for a secret that is none.
pub fn one_time_password(secret: &str, at: i64) -> Option<String> {
    let secret = Secret::Encoded(secret.to_owned()).to_bytes().ok()?;
    let totp = TOTP::new(Algorithm::SHA1, 6, 1, 30, secret).ok()?;
    Some(totp.generate(at.try_into().ok()?))
}
