//! Which APIs a command is about.

use clap::Args;

use crate::{core::profile::ApiProfile, profiles};

/// Which APIs.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct ApiArguments {
    /// An API by its name; several with commas, or by repeating it. Without it, all that the target
    /// serves, one after another.
    #[arg(long = "api", value_name = "NAME", value_delimiter = ',', value_parser = find)]
    named: Vec<&'static ApiProfile>,
}

/// Which API, for what is about one only.
#[derive(Debug, Clone, Args)]
pub(super) struct OneApi {
    /// An API by its name; the first of those that there are without it.
    #[arg(long = "api", value_name = "NAME", value_parser = find)]
    named: Option<&'static ApiProfile>,
}

fn find(name: &str) -> Result<&'static ApiProfile, String> {
    let known = || profiles::all().iter().map(|it| it.name).collect::<Vec<_>>().join(", ");
    profiles::find(name).ok_or_else(|| format!("no API has this name; there are {}", known()))
}

impl ApiArguments {
    /// Those that are named, each once; none where none is.
    pub(super) fn named(&self) -> Vec<&'static ApiProfile> {
        let mut named: Vec<&'static ApiProfile> = Vec::new();
        for profile in &self.named {
            if !named.iter().any(|known| known.name == profile.name) {
                named.push(profile);
            }
        }
        named
    }

    /// The one that is named, or the first of those that there are.
    pub(super) fn one(&self) -> &'static ApiProfile {
        self.named.first().copied().unwrap_or_else(profiles::first)
    }
}

impl OneApi {
    /// The API.
    pub(super) fn get(&self) -> &'static ApiProfile {
        self.named.unwrap_or_else(profiles::first)
    }
}

/// The arguments that name an API again; none for the one that is meant without any.
pub(super) fn words(profile: &ApiProfile) -> Vec<String> {
    match profile.name == profiles::first().name {
        true => Vec::new(),
        false => vec!["--api".to_owned(), profile.name.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        apis: ApiArguments,
    }

    #[test]
    fn apis_are_named_once_or_several_times_and_must_be_known() {
        let named = |words: &[&str]| {
            let line = Line::try_parse_from(["contract-tests"].iter().chain(words));
            line.map(|line| line.apis.named().iter().map(|it| it.name).collect::<Vec<_>>())
        };
        let first = profiles::first().name;
        let both = format!("{first},{first}");
        assert_eq!(named(&[]).expect("it may be left out"), Vec::<&str>::new());
        assert_eq!(named(&["--api", &both]).expect("a list"), [first]);
        assert_eq!(named(&["--api", first, "--api", first]).expect("repeated"), [first]);
        let error = named(&["--api", "nobodys"]).expect_err("nobody knows it").to_string();
        assert!(error.contains(first), "{error}");
        assert_eq!(words(profiles::first()), Vec::<String>::new());
    }
}
