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
    use crate::profiles;

    #[test]
    fn every_catalogue_is_large_and_names_what_exists() {
        let mut names = BTreeSet::new();
        for profile in profiles::all() {
            let families = catalogue(profile);
            let faults: Vec<&Fault> = families.values().flat_map(|it| &it.faults).collect();
            let operations = profile.contract.routes.len();
            assert!(2 * faults.len() > operations, "{} faults of {profile:?}", faults.len());
            for fault in faults {
                let known = profile.contract.route(&fault.operation).is_some();
                assert!(known, "{}: {profile:?} has no {}", fault.name, fault.operation);
                assert!(names.insert(fault.name.clone()), "{} stands twice", fault.name);
            }
        }
    }
}
