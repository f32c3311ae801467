//! Waivers: differences that are tolerated until a day, each with a reason and an owner.

use std::path::Path;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A difference that is tolerated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The fingerprint of the difference.
    pub fingerprint: String,
    /// Why it is tolerated.
    pub reason: String,
    /// Who is to look after it.
    pub owner: String,
    /// The last day.
    pub expires: Date,
}

/// The waivers of a file.
#[derive(Debug, Clone, Default)]
pub struct Waivers(pub Vec<Waiver>);

impl Waivers {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Waivers, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let broken =
            |error: serde_saphyr::Error| format!("{}: {}", path.display(), error.without_snippet());
        serde_saphyr::from_str(&text).map(Waivers).map_err(broken)
    }

    /// The waiver of a difference, as long as it is valid.
    pub fn of(&self, fingerprint: &str, today: Date) -> Option<&Waiver> {
        self.0.iter().find(|waiver| waiver.fingerprint == fingerprint && today <= waiver.expires)
    }

    /// Those that waive nothing: expired, or of a difference that was not seen.
    pub fn unused<'a>(
        &'a self,
        seen: &[String],
        today: Date,
    ) -> impl Iterator<Item = (&'a Waiver, &'static str)> {
        self.0.iter().filter_map(move |waiver| match seen.contains(&waiver.fingerprint) {
            true if today > waiver.expires => Some((waiver, "has expired")),
            true => None,
            false => Some((waiver, "is of a difference that was not seen")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiver_is_good_until_its_day() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("waivers.yaml");
        assert!(Waivers::read(&path).expect_err("there is no file").contains("waivers.yaml"));
        std::fs::write(
            &path,
            "- {fingerprint: abc, reason: not modelled, owner: me, expires: 2026-12-31}\n",
        )
        .expect("a file");
        let waivers = Waivers::read(&path).expect("a good file");
        let day = |text: &str| text.parse::<Date>().expect("a day");
        assert!(waivers.of("abc", day("2026-12-31")).is_some());
        assert!(waivers.of("abc", day("2027-01-01")).is_none());
        assert!(waivers.of("abd", day("2026-12-31")).is_none());
        let unused = |seen: &[String], today| waivers.unused(seen, day(today)).count();
        assert_eq!(unused(&["abc".to_owned()], "2026-12-31"), 0);
        assert_eq!(unused(&["abc".to_owned()], "2027-01-01"), 1);
        assert_eq!(unused(&[], "2026-12-31"), 1);
        std::fs::write(&path, "- {fingerprint: abc, raeson: x}\n").expect("a file");
        assert!(Waivers::read(&path).is_err());
    }
}
