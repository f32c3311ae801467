//! How Hurl spells texts, names and places.

use std::fmt::Write;

use openapi::json_pointer;

use crate::{core::encode::encode, fixture::split_names};

/// The variable of the base URL.
pub(super) const BASE: &str = "base";
/// The variables of the keys.
pub(super) const KEYS: [&str; 3] = ["api_key", "other_api_key", "excluded_api_key"];

/// A text within a line, in quotes or backticks, or without any.
pub(super) fn text(text: &str) -> String {
    with_names(text, escaped)
}

/// A text in a path.
pub(super) fn path(text: &str) -> String {
    with_names(text, encode)
}

/// A text in which nothing else is to be spelled in another way.
pub(super) fn names(text: &str) -> String {
    with_names(text, str::to_owned)
}

/// The same with the names as Hurl spells them, and everything else as `spell` does.
fn with_names(text: &str, spell: fn(&str) -> String) -> String {
    let (parts, rest) = split_names(text);
    let spelled =
        |(before, name): (&str, &str)| format!("{}{{{{{}}}}}", spell(before), name_of(name));
    parts.into_iter().map(spelled).collect::<String>() + &spell(rest)
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, letter| {
        match letter {
            '\n' => escaped.push_str("\\n"),
            '\\' | '"' | '`' | '#' => escaped.extend(['\\', letter]),
            letter if letter.is_control() => {
                write!(escaped, "\\u{{{:x}}}", u32::from(letter)).expect("a text takes everything");
            }
            letter => escaped.push(letter),
        }
        escaped
    })
}

/// Hurl knows letters, digits, dashes and underscores in names. Those of server and keys are taken.
pub(super) fn name_of(name: &str) -> String {
    let name = name.replace(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-', "_");
    let taken = name == BASE || KEYS.contains(&name.as_str());
    if taken { name + "_" } else { name }
}

/// A JSON pointer as the JSONPath that Hurl reads.
pub(super) fn json_path(pointer: &str) -> String {
    json_pointer::names(pointer).fold("$".to_owned(), |path, name| match name.parse::<usize>() {
        Ok(index) => format!("{path}[{index}]"),
        Err(_) => format!("{path}['{name}']"),
    })
}

/// A regular expression.
pub(super) fn regex(regex: &str) -> String {
    format!("/{}/", regex.replace('/', "\\/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_spelled_as_hurl_reads_them() {
        assert_eq!(text("a # of \"{{demo.user}}\"\r\n"), "a \\# of \\\"{{demo_user}}\\\"\\u{d}\\n");
        assert_eq!(path("Backup Storage/{{id}}"), "Backup%20Storage%2F{{id}}");
        assert_eq!(names("{\"otp\": \"{{totp:demo.otp}}\"}"), "{\"otp\": \"{{totp_demo_otp}}\"}");
        assert_eq!(
            (name_of("base"), name_of("api_key"), name_of("key")),
            ("base_".into(), "api_key_".into(), "key".into())
        );
        assert_eq!(json_path("/0/a~1b"), "$[0]['a/b']");
    }
}
