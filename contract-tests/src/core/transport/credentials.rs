//! The keys that the harness calls with, and where it finds them.

use crate::core::{
    exchange::Caller,
    profile::{DemoKeys, credentials::Credentials},
    secret::Secret,
};

/// The variable of the environment that holds the key; it is never an argument, where others could
/// read it.
pub const KEY: &str = "CONTRACT_API_KEY";
/// The key of a second customer, for the checks of what belongs to whom.
pub const OTHER_KEY: &str = "CONTRACT_OTHER_API_KEY";
/// A key whose whitelist excludes this machine.
pub const EXCLUDED_KEY: &str = "CONTRACT_EXCLUDED_API_KEY";

/// The keys of the customers that the harness calls as.
#[derive(Clone, Default)]
pub struct Keys {
    /// The key of [`Caller::Customer`].
    pub customer: Option<Secret>,
    /// The key of [`Caller::Other`].
    pub other: Option<Secret>,
    /// The key of [`Caller::Excluded`].
    pub excluded: Option<Secret>,
    /// The key of [`Caller::Stranger`], which is no secret because nobody has it.
    pub stranger: Option<Secret>,
}

impl Keys {
    /// The keys from the environment.
    pub fn from_env() -> Keys {
        Keys {
            customer: Secret::from_env(KEY),
            other: Secret::from_env(OTHER_KEY),
            excluded: Secret::from_env(EXCLUDED_KEY),
            stranger: None,
        }
    }

    /// Those in the form that an API wants: where a user belongs to a key, a key without one is of
    /// another API.
    #[must_use]
    pub fn fitting(self, credentials: Credentials) -> Keys {
        let fits = |key: &Secret| credentials.fits(key.expose());
        Keys {
            customer: self.customer.filter(fits),
            other: self.other.filter(fits),
            excluded: self.excluded.filter(fits),
            stranger: self.stranger.filter(fits),
        }
    }

    /// Fills in missing keys with those of a demo world, which are no secrets.
    #[must_use]
    pub fn or_demo(self, demo: DemoKeys) -> Keys {
        let or = |key: Option<Secret>, demo: &str| key.or_else(|| Some(Secret::new(demo)));
        Keys {
            customer: or(self.customer, demo.customer),
            other: or(self.other, demo.other),
            excluded: or(self.excluded, demo.excluded),
            stranger: or(self.stranger, demo.stranger),
        }
    }

    /// Adds the key that nobody has, where there is none yet.
    #[must_use]
    pub fn with_stranger(self, demo: DemoKeys) -> Keys {
        let stranger = self.stranger.or_else(|| Some(Secret::new(demo.stranger)));
        Keys { stranger, ..self }
    }

    /// The key that `caller` sends; `None` without one.
    pub fn of(&self, caller: Caller) -> Option<&str> {
        match caller {
            Caller::Customer => self.customer.as_ref().map(Secret::expose),
            Caller::Other => self.other.as_ref().map(Secret::expose),
            Caller::Nobody => None,
            Caller::Stranger => self.stranger.as_ref().map(Secret::expose),
            Caller::Excluded => self.excluded.as_ref().map(Secret::expose),
        }
    }

    /// The caller whose key this is, if any.
    pub fn owner(&self, key: &str) -> Option<Caller> {
        let all = [Caller::Customer, Caller::Other, Caller::Excluded, Caller::Stranger];
        all.into_iter().find(|caller| self.of(*caller) == Some(key))
    }

    /// Every secret that may appear in no output.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.customer.iter().chain(&self.other).chain(&self.excluded)
    }
}
