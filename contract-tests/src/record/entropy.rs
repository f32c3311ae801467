//! Finds what looks like a secret by its entropy: long, and with no pattern in it.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};

/// A shorter text is no key that matters.
const LENGTH_MIN: usize = 20;
/// Bits for each character: random letters and digits have about 4, words about 3.
const BITS_MIN: f64 = 3.5;
/// The same for hexadecimal digits, of which a random text has at most 4.
const HEX_BITS_MIN: f64 = 3.0;
/// A shorter run of hexadecimal digits is a number of something.
const HEX_LENGTH_MIN: usize = 32;
/// A shorter text in base32 is no secret of one-time passwords, which are short.
const BASE32_LENGTH_MIN: usize = 16;
/// The same for base32, in which such a short text repeats little.
const BASE32_BITS_MIN: f64 = 3.0;

/// The parts of a text that look like secrets.
pub(super) fn suspicious(text: &str) -> Vec<&str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "+/_=".contains(letter);
    let parts = text.split(|letter| !is_part(letter)).filter(|part| !is_public_key(part));
    parts.flat_map(|part| part.split('/')).filter(|part| looks_random(part)).collect()
}

/// Whether a text in base64 is the public half of an SSH key: it begins with the length and the
/// name of its type.
fn is_public_key(part: &str) -> bool {
    let head = part.get(..12).and_then(|head| STANDARD.decode(head).ok());
    let Some([0, 0, 0, _, name @ ..]) = head.as_deref() else { return false };
    ["ssh-", "ecdsa", "sk-"].iter().any(|kind| name.starts_with(kind.as_bytes()))
}

fn looks_random(part: &str) -> bool {
    // Words and their joints are no letters of one key, but a key has often a word before it.
    is_mixed(part) || part.split(['_', '=', '+']).any(is_key)
}

fn is_key(piece: &str) -> bool {
    if piece.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return piece.len() >= HEX_LENGTH_MIN && bits(piece) >= HEX_BITS_MIN;
    }
    is_of_one_case(piece) || is_base32(piece)
}

/// Random letters of both cases with digits; without digits they are the words of a name, as in
/// `getSshKeys`.
fn is_mixed(text: &str) -> bool {
    let mixed = has(text, u8::is_ascii_lowercase) && has(text, u8::is_ascii_uppercase);
    text.len() >= LENGTH_MIN && mixed && has(text, u8::is_ascii_digit) && bits(text) >= BITS_MIN
}

/// Random letters of one case, perhaps with digits: no word is so long and repeats so little.
fn is_of_one_case(text: &str) -> bool {
    let one_case = has(text, u8::is_ascii_lowercase) != has(text, u8::is_ascii_uppercase);
    text.len() >= LENGTH_MIN && one_case && bits(text) >= BITS_MIN
}

/// Capital letters with digits from 2 to 7, as secrets of one-time passwords are written.
fn is_base32(text: &str) -> bool {
    let is_digit = |byte: &u8| (b'2'..=b'7').contains(byte);
    let all = text.as_bytes().iter().all(|byte| byte.is_ascii_uppercase() || is_digit(byte));
    let both = has(text, u8::is_ascii_uppercase) && has(text, is_digit);
    text.len() >= BASE32_LENGTH_MIN && all && both && bits(text) >= BASE32_BITS_MIN
}

fn has(text: &str, class: impl Fn(&u8) -> bool) -> bool {
    text.as_bytes().iter().any(class)
}

/// The Shannon entropy of a character.
fn bits(text: &str) -> f64 {
    let mut counts: BTreeMap<u8, f64> = BTreeMap::new();
    text.bytes().for_each(|byte| *counts.entry(byte).or_default() += 1.0);
    let length = text.len() as f64;
    counts.values().map(|count| -(count / length) * (count / length).log2()).sum()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::{fixture::load, profiles::i3d_v3::PROFILE};

    #[test]
    fn keys_and_tokens_are_found_and_words_and_ids_are_not() {
        for text in [
            "i3d7Kq2mXv9RtB4nLw8Z",
            "{\"key\":\"i3d7Kq2mXv9RtB4nLw8Z\"}",
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            "3f786850e387550fdab836ed7e6dc881de23001b",
            "token=3f786850e387550fdab836ed7e6dc881de23001b",
            "session=3f786850e387550fdab836ed7e6dc881de23001b",
            "sk_3f786850e387550fdab836ed7e6dc881de23001b",
            "abcdefghij0123456789klmnop",
            "sk_live_q7zk2m9xv4rt8b1nlw6y",
            "token=ABCDEFGHIJ0123456789KLMNOP",
            "qwzkhmxvprtbynlwjdfgsc",
            "JBSWY3DPEHPK3PXP",
            "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
            "AAAAq7Zk2M9xV4rT8b1NLw6Y",
        ] {
            assert_eq!(suspicious(text).len(), 1, "{text}");
        }
        for text in [
            "7561c39d-f4df-4c46-b3f1-2ac981271e29",
            "getTelemetryColocationPowerUsageCurrents",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRsVRPOs00Qg5sjvRqahzUU94NMk me@example",
            "1111111111111111111111111111111111111111",
            "https://lighthouse.example/2026/01/index",
            "Kq2mXv9",
            "the internationalisation of interoperability",
            "flex_metal_server_is_not_delivered_before_2026",
            "MTC20F1045S1RC48BA2",
            "507f1f77bcf86cd799439011",
        ] {
            assert_eq!(suspicious(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn what_is_committed_holds_nothing_suspicious() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(PROFILE.name);
        let fixtures = load(&PROFILE, &folder, &[]).expect("the folder can be read");
        let digest = |line: &str| line.trim_start().starts_with("sha256:");
        for fixture in &fixtures {
            let text = fs::read_to_string(&fixture.path).expect("a file");
            for line in text.lines().filter(|line| !digest(line)) {
                assert_eq!(suspicious(line), Vec::<&str>::new(), "{}", fixture.path.display());
            }
        }
        assert!(fixtures.len() > 60);
    }
}
