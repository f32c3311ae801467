//! JSON pointers (RFC 6901): `/os/partitions/0/size` points to a part of a value by the tokens that
//! lead there.

/// A name as a token: `~` and `/` are escaped.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name that a token stands for.
pub fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// The pointer of a member of the value at `pointer`.
pub fn join(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", escape(name))
}

/// The names that a pointer consists of.
pub fn names(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(unescape)
}

/// The last name of a pointer; empty for the whole value.
pub fn name(pointer: &str) -> String {
    names(pointer).last().unwrap_or_default()
}

/// The first name of a pointer and the rest of the pointer; `None` for the whole value.
pub fn split_first(pointer: &str) -> Option<(String, &str)> {
    let rest = pointer.strip_prefix('/')?;
    let (token, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    Some((unescape(token), rest))
}

/// The pointer of the parent and the last name; `None` for the whole value.
pub fn split_last(pointer: &str) -> Option<(&str, String)> {
    let (parent, token) = pointer.rsplit_once('/')?;
    Some((parent, unescape(token)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_slashes_and_tildes_are_tokens_and_names_again() {
        // The tilde is escaped first and read last: "~1" must not become "/" on its way.
        for (name, token) in [("a/b", "a~1b"), ("a~b", "a~0b"), ("~1", "~01"), ("/", "~1")] {
            assert_eq!(escape(name), token);
            assert_eq!(unescape(token), name);
        }
    }

    #[test]
    fn a_pointer_is_taken_apart_from_both_ends() {
        let pointer = join(&join("/0", "a/b"), "size");
        assert_eq!(pointer, "/0/a~1b/size");
        assert_eq!(names(&pointer).collect::<Vec<_>>(), ["0", "a/b", "size"]);
        assert_eq!(name(&pointer), "size");
        assert_eq!(split_first(&pointer), Some(("0".to_owned(), "/a~1b/size")));
        assert_eq!(split_last("/0/a~1b"), Some(("/0", "a/b".to_owned())));
    }

    #[test]
    fn the_whole_value_has_no_names() {
        assert_eq!(names("").count(), 0);
        assert_eq!(name(""), "");
        assert_eq!(split_first(""), None);
        assert_eq!(split_last(""), None);
        assert_eq!(split_first("/"), Some((String::new(), "")));
    }
}
