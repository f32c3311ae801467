//! Finds what looks like a secret that nobody named: long, and with no pattern in it.

use std::collections::BTreeMap;

/// A shorter text is no key that matters.
const LENGTH_MIN: usize = 20;
/// Bits for each character: random letters and digits have about 4, words about 3.
const BITS_MIN: f64 = 3.5;
/// The same for hexadecimal digits, of which a random text has at most 4.
const HEX_BITS_MIN: f64 = 3.0;
/// A shorter run of hexadecimal digits is a number of something.
const HEX_LENGTH_MIN: usize = 32;

/// The parts of a text that look like secrets.
pub(super) fn suspicious(text: &str) -> Vec<&str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "+/_=".contains(letter);
    // The public half of an SSH key begins like this in every type.
    let parts = text.split(|letter| !is_part(letter)).filter(|part| !part.starts_with("AAAA"));
    parts.flat_map(|part| part.split('/')).filter(|part| looks_random(part)).collect()
}

fn looks_random(part: &str) -> bool {
    if part.len() < LENGTH_MIN {
        return false;
    }
    if part.len() >= HEX_LENGTH_MIN && part.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return bits(part) >= HEX_BITS_MIN;
    }
    let classes: [fn(&u8) -> bool; 3] = [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit];
    let mixed = classes.iter().all(|class| part.as_bytes().iter().any(class));
    mixed && bits(part) >= BITS_MIN
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
    use super::*;

    #[test]
    fn keys_and_tokens_are_found_and_words_and_ids_are_not() {
        for text in [
            "i3d7Kq2mXv9RtB4nLw8Z",
            "{\"key\":\"i3d7Kq2mXv9RtB4nLw8Z\"}",
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            "3f786850e387550fdab836ed7e6dc881de23001b",
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
        ] {
            assert_eq!(suspicious(text), Vec::<&str>::new(), "{text}");
        }
    }
}
