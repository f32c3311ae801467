//! Values that may appear in no output.

/// A secret: it has neither `Debug` nor `Display` nor `Serialize`, so that it cannot slip into an
/// output.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret of this value.
    pub fn new(value: impl Into<String>) -> Secret {
        Secret(value.into())
    }

    /// The secret from a variable of the environment; `None` where it is not set or empty.
    pub fn from_env(name: &str) -> Option<Secret> {
        std::env::var(name).ok().filter(|value| !value.is_empty()).map(Secret)
    }

    /// The value, to be sent and never to be shown.
    pub fn expose(&self) -> &str {
        &self.0
    }
}
