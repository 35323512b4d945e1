//! The authority that a box makes for itself, so that a phone can open its page over https by one name
//! that never changes, and nothing else is ever believed because of it.
//!
//! # Rules
//!
//! 1. The authority can vouch for one name alone, `linli-xxxxx.local`: its certificate says so in name
//!    constraints, and forbids every address. Whoever steals the box's disk can pretend to be this box.
//! 2. Nothing is issued before the clock is plausible, which is: later than this release. A box without
//!    a clock serves plain http until it knows the time; plain http works in any case.
//! 3. The authority's key stays in `trust.json` (mode 0600), and in no backup: a box that was made again
//!    has a new name, and its phones are asked to trust it once more.
//! 4. What the page is served with lasts a year, and is renewed in memory long before that.
//!
//! # Roads not taken
//!
//! A public certificate needs a domain and the internet. An authority of the neighbourhood would let one
//! box pretend to be every other.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use crdt::{id::to_hex, time::ClaimedTime};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256,
    SerialNumber, date_time_ymd,
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{api::ApiError, clock, identity::replace};

const FILE: &str = "trust.json";

/// Letters that are not mixed up when read aloud, for the box's name.
const LETTERS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// Letters of a name: one in twenty-eight million boxes on one network would have the same.
const NAME_LETTERS: usize = 5;

/// No clock that says less is believed: the month of this release.
const RELEASED: Date = jiff::civil::date(2026, 11, 1);

/// Years that a phone trusts the authority.
const ROOT_YEARS: i32 = 10;

/// Days that a certificate of the page holds; phones refuse more than 398.
const LEAF_DAYS: i32 = 365;

/// Days after which it is made anew.
const RENEW_DAYS: i32 = 90;

/// The authority of one box.
pub struct Trust {
    folder: PathBuf,
    state: Mutex<State>,
}

struct State {
    saved: Saved,
    /// The day on which the page's certificate was made, and how it is served.
    leaf: Option<(Date, Arc<ServerConfig>)>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Saved {
    /// `linli-xxxxx`; made at once, so that the name is answered also before there is a certificate.
    name: String,
    #[serde(default)]
    root: Option<Root>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Root {
    /// The first day of its life, `2026-11-28`.
    since: String,
    /// PKCS #8, hexadecimal.
    key: String,
    /// The certificate that phones trust, DER, hexadecimal.
    certificate: String,
}

/// Why there is no https.
#[derive(Debug, thiserror::Error)]
pub enum NoTrust {
    /// The clock says less than it can be.
    #[error("the clock is not plausible")]
    Clock,
    /// What is kept cannot be read, or no certificate can be made of it.
    #[error("{0}")]
    Broken(String),
}

impl Trust {
    /// The authority of a data folder; none is made yet, only its name.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn open(folder: &Path) -> Result<Self, ApiError> {
        let file = folder.join(FILE);
        let kept = match fs::read(&file) {
            Ok(kept) => serde_json::from_slice(&kept).ok(),
            Err(_) => None,
        };
        let saved = match kept {
            Some(saved) => saved,
            None => {
                let drawn: [u8; NAME_LETTERS] = clock::random();
                let letter = |byte: u8| char::from(LETTERS[usize::from(byte) % LETTERS.len()]);
                let name = format!("linli-{}", drawn.map(letter).iter().collect::<String>());
                let saved = Saved { name, root: None };
                keep(folder, &saved)?;
                saved
            }
        };
        let state = Mutex::new(State { saved, leaf: None });
        Ok(Self { folder: folder.to_owned(), state })
    }

    /// The name that the box answers to: `linli-xxxxx.local`.
    pub fn host(&self) -> String {
        self.state().saved.host()
    }

    /// The certificate that phones are to trust, DER; made now where there is none.
    ///
    /// # Errors
    ///
    /// [`NoTrust::Clock`] before the clock is plausible.
    pub fn root(&self, now: ClaimedTime) -> Result<Vec<u8>, NoTrust> {
        let today = plausible(now)?;
        let mut state = self.state();
        let root = state.root(&self.folder, today)?;
        from_hex(&root.certificate)
    }

    /// How the page is served over https at this moment.
    ///
    /// # Errors
    ///
    /// [`NoTrust::Clock`] before the clock is plausible.
    pub fn server(&self, now: ClaimedTime) -> Result<Arc<ServerConfig>, NoTrust> {
        let today = plausible(now)?;
        let mut state = self.state();
        if let Some((made, server)) = &state.leaf
            && today >= *made
            && today < *made + RENEW_DAYS.days()
        {
            return Ok(Arc::clone(server));
        }
        let root = state.root(&self.folder, today)?;
        let server = Arc::new(served(&state.saved, &root, today)?);
        state.leaf = Some((today, Arc::clone(&server)));
        Ok(server)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no panic while the lock is held")
    }
}

impl State {
    /// The authority, made and kept where there is none.
    fn root(&mut self, folder: &Path, today: Date) -> Result<Root, NoTrust> {
        if let Some(root) = &self.saved.root {
            return Ok(root.clone());
        }
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(broken)?;
        let since = (today - 1.day()).to_string();
        let made = self.saved.authority(&since, &key)?;
        let root =
            Root { since, key: to_hex(&key.serialize_der()), certificate: to_hex(made.der()) };
        self.saved.root = Some(root.clone());
        keep(folder, &self.saved).map_err(broken)?;
        tracing::info!("An authority for this box's own name was made");
        Ok(root)
    }
}

impl Saved {
    fn host(&self) -> String {
        format!("{}.local", self.name)
    }

    /// The authority as a certificate of itself; whatever is issued names it by what stands in here.
    fn authority(&self, since: &str, key: &KeyPair) -> Result<Certificate, NoTrust> {
        let since: Date = since.parse().map_err(broken)?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, format!("Linli {}", self.host()));
        params.serial_number = Some(SerialNumber::from(1));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName(self.host())],
            // What is not named may be vouched for: addresses are named, to forbid them.
            excluded_subtrees: vec![
                GeneralSubtree::IpAddress(CidrSubnet::V4([0; 4], [0; 4])),
                GeneralSubtree::IpAddress(CidrSubnet::V6([0; 16], [0; 16])),
            ],
        });
        let ((y, m, d), (until, ..)) = (ymd(since), ymd(since + ROOT_YEARS.years()));
        params.not_before = date_time_ymd(y, m, d);
        params.not_after = date_time_ymd(until, m, d.min(28));
        params.self_signed(key).map_err(broken)
    }
}

/// A certificate for a name, the authority's behind it, and its key, which is nowhere on the disk.
fn issue(
    saved: &Saved,
    root: &Root,
    host: &str,
    today: Date,
) -> Result<(Vec<CertificateDer<'static>>, PrivatePkcs8KeyDer<'static>), NoTrust> {
    let kept = from_hex(&root.key)?;
    let root_key = KeyPair::try_from(kept).map_err(broken)?;
    let authority = saved.authority(&root.since, &root_key)?;
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(broken)?;
    let mut params = CertificateParams::new(vec![host.to_owned()]).map_err(broken)?;
    params.distinguished_name.push(DnType::CommonName, host);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    // Phones' clocks are a little behind.
    let ((y, m, d), (until_y, until_m, until_d)) =
        (ymd(today - 1.day()), ymd(today + LEAF_DAYS.days()));
    params.not_before = date_time_ymd(y, m, d);
    params.not_after = date_time_ymd(until_y, until_m, until_d);
    let leaf = params.signed_by(&key, &authority, &root_key).map_err(broken)?;
    let chain = vec![leaf.der().clone(), CertificateDer::from(from_hex(&root.certificate)?)];
    Ok((chain, PrivatePkcs8KeyDer::from(key.serialize_der())))
}

/// How the page is served with what was issued for it.
fn served(saved: &Saved, root: &Root, today: Date) -> Result<ServerConfig, NoTrust> {
    let (chain, key) = issue(saved, root, &saved.host(), today)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(broken)?
        .with_no_client_auth()
        .with_single_cert(chain, key.into())
        .map_err(broken)
}

/// What a phone shows of the authority, to be compared: SHA-256 in pairs.
pub fn fingerprint(root: &[u8]) -> String {
    let pairs = Sha256::digest(root).iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>();
    pairs.join(" ")
}

/// What iPhones take instead of a bare certificate: a profile with it inside.
pub fn profile(root: &[u8], host: &str) -> String {
    let inside = data_encoding::BASE64.encode(root);
    // Names of the profile and of what is in it: the same authority again replaces itself.
    let name = |of: &str| {
        let hash = blake3::derive_key("linli/1 profile", &[of.as_bytes(), root].concat());
        let hex = to_hex(&hash);
        format!(
            "{}-{}-4{}-8{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[13..16],
            &hex[17..20],
            &hex[20..32]
        )
        .to_uppercase()
    };
    let (outer, inner) = (name("profile"), name("certificate"));
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>PayloadContent</key><array><dict>
<key>PayloadContent</key><data>{inside}</data>
<key>PayloadDisplayName</key><string>Linli {host}</string>
<key>PayloadIdentifier</key><string>linli.{host}.certificate</string>
<key>PayloadType</key><string>com.apple.security.root</string>
<key>PayloadUUID</key><string>{inner}</string>
<key>PayloadVersion</key><integer>1</integer>
</dict></array>
<key>PayloadDisplayName</key><string>Linli {host}</string>
<key>PayloadIdentifier</key><string>linli.{host}</string>
<key>PayloadType</key><string>Configuration</string>
<key>PayloadUUID</key><string>{outer}</string>
<key>PayloadVersion</key><integer>1</integer>
</dict></plist>
"#
    )
}

fn keep(folder: &Path, saved: &Saved) -> Result<(), ApiError> {
    replace(folder, FILE, &serde_json::to_vec(saved).expect("plain values"))
}

fn broken(error: impl std::fmt::Display) -> NoTrust {
    NoTrust::Broken(error.to_string())
}

/// Rule 2.
fn plausible(now: ClaimedTime) -> Result<Date, NoTrust> {
    let ms = i64::try_from(now.0).map_err(|_| NoTrust::Clock)?;
    let now = Timestamp::from_millisecond(ms).map_err(|_| NoTrust::Clock)?;
    let today = now.to_zoned(TimeZone::UTC).date();
    // Beyond this a certificate would have no end.
    let is = today >= RELEASED && i32::from(today.year()) < 9_000;
    if is { Ok(today) } else { Err(NoTrust::Clock) }
}

/// A day as certificates take it: year, month, day.
fn ymd(date: Date) -> (i32, u8, u8) {
    (date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
}

fn from_hex(text: &str) -> Result<Vec<u8>, NoTrust> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).map_err(broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 28 November 2026.
    const NOW: ClaimedTime = ClaimedTime(1_795_824_000_000);

    #[test]
    fn nothing_is_issued_before_the_clock_is_plausible_and_the_name_is_there_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let trust = Trust::open(folder.path()).expect("opened");
        let host = trust.host();
        assert!(host.starts_with("linli-") && host.ends_with(".local"), "{host}");
        for early in [0, 86_400_000 * 365, 1_793_000_000_000, u64::MAX] {
            let none = trust.server(ClaimedTime(early));
            assert!(matches!(none, Err(NoTrust::Clock)), "{early}");
        }
        trust.server(NOW).expect("issued");
        let again = Trust::open(folder.path()).expect("opened");
        assert_eq!(again.host(), host);
    }

    #[test]
    fn a_phone_that_trusts_the_authority_still_does_after_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let trust = Trust::open(folder.path()).expect("opened");
        let root = trust.root(NOW).expect("made");
        let again = Trust::open(folder.path()).expect("opened");
        assert_eq!(again.root(NOW).expect("kept"), root);
        let later = ClaimedTime(NOW.0 + 400 * 86_400_000);
        assert!(!Arc::ptr_eq(&again.server(NOW).expect("one"), &again.server(later).expect("new")));
        let day = ClaimedTime(later.0 + 86_400_000);
        let (one, other) = (again.server(later).expect("one"), again.server(day).expect("kept"));
        assert!(Arc::ptr_eq(&one, &other));
    }

    /// What a phone that trusts the authority says of a page by this name.
    fn believes(trust: &Trust, host: &str) -> bool {
        use rustls::{
            RootCertStore,
            client::{WebPkiServerVerifier, danger::ServerCertVerifier as _},
            pki_types::{ServerName, UnixTime},
        };
        let mut roots = RootCertStore::empty();
        let root = trust.root(NOW).expect("made");
        roots.add(CertificateDer::from(root)).expect("an authority");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider);
        let verifier = verifier.build().expect("a verifier");
        let state = trust.state();
        let root = state.saved.root.clone().expect("made");
        let today = plausible(NOW).expect("plausible");
        let (chain, _) = issue(&state.saved, &root, host, today).expect("issued");
        let name = ServerName::try_from(host.to_owned()).expect("a name");
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_millis(NOW.0));
        verifier.verify_server_cert(&chain[0], &chain[1..], &name, &[], now).is_ok()
    }

    #[test]
    fn whoever_has_the_authoritys_key_still_vouches_for_this_box_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let trust = Trust::open(folder.path()).expect("opened");
        assert!(believes(&trust, &trust.host()));
        for other in ["bank.example", "linli-other.local", "192.168.1.1"] {
            assert!(!believes(&trust, other), "{other}");
        }
    }

    #[test]
    fn what_iphones_take_has_the_certificate_inside() {
        let profile = profile(b"root", "linli-abcde.local");
        assert!(profile.contains("<data>cm9vdA==</data>"), "{profile}");
        assert!(fingerprint(b"root").starts_with("48 13 49 4D"), "{}", fingerprint(b"root"));
    }
}
