//! What is wrong with a world file, and where.

use std::fmt;

use crate::engine::problem::{Problem, ProblemKind};

/// How many faults are told at most.
const TOLD_MAX: usize = 20;

/// Something that is wrong in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, counted from 1; 0 for the whole file.
    pub line: u64,
    /// What is wrong there.
    pub message: String,
}

impl Fault {
    /// A refusal that tells it of a file of this name.
    pub(super) fn refusal(self, name: &str) -> Problem {
        Problem::new(ProblemKind::Invalid).because(Faults::new(name, vec![self]).to_string())
    }
}

/// Everything that is wrong with a world file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    /// What the file is called.
    pub name: String,
    /// The faults, in the order of their lines.
    pub all: Vec<Fault>,
}

impl Faults {
    /// The faults of a file; there is one at least.
    pub(super) fn new(name: &str, mut all: Vec<Fault>) -> Faults {
        all.sort_by_key(|fault| fault.line);
        Faults { name: name.to_owned(), all }
    }
}

/// A line for each fault, as compilers write them.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, Fault { line, message }) in self.all.iter().take(TOLD_MAX).enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            match line {
                0 => write!(f, "{}: {message}", self.name)?,
                line => write!(f, "{}:{line}: {message}", self.name)?,
            }
        }
        match self.all.len().saturating_sub(TOLD_MAX) {
            0 => Ok(()),
            more => write!(f, "\n{}: and {more} more", self.name),
        }
    }
}

impl std::error::Error for Faults {}

/// A refusal in a sentence.
pub(super) fn text(problem: &Problem) -> String {
    let errors = problem.errors.iter().map(|it| format!("`{}` {}", it.property, it.message));
    let parts = std::iter::once(problem.message.clone()).chain(errors);
    let parts: Vec<String> = parts.filter(|it| !it.is_empty()).collect();
    match parts.as_slice() {
        [] => "it was refused; see the log".to_owned(),
        parts => parts.join("; "),
    }
}
