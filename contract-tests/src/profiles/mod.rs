//! The APIs that the harness knows.

pub mod i3d_v2;
pub mod i3d_v3;
pub mod warren_v1;

mod public_key;

use crate::core::profile::ApiProfile;

/// Every API, the one first that is meant where none is named.
pub fn all() -> [&'static ApiProfile; 3] {
    [&i3d_v3::PROFILE, &i3d_v2::PROFILE, &warren_v1::PROFILE]
}

/// The API of this name.
pub fn find(name: &str) -> Option<&'static ApiProfile> {
    all().into_iter().find(|profile| profile.name == name)
}

/// The API that is meant where none is named.
pub fn first() -> &'static ApiProfile {
    all()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_has_the_name_and_the_credentials_that_its_contract_says() {
        for profile in all() {
            let members = profile.credentials.members();
            assert_eq!(profile.contract.credential_members, members, "{profile:?}");
            let in_header = profile
                .credentials
                .header()
                .is_none_or(|header| profile.contract.secrets().contains(header));
            assert!(in_header, "{profile:?}: the contract has no such header for credentials");
            assert_eq!(find(profile.name).map(|it| it.name), Some(profile.name));
        }
    }
}
