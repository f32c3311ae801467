//! The source as text: its files, its lines that are too long, and its words.

use std::{
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{LineColumn, TokenStream, TokenTree};

/// The folders of the packages whose modules are checked.
pub const CRATES: [&str; 4] = ["openapi", "mock-server", "contract-tests", "xtask"];

/// The crates of the workspace that count as modules of those that use them.
pub const OTHER_CRATES: [&str; 3] = ["openapi", "mock_server", "contract_tests"];

/// How long lines of code, comments and SQL may be.
pub const COLUMNS_MAX: usize = 100;

/// The folder of the repository.
#[must_use]
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("this package stands in the repository").to_owned()
}

/// The files below `folder` with this extension, sorted, without hidden folders and `target`.
#[must_use]
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("a readable entry").path();
            let name = path.file_name().and_then(|it| it.to_str()).expect("a name in UTF-8");
            if name.starts_with('.') || name == "target" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The text of a file.
#[must_use]
pub fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The numbers of the lines that are too long. In Rust, a line that has only a piece of one string
/// may be longer, so that texts for users need not be broken.
#[must_use]
pub fn long_lines(text: &str, is_rust: bool) -> Vec<usize> {
    let mut strings = Vec::new();
    if is_rust && let Ok(tokens) = text.parse::<TokenStream>() {
        collect_strings(tokens, text, &mut strings);
    }
    let is_string = |number: usize, line: &str| {
        let first = line.chars().take_while(|it| it.is_whitespace()).count();
        strings.iter().any(|(start, end)| {
            (start.line, start.column) <= (number, first)
                && (number, COLUMNS_MAX) < (end.line, end.column)
        })
    };
    (1..)
        .zip(text.lines())
        .filter(|(number, line)| line.chars().count() > COLUMNS_MAX && !is_string(*number, line))
        .map(|(number, _)| number)
        .collect()
}

/// Adds where the strings of a file begin and end, without comments of documentation.
fn collect_strings(tokens: TokenStream, text: &str, found: &mut Vec<(LineColumn, LineColumn)>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect_strings(group.stream(), text, found),
            TokenTree::Literal(literal) => {
                let span = literal.span();
                let source = text.get(span.byte_range()).unwrap_or_default();
                if source.ends_with(['"', '#']) && !source.starts_with(['/', '*', '!']) {
                    found.push((span.start(), span.end()));
                }
            }
            _ => {}
        }
    }
}

/// Whether `line` contains `word` as a whole word.
#[must_use]
pub fn has_word(line: &str, word: &str) -> bool {
    let of_word = |it: char| it.is_ascii_alphanumeric() || it == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(of_word) && !line[at + word.len()..].starts_with(of_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_only_as_a_whole() {
        assert!(has_word("use rand::Rng;", "rand") && has_word("rand", "rand"));
        assert!(!has_word("cx.random()", "rand") && !has_word("let operand = 1;", "rand"));
    }

    #[test]
    fn only_a_line_that_is_a_piece_of_a_string_may_be_long() {
        let long = "x ".repeat(60);
        assert_eq!(long_lines(&format!("// {long}\n/// {long}\nfn f() {{}}"), true), [1, 2]);
        assert!(long_lines(&format!("const A: &str =\n    \"{long}\";"), true).is_empty());
        assert!(long_lines(&format!("const A: &str = \"\n{long}\n\";"), true).is_empty());
        assert_eq!(long_lines(&format!("const A: &str = \"{long}\";"), true), [1]);
        assert_eq!(long_lines(&format!("SELECT '{long}'"), false), [1]);
    }
}
