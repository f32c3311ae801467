//! The authority that signs the certificates of a server.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
    net::IpAddr,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

/// What the authority is called in the lists of those who trust it.
const NAME: &str = "mock-server local CA";
/// The files of a folder that keeps one.
const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca.key";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long the authority is valid.
const AUTHORITY_DAYS: u32 = 3_650;
/// How long what it signs is valid; some clients refuse more.
const CERTIFICATE_DAYS: u32 = 397;

/// Why an authority cannot be kept in a folder.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// The folder or a file of it cannot be made or read.
    #[error("the CA in {0} cannot be used: {1}")]
    Io(PathBuf, io::Error),
    /// What stands there is something else.
    #[error(
        "{0} does not hold a CA of this server for its hosts; \
         remove ca.pem and ca.key there, and give the new ca.pem to the clients"
    )]
    Unusable(PathBuf),
}

/// An authority. Its key leaves it for nothing but its folder.
pub(super) struct Authority {
    key: KeyPair,
    pem: String,
}

impl Authority {
    /// An authority that may sign for these names only.
    pub(super) fn new(names: &BTreeSet<String>) -> Authority {
        let key = new_key();
        Authority { pem: certificate(&key, names), key }
    }

    /// The authority of a folder. What is missing there is made, by one of the servers that want
    /// to: the others read what it wrote.
    pub(super) fn kept_in(folder: &Path, names: &BTreeSet<String>) -> Result<Authority, CaError> {
        let io = |error| CaError::Io(folder.to_owned(), error);
        let unusable = || CaError::Unusable(folder.to_owned());
        fs::create_dir_all(folder).map_err(io)?;
        let key = kept(&folder.join(KEY), 0o600, || new_key().serialize_pem()).map_err(io)?;
        let key = KeyPair::from_pem(&key).map_err(|_| unusable())?;
        let pem =
            kept(&folder.join(CERTIFICATE), 0o644, || certificate(&key, names)).map_err(io)?;
        let authority = Authority { key, pem };
        if authority.is_for(names) { Ok(authority) } else { Err(unusable()) }
    }

    /// Whether its certificate is of its key, made by a server like this one and for these names.
    fn is_for(&self, names: &BTreeSet<String>) -> bool {
        let Ok(certificate) = CertificateDer::from_pem_slice(self.pem.as_bytes()) else {
            return false;
        };
        let has = |part: &[u8]| certificate.windows(part.len()).any(|window| window == part);
        let hosts = names.iter().filter(|name| name.parse::<IpAddr>().is_err());
        let mut texts = hosts.map(String::as_str).chain([NAME]);
        has(self.key.public_key_raw()) && texts.all(|text| has(text.as_bytes()))
    }

    pub(super) fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate for these names, with a new key of its own.
    pub(super) fn issue(
        &self,
        names: &BTreeSet<String>,
    ) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let names: Vec<String> = names.iter().cloned().collect();
        let mut wanted = CertificateParams::new(names).expect("hosts have names of the network");
        wanted.distinguished_name = called("mock-server");
        wanted.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        wanted.use_authority_key_identifier_extension = true;
        valid_for(&mut wanted, CERTIFICATE_DAYS);
        let key = new_key();
        let issuer = parameters(&BTreeSet::new());
        let signed = wanted.signed_by(&key, &Issuer::from_params(&issuer, &self.key));
        let certificate = signed.expect("a key of ours signs").der().clone();
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key of ours is one");
        (certificate, key)
    }
}

/// The certificate of an authority with this key, as PEM.
fn certificate(key: &KeyPair, names: &BTreeSet<String>) -> String {
    parameters(names).self_signed(key).expect("a key of ours signs").pem()
}

/// What the certificate of an authority says: that it may sign for these names and no other, so
/// that whoever trusts it trusts it with nothing else.
fn parameters(names: &BTreeSet<String>) -> CertificateParams {
    let mut authority = CertificateParams::default();
    authority.distinguished_name = called(NAME);
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let permitted_subtrees = names.iter().map(|name| match name.parse() {
        Ok(address @ IpAddr::V4(_)) => subnet(address, 32),
        Ok(address @ IpAddr::V6(_)) => subnet(address, 128),
        Err(_) => GeneralSubtree::DnsName(name.clone()),
    });
    authority.name_constraints = Some(NameConstraints {
        permitted_subtrees: permitted_subtrees.collect(),
        excluded_subtrees: Vec::new(),
    });
    valid_for(&mut authority, AUTHORITY_DAYS);
    authority
}

fn subnet(address: IpAddr, bits: u8) -> GeneralSubtree {
    GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, bits))
}

fn called(name: &str) -> DistinguishedName {
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, name);
    called
}

/// From yesterday on, because clocks differ. It is real time, as clients compare it with theirs.
fn valid_for(certificate: &mut CertificateParams, days: u32) {
    let now = SystemTime::now();
    certificate.not_before = (now - DAY).into();
    certificate.not_after = (now + (days - 1) * DAY).into();
}

fn new_key() -> KeyPair {
    KeyPair::generate().expect("the system has random numbers")
}

/// The text of a file, which is made whole and by one alone if it is missing.
fn kept(path: &Path, mode: u32, new: impl FnOnce() -> String) -> io::Result<String> {
    if !path.exists() {
        let folder = path.parent().unwrap_or(path);
        let mut file = temporary(mode).tempfile_in(folder)?;
        file.write_all(new().as_bytes())?;
        match file.persist_noclobber(path) {
            Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(error.error);
            }
            _ => {}
        }
    }
    fs::read_to_string(path)
}

#[cfg(unix)]
fn temporary(mode: u32) -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let mut file = tempfile::Builder::new();
    file.permissions(fs::Permissions::from_mode(mode));
    file
}

/// Elsewhere a file has the permissions of its folder.
#[cfg(not(unix))]
fn temporary(_mode: u32) -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_folder_keeps_the_authority_and_another_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("made");
        let first = Authority::kept_in(&folder, &names(&["a.example", "::1"])).unwrap();
        let again = Authority::kept_in(&folder, &names(&["a.example", "::1"])).unwrap();
        assert_eq!(first.pem(), again.pem());
        assert_eq!(first.key.serialize_der(), again.key.serialize_der());
        let more = Authority::kept_in(&folder, &names(&["a.example", "b.example"]));
        assert!(matches!(more, Err(CaError::Unusable(_))));
        fs::write(folder.join(KEY), new_key().serialize_pem()).unwrap();
        let of_another_key = Authority::kept_in(&folder, &names(&["a.example"]));
        assert!(matches!(of_another_key, Err(CaError::Unusable(_))));
        fs::write(folder.join(KEY), "no key").unwrap();
        let broken = Authority::kept_in(&folder, &names(&["a.example"]));
        let why = broken.err().map(|error| error.to_string()).unwrap();
        assert!(why.contains("remove ca.pem and ca.key"), "{why}");
    }

    #[cfg(unix)]
    #[test]
    fn its_key_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        Authority::kept_in(folder.path(), &names(&["a.example"])).unwrap();
        let key = fs::metadata(folder.path().join(KEY)).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn servers_that_start_at_once_have_the_same_authority() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Authority::kept_in(folder.path(), &names(&["a.example"])).unwrap().pem;
        let all: BTreeSet<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(all.len(), 1);
    }
}
