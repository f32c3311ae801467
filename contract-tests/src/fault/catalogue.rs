//! The faults that the harness is measured by.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Fault;
use crate::core::profile::ApiProfile;

/// The faults of a family of resources.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyFaults {
    /// The operations of the family, as a pattern.
    pub operations: String,
    /// Its faults.
    pub faults: Vec<Fault>,
}

/// Every fault of an API, by family.
pub type Catalogue = BTreeMap<String, FamilyFaults>;

/// The faults of an API; panics on a malformed list, because it ships with the program.
pub fn catalogue(profile: &ApiProfile) -> Catalogue {
    serde_saphyr::from_str(profile.faults).expect("the faults of a profile are well-formed")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::profiles::i3d_v3::PROFILE;

    #[test]
    fn the_catalogue_is_large_and_names_what_exists() {
        let catalogue = catalogue(&PROFILE);
        assert!(catalogue.len() >= 12, "{} families are few", catalogue.len());
        let faults: Vec<&Fault> = catalogue.values().flat_map(|family| &family.faults).collect();
        assert!(faults.len() >= 100, "{} faults are few", faults.len());
        let names: BTreeSet<&str> = faults.iter().map(|fault| fault.name.as_str()).collect();
        assert_eq!(names.len(), faults.len(), "a name stands twice");
        for fault in faults {
            let known = openapi::i3d_v3().route(&fault.operation).is_some();
            assert!(known, "{}: the contract has no operation {}", fault.name, fault.operation);
        }
    }
}
