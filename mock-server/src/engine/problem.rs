//! Why a request is refused, by meaning. How it looks on the wire is the business of each
//! [`Api`](super::Api).

use openapi::Violation;

/// The result of everything an operation does.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// What kind of refusal this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// A parameter, a range or the body cannot be understood.
    Malformed,
    /// The credentials are missing, wrong, expired or withdrawn.
    Unauthenticated,
    /// The credentials are good, but not for this.
    Forbidden,
    /// No resource of the caller has this id.
    NotFound,
    /// No operation has this path.
    NoRoute,
    /// No operation at this path has this method.
    MethodNotAllowed,
    /// The state of the resource forbids it.
    Conflict,
    /// The body is larger than the server accepts.
    TooLarge,
    /// The form was understood and refused.
    Invalid,
    /// Too many tries in too short a time.
    TooManyRequests,
    /// The emulator failed.
    Internal,
    /// The service is not there for a while; only a fault on demand says so.
    Unavailable,
}

impl ProblemKind {
    /// The usual HTTP status of this meaning; an API may have others.
    pub fn status(self) -> u16 {
        match self {
            ProblemKind::Malformed => 400,
            ProblemKind::Unauthenticated => 401,
            ProblemKind::Forbidden => 403,
            ProblemKind::NotFound | ProblemKind::NoRoute => 404,
            ProblemKind::MethodNotAllowed => 405,
            ProblemKind::Conflict => 409,
            ProblemKind::TooLarge => 413,
            ProblemKind::Invalid => 422,
            ProblemKind::TooManyRequests => 429,
            ProblemKind::Internal => 500,
            ProblemKind::Unavailable => 503,
        }
    }
}

/// A refusal.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What kind of refusal this is.
    pub kind: ProblemKind,
    /// What happened; empty where the kind says it all.
    pub message: String,
    /// The properties at fault.
    pub errors: Vec<Violation>,
    /// The code of the API's own table, where the kind alone does not decide it.
    pub code: Option<u32>,
    /// Whether what the operation wrote stays, although it refused.
    pub keeps_writes: bool,
    /// Why the emulator failed, for its log and its control API; no answer of an API shows it.
    pub cause: String,
}

impl Problem {
    /// A refusal of this kind, in the API's standard words.
    pub fn new(kind: ProblemKind) -> Problem {
        Problem {
            kind,
            message: String::new(),
            errors: Vec::new(),
            code: None,
            keeps_writes: false,
            cause: String::new(),
        }
    }

    /// No resource of the caller has this id.
    pub fn not_found() -> Problem {
        Problem::new(ProblemKind::NotFound)
    }

    /// The state of the resource forbids it.
    pub fn conflict(message: impl Into<String>) -> Problem {
        Problem::new(ProblemKind::Conflict).because(message)
    }

    /// One property of the form is refused.
    pub fn invalid(property: &str, message: impl Into<String>) -> Problem {
        Problem::form(vec![Violation::new(property, message)])
    }

    /// The form is refused as a whole: no property is at fault.
    pub fn invalid_form(message: impl Into<String>) -> Problem {
        Problem::new(ProblemKind::Invalid).because(message)
    }

    /// Some properties of the form are refused.
    pub fn form(errors: Vec<Violation>) -> Problem {
        Problem { errors, ..Problem::new(ProblemKind::Invalid) }
    }

    /// Refuses the form if any of its properties is at fault.
    pub fn refuse(errors: Vec<Violation>) -> Result<()> {
        if errors.is_empty() { Ok(()) } else { Err(Problem::form(errors)) }
    }

    /// The credentials are missing, wrong, expired or withdrawn.
    pub fn unauthenticated() -> Problem {
        Problem::new(ProblemKind::Unauthenticated)
    }

    /// The credentials are good, but not for this.
    pub fn forbidden() -> Problem {
        Problem::new(ProblemKind::Forbidden)
    }

    /// The request cannot be understood.
    pub fn malformed(message: impl Into<String>) -> Problem {
        Problem::new(ProblemKind::Malformed).because(message)
    }

    /// The emulator failed; `why` is for the log and the control API, never for the client.
    pub fn internal(why: impl std::fmt::Display) -> Problem {
        tracing::error!("{why}");
        Problem { cause: why.to_string(), ..Problem::new(ProblemKind::Internal) }
    }

    /// The same, with a message of its own.
    #[must_use]
    pub fn because(mut self, message: impl Into<String>) -> Problem {
        self.message = message.into();
        self
    }

    /// The same, with a code of the API's own table.
    #[must_use]
    pub fn code(mut self, code: u32) -> Problem {
        self.code = Some(code);
        self
    }

    /// The same, but what the operation wrote stays: a failed login counts.
    #[must_use]
    pub fn keeping_writes(mut self) -> Problem {
        self.keeps_writes = true;
        self
    }
}

/// A failing statement is a fault of the emulator: what a client can do wrong is checked before.
impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Problem {
        Problem::internal(format_args!("database: {error}"))
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Problem {
        // The text of the error would repeat the value, which may be a secret.
        Problem::internal(format_args!(
            "JSON: {:?} error at column {}",
            error.classify(),
            error.column()
        ))
    }
}
