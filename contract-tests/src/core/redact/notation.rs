//! The notations in which a secret may appear: plain, escaped, percent-encoded, base64.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use serde_json::Value;

/// Shorter texts are not searched for: they would be found by chance.
const LENGTH_MIN: usize = 8;

/// Every notation in which a text may carry the value; none where it is too short to be looked for.
pub(super) fn notations(value: &str) -> Vec<String> {
    if value.len() < LENGTH_MIN {
        return Vec::new();
    }
    let quoted = Value::from(value).to_string();
    let escaped = quoted[1..quoted.len() - 1].to_owned();
    let percent = crate::core::encode::encode(value);
    let form: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let mut all = vec![
        value.to_owned(),
        escaped.replace('/', "\\/"),
        escaped,
        lower_hex(&percent),
        percent,
        form,
    ];
    for offset in 0..3 {
        let fragment = base64_fragment(value, offset);
        all.push(fragment.replace('+', "-").replace('/', "_"));
        all.push(fragment);
    }
    all.retain(|notation| notation.len() >= LENGTH_MIN);
    all.sort();
    all.dedup();
    all
}

/// The same percent-encoding with lower-case digits.
pub(super) fn lower_hex(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (digits, rest) = part.split_at(2);
        format!("{text}%{}{rest}", digits.to_lowercase())
    })
}

/// The part that every base64 text shares in which the value follows `offset` bytes, modulo 3.
fn base64_fragment(value: &str, offset: usize) -> String {
    let bytes = [vec![0; offset], value.as_bytes().to_vec()].concat();
    let whole = bytes.len() * 8 / 6;
    STANDARD_NO_PAD.encode(&bytes)[(offset * 8).div_ceil(6)..whole].to_owned()
}
