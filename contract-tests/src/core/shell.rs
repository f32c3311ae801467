//! Quotes commands for a shell.

/// A command as it is typed into a shell.
pub fn typed<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> String {
    words.into_iter().map(|word| quoted(word.as_ref())).collect::<Vec<_>>().join(" ")
}

/// A word as a shell reads it.
pub fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:=%@+,".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_only_where_a_shell_would_change_it() {
        let words = ["ct", "--seed", "7", "", "it's", "a b", "$HOME"];
        assert_eq!(typed(words), r"ct --seed 7 '' 'it'\''s' 'a b' '$HOME'");
    }
}
