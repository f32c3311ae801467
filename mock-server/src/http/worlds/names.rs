//! Names of worlds and snapshots.

/// The name of the world that is always there.
pub(in crate::http) const MAIN: &str = "main";
/// What a world may begin with that has no name.
const RESERVED: [&str; 4] = [MAIN, "demo", "empty", "nothing"];
/// How long a name may be.
const NAME_MAX: usize = 64;

/// Why there will be no world or snapshot of a name.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::http) enum NameError {
    #[error("a name has letters, digits, '-', '_' and '.', {NAME_MAX} at most")]
    Form,
    #[error("a world, a snapshot or a beginning has this name; choose another one")]
    Taken,
    #[error("there are {0} of them, which is as many as there may be; delete one")]
    TooMany(usize),
}

/// `name`, if it is free; without one the first free number behind `prefix`.
pub(super) fn free(
    name: Option<String>,
    prefix: &str,
    is_taken: impl Fn(&str) -> bool,
) -> Result<String, NameError> {
    let Some(name) = name else {
        let mut numbered = (1..).map(|number| format!("{prefix}{number}"));
        return Ok(numbered.find(|name| !is_taken(name)).expect("numbers do not end"));
    };
    let plain = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
    if name.is_empty() || name.len() > NAME_MAX || !name.chars().all(plain) {
        return Err(NameError::Form);
    }
    let taken = RESERVED.contains(&&*name) || is_taken(&name);
    if taken { Err(NameError::Taken) } else { Ok(name) }
}
