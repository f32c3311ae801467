//! Texts that must say something: the contract lets through white space, the API does not.

use openapi::Violation;

/// A violation for each property of a form whose text is blank.
pub(in crate::apis::i3d) fn blank_errors<'a>(
    texts: impl IntoIterator<Item = (&'a str, &'a String)>,
) -> Vec<Violation> {
    let blank = texts.into_iter().filter(|(_, text)| is_blank(text));
    blank.map(|(property, _)| Violation::new(property, "may not be empty")).collect()
}

/// Whether `text` is empty or white space.
pub(in crate::apis::i3d) fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}
