//! What a machine can be like: how large, and what its texts look like. The list of parameters
//! shows the same limits.

use openapi::Rule;

use crate::{
    apis::warren::platform::refusals,
    engine::{Problem, Result},
};

/// The operating system that needs more than others.
pub(super) const WINDOWS: &str = "windows";

/// The values that a number can have.
pub(in crate::apis::warren) struct Range {
    pub(super) parameter: &'static str,
    pub(super) min: u32,
    pub(super) max: u32,
    /// The least under Windows, where that is more.
    pub(super) windows_min: Option<u32>,
}

/// Processors.
pub(in crate::apis::warren) const VCPU: Range =
    Range { parameter: "vcpu", min: 1, max: 16, windows_min: Some(2) };
/// Memory, in MB.
pub(in crate::apis::warren) const RAM: Range =
    Range { parameter: "ram", min: 512, max: 65536, windows_min: Some(1024) };
/// The main disk, in GB.
pub(in crate::apis::warren) const DISKS: Range =
    Range { parameter: "disks", min: 20, max: 240, windows_min: None };

impl Range {
    /// Refuses what a machine with this operating system cannot have.
    pub(in crate::apis::warren) fn check(&self, value: i64, os_name: &str) -> Result<()> {
        let Range { parameter, min, max, windows_min } = self;
        if value < i64::from(*min) {
            return Err(refusals::broken(parameter, Rule::Minimum((*min).into())));
        }
        if value > i64::from(*max) {
            return Err(refusals::broken(parameter, Rule::Maximum((*max).into())));
        }
        let least = windows_min.filter(|_| os_name == WINDOWS);
        match least.filter(|least| value < i64::from(*least)) {
            None => Ok(()),
            Some(least) => {
                let text = format!("if 'os_name={WINDOWS}' then value must be at least {least}");
                Err(Problem::invalid(parameter, text))
            }
        }
    }
}

/// What a text must look like.
pub(in crate::apis::warren) struct Pattern {
    pub(super) parameter: &'static str,
    /// As a regular expression.
    pub(super) expression: &'static str,
    /// The same as a function.
    fits: fn(&str) -> bool,
}

/// The name of a machine.
pub(in crate::apis::warren) const NAME: Pattern = Pattern {
    parameter: "name",
    expression: "^[0-9a-zA-Z][-0-9a-zA-Z]{2,}[0-9a-zA-Z]$",
    fits: |text| {
        text.len() >= 4
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-')
    },
};
/// The user who can log in.
pub(in crate::apis::warren) const USERNAME: Pattern = Pattern {
    parameter: "username",
    expression: "^(?=.{1,30}$)[a-zA-Z_][0-9a-zA-Z_-]*$",
    fits: |text| {
        (1..=30).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
            && !text.starts_with(|first: char| first.is_ascii_digit() || first == '-')
    },
};
/// Their password.
pub(in crate::apis::warren) const PASSWORD: Pattern = Pattern {
    parameter: "password",
    expression: r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{8,}$",
    fits: |text| {
        let has = |class: fn(&char) -> bool| text.chars().any(|it| class(&it));
        text.chars().count() >= 8
            && !text.contains('\n')
            && has(char::is_ascii_lowercase)
            && has(char::is_ascii_uppercase)
            && has(char::is_ascii_digit)
    },
};
/// Their public key.
pub(in crate::apis::warren) const PUBLIC_KEY: Pattern = Pattern {
    parameter: "public_key",
    expression: concat!(
        r"^(ssh-(rsa|dsa|ecdsa|ed25519)|ecdsa-sha2-nistp[0-9]+)",
        r" [A-Za-z0-9+/]+[=]{0,3}(\s.*)?$",
    ),
    fits: is_public_key,
};

impl Pattern {
    /// Refuses a text that does not look so.
    pub(in crate::apis::warren) fn check(&self, text: &str) -> Result<()> {
        self.check_in(self.parameter, text)
    }

    /// The same, where another parameter holds the text.
    pub(in crate::apis::warren) fn check_in(&self, parameter: &str, text: &str) -> Result<()> {
        match (self.fits)(text) {
            true => Ok(()),
            false => Err(refusals::broken(parameter, Rule::Pattern(self.expression.to_owned()))),
        }
    }
}

fn is_public_key(text: &str) -> bool {
    let Some((algorithm, rest)) = text.split_once(' ') else { return false };
    let curve = algorithm.strip_prefix("ecdsa-sha2-nistp");
    let is_curve = curve
        .is_some_and(|bits| !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit()));
    let known = ["ssh-rsa", "ssh-dsa", "ssh-ecdsa", "ssh-ed25519"].contains(&algorithm);
    let (key, comment) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let digits = key.trim_end_matches('=');
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
    (known || is_curve)
        && !digits.is_empty()
        && digits.bytes().all(is_digit)
        && key.len() - digits.len() <= 3
        && !comment.contains('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(result: Result<()>) -> Option<String> {
        result.err().map(|problem| problem.errors[0].message.clone())
    }

    #[test]
    fn windows_needs_more_than_others() {
        assert!(VCPU.check(1, "ubuntu").is_ok() && RAM.check(512, "debian").is_ok());
        assert!(VCPU.check(2, WINDOWS).is_ok() && DISKS.check(20, WINDOWS).is_ok());
        let text = "if 'os_name=windows' then value must be at least 1024";
        assert_eq!(refused(RAM.check(512, WINDOWS)).as_deref(), Some(text));
        assert_eq!(refused(DISKS.check(241, "ubuntu")).as_deref(), Some("must be at most 240"));
        assert_eq!(refused(VCPU.check(0, WINDOWS)).as_deref(), Some("must be at least 1"));
    }

    #[test]
    fn each_function_says_what_its_expression_says() {
        let long = "a".repeat(31);
        let pairs: [(&Pattern, &[&str], &[&str]); 4] = [
            (&NAME, &["demo", "a-b-1", "0123"], &["abc", "-abc", "abc-", "ab_c", "abcü", ""]),
            (&USERNAME, &["a", "_x-1", &long[..30]], &["", "1a", "-a", "a b", &long]),
            (
                &PASSWORD,
                &["Abcdefg1", "ä1Aa    "],
                &["Abcdef1", "abcdefg1", "ABCDEFG1", "Abcdefgh"],
            ),
            (
                &PUBLIC_KEY,
                &["ssh-rsa AAAA== me@home", "ssh-ed25519 AAAA", "ecdsa-sha2-nistp256 A/+= x y"],
                &[
                    "ssh-rsa",
                    "ssh-rsa ",
                    "rsa AAAA",
                    "ecdsa-sha2-nistp AAAA",
                    "ssh-rsa A====",
                    "ssh-rsa A!",
                ],
            ),
        ];
        for (pattern, good, bad) in pairs {
            good.iter().for_each(|text| assert!(pattern.check(text).is_ok(), "{text}"));
            bad.iter().for_each(|text| assert!(pattern.check(text).is_err(), "{text}"));
        }
    }
}
