//! Why a request is refused, by meaning. How it looks on the wire is the business of each
//! [`Api`](super::Api).

use openapi::Violation;

/// The result of everything an operation does.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// What kind of refusal this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A parameter, a range or the body cannot be understood.
    Malformed,
    /// The credentials are missing, wrong, expired or withdrawn.
    Unauthenticated,
    /// The credentials are good, but not for this.
    Forbidden,
    /// Nothing answers to this id.
    NotFound,
    /// Nothing answers to this path.
    NoRoute,
    /// The path does not know this method.
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
}

impl Kind {
    /// The HTTP status that carries this meaning everywhere.
    pub fn status(self) -> u16 {
        match self {
            Kind::Malformed => 400,
            Kind::Unauthenticated => 401,
            Kind::Forbidden => 403,
            Kind::NotFound | Kind::NoRoute => 404,
            Kind::MethodNotAllowed => 405,
            Kind::Conflict => 409,
            Kind::TooLarge => 413,
            Kind::Invalid => 422,
            Kind::TooManyRequests => 429,
            Kind::Internal => 500,
        }
    }
}

/// A refusal.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What kind of refusal this is.
    pub kind: Kind,
    /// What happened; empty where the kind says it all.
    pub message: String,
    /// The properties at fault.
    pub errors: Vec<Violation>,
    /// The code of the API's own table, where the kind alone does not decide it.
    pub code: Option<u32>,
    /// Whether what the operation wrote stays, although it refused.
    pub keeps_writes: bool,
}

impl Problem {
    /// A refusal of this kind, in the API's standard words.
    pub fn new(kind: Kind) -> Problem {
        Problem {
            kind,
            message: String::new(),
            errors: Vec::new(),
            code: None,
            keeps_writes: false,
        }
    }

    /// Nothing answers to this id.
    pub fn not_found() -> Problem {
        Problem::new(Kind::NotFound)
    }

    /// The state of the resource forbids it.
    pub fn conflict(message: impl Into<String>) -> Problem {
        Problem { message: message.into(), ..Problem::new(Kind::Conflict) }
    }

    /// One property of the form is refused.
    pub fn invalid(property: &str, message: impl Into<String>) -> Problem {
        Problem::form(vec![Violation::new(property, message)])
    }

    /// Some properties of the form are refused.
    pub fn form(errors: Vec<Violation>) -> Problem {
        Problem { errors, ..Problem::new(Kind::Invalid) }
    }

    /// Some properties of the form are refused, unless there are none.
    pub fn refuse(errors: Vec<Violation>) -> Result<()> {
        if errors.is_empty() { Ok(()) } else { Err(Problem::form(errors)) }
    }

    /// The credentials are missing, wrong, expired or withdrawn.
    pub fn unauthenticated() -> Problem {
        Problem::new(Kind::Unauthenticated)
    }

    /// The credentials are good, but not for this.
    pub fn forbidden() -> Problem {
        Problem::new(Kind::Forbidden)
    }

    /// The request cannot be understood.
    pub fn malformed(message: impl Into<String>) -> Problem {
        Problem { message: message.into(), ..Problem::new(Kind::Malformed) }
    }

    /// The emulator failed; `why` is for the log, never for the client.
    pub fn internal(why: impl std::fmt::Display) -> Problem {
        tracing::error!("{why}");
        Problem::new(Kind::Internal)
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
