//! Other spellings of a path.

/// How a path is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// With a slash at its end.
    SlashAtEnd,
    /// With more parts than any path has.
    MoreParts,
    /// With the first letter of its third part in upper case.
    UpperCase,
    /// With a part `.` at its beginning.
    DotPart,
    /// With its second slash percent-encoded: then it is a letter and separates nothing.
    EncodedSlash,
    /// With two slashes at its beginning.
    DoubleSlash,
}

impl Spelling {
    /// Every one, in the order of their numbers.
    pub const ALL: [Spelling; 6] = [
        Spelling::SlashAtEnd,
        Spelling::MoreParts,
        Spelling::UpperCase,
        Spelling::DotPart,
        Spelling::EncodedSlash,
        Spelling::DoubleSlash,
    ];

    /// The one of this number; after the last comes the first again.
    pub fn of(number: u32) -> Spelling {
        Self::ALL[number as usize % Self::ALL.len()]
    }

    /// A path, spelled like this.
    pub fn spell(self, path: &str) -> String {
        match self {
            Spelling::SlashAtEnd => format!("{path}/"),
            Spelling::MoreParts => format!("{path}/nothing-has-this-name/at-all"),
            Spelling::UpperCase => first_upper(path),
            Spelling::DotPart => path.replacen('/', "/./", 1),
            Spelling::EncodedSlash => {
                let second = path.match_indices('/').nth(1).map_or(0, |(at, _)| at);
                format!("{}%2F{}", &path[..second], path[second..].trim_start_matches('/'))
            }
            Spelling::DoubleSlash => path.replacen('/', "//", 1),
        }
    }
}

/// The path with the first letter of its third part in upper case; the first part is empty, the
/// second names the version.
fn first_upper(path: &str) -> String {
    let mut parts: Vec<String> = path.split('/').map(str::to_owned).collect();
    if let Some(letter) = parts.get_mut(2).and_then(|part| part.get_mut(..1)) {
        letter.make_ascii_uppercase();
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_changes_the_path_in_one_place() {
        let spelled = Spelling::ALL.map(|it| it.spell("/v3/sshKey/7"));
        assert_eq!(
            spelled,
            [
                "/v3/sshKey/7/",
                "/v3/sshKey/7/nothing-has-this-name/at-all",
                "/v3/SshKey/7",
                "/./v3/sshKey/7",
                "/v3%2FsshKey/7",
                "//v3/sshKey/7",
            ]
        );
    }
}
