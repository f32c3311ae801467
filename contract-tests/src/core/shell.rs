//! Quotes commands for a shell.

/// A command line of these words.
pub fn command_line<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> String {
    words.into_iter().map(|word| quoted(word.as_ref())).collect::<Vec<_>>().join(" ")
}

/// A word, quoted where a shell would read it differently.
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
        assert_eq!(command_line(words), r"ct --seed 7 '' 'it'\''s' 'a b' '$HOME'");
    }
}
