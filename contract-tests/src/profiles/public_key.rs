//! Public keys in the format of OpenSSH, of which nobody has the private one.

use serde_json::Value;

use crate::core::profile::random::Gen;

/// A key as OpenSSH writes it: the algorithm, 32 bytes of a point, a comment.
pub(super) fn public_key(random: &mut Gen) -> Value {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // Two bits of the first letter still belong to the length.
    let first = char::from(*random.pick(&LETTERS[..16]));
    let rest: String = (0..42).map(|_| char::from(*random.pick(LETTERS))).collect();
    format!(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{first}{rest} {}@lighthouse.example",
        random.word(5)
    )
    .into()
}
