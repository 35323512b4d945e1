//! The words that people read, in their own language: page, command line and demo all ask here.
//!
//! A key and its values go in, a sentence comes out. The sentences stand in `node/locales`, one
//! folder a language, in Fluent's own format, and are compiled in: a box without a network or with
//! a read-only disk speaks as well as any other.
//!
//! # Rules
//!
//! 1. Every key stands in every language, and every key is used; a test holds both.
//! 2. Codes from the node (`in_progress`, `turn_back`) are keys of a family (`status-…`, `told-…`).
//!    A code that this release does not know is shown as it is: a newer neighbour may have sent it.
//! 3. An error is a sentence and a hint: what is so, and what to do next.
//!
//! # Deliberately absent
//!
//! Guessing. A language that we do not have reads English, never a mixture.

mod page;
mod ride;
pub mod time;

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use fluent_templates::{LanguageIdentifier, Loader, langid};

use crate::api::{
    ActVerb, ApiError, DutyRow, ErrorKind, FoundWord, GroupKindWord, RoleWord, ScopeWord,
};

/// What stands for a placeable in a sentence: text or a number.
pub use fluent_templates::fluent_bundle::FluentValue as Value;

fluent_templates::static_loader! {
    static SENTENCES = {
        locales: "./locales",
        fallback_language: "en",
        // The marks around placeables garble copied text, and neither language needs them.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const EN: LanguageIdentifier = langid!("en");
const ZH_CN: LanguageIdentifier = langid!("zh-CN");

/// Entries of an `Accept-Language` header that are read; browsers send about five.
const PREFERENCES_MAX: usize = 16;

/// A language that the sentences exist in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese as written on the mainland.
    ZhCn,
}

impl Lang {
    /// All of them, in the order of the switch on the page.
    pub const ALL: [Self; 2] = [Self::ZhCn, Self::En];

    /// Its code in BCP 47, which is also the folder of its sentences.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhCn => "zh-CN",
        }
    }

    /// Its own name for itself, so that whoever cannot read the page finds the way out.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::ZhCn => "中文",
        }
    }

    /// Reads `zh-CN`, `zh_CN.UTF-8`, `zh`, `en-GB`; anything else is none of ours.
    pub fn from_code(code: &str) -> Option<Self> {
        let primary = code.trim().split(['-', '_', '.']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::ZhCn),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The best of ours for an `Accept-Language` header; English where none fits.
    pub fn preferred(header: &str) -> Self {
        let mut best = (0, Self::En);
        for entry in header.split(',').take(PREFERENCES_MAX) {
            let mut parts = entry.split(';');
            let Some(lang) = parts.next().and_then(Self::from_code) else { continue };
            let weight = parts.find_map(|part| part.trim().strip_prefix("q="));
            let thousandths = weight.map_or(1000, |q| {
                q.trim().parse::<f32>().map_or(0, |q| (q.clamp(0.0, 1.0) * 1000.0) as u16)
            });
            // Strictly better only: of equals the one named first.
            if thousandths > best.0 {
                best = (thousandths, lang);
            }
        }
        best.1
    }
}

/// Characters of a name or phone beside the duty.
const DUTY_CHARS_MAX: usize = 80;

/// At most so many characters, with a sign where something was left out.
pub fn clip(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The sentences of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    lang: Lang,
    /// Whoever reads has a page before him, and nothing to type commands into.
    page: bool,
}

impl Words {
    /// The sentences in `lang`.
    pub const fn of(lang: Lang) -> Self {
        Self { lang, page: false }
    }

    /// The same for a page: an error's hint then says nothing of commands.
    pub const fn on_page(self) -> Self {
        Self { page: true, ..self }
    }

    /// Which language these are in.
    pub const fn lang(self) -> Lang {
        self.lang
    }

    /// The sentence named `key`, with `args` in their places. An unknown key reads as itself, so
    /// that a mistake of ours never hides what else stands on a page.
    pub fn text(self, key: &str, args: &[(&'static str, Value<'_>)]) -> String {
        if args.is_empty() {
            return self.find(key, None).unwrap_or_else(|| key.to_owned());
        }
        self.find(key, Some(&places(args))).unwrap_or_else(|| key.to_owned())
    }

    /// A code of some family, as `status` + `in_progress`; unknown codes are shown as they are.
    pub fn code(self, family: &str, code: &str) -> String {
        let said = self.find(&family_key(family, code), None).unwrap_or_else(|| code.to_owned());
        if self.page { page::without_brackets(&said) } else { said }
    }

    /// A sentence of a family with values in it, where this release has one for this code.
    pub fn sentence(
        self,
        family: &str,
        code: &str,
        args: &[(&'static str, Value<'_>)],
    ) -> Option<String> {
        self.find(&family_key(family, code), Some(&places(args)))
    }

    /// A group's name: the one that everybody is in is said in the reader's language.
    pub fn group_name(self, name: &str) -> String {
        if name == "all" { self.text("group-all", &[]) } else { name.to_owned() }
    }

    /// Who is on duty, with the phone: at the community's desk, else at the first there is; empty where nobody
    /// said so.
    pub fn on_duty(self, duty: &[DutyRow]) -> String {
        let desk = duty.iter().find(|row| row.place.is_empty()).or(duty.first());
        desk.map_or_else(String::new, |row| {
            let (name, phone) = (clip(&row.name, DUTY_CHARS_MAX), clip(&row.phone, DUTY_CHARS_MAX));
            self.text("strip-duty", &[("name", name.into()), ("phone", phone.into())])
        })
    }

    /// A request's status: `submitted`, `open`, `assigned`, …
    pub fn status(self, status: &str) -> String {
        self.code("status", status)
    }

    /// A verb as it stands on a button: "I am on my way".
    pub fn button(self, verb: ActVerb) -> String {
        self.code("button", verb_code(verb))
    }

    /// What kind of thing was found.
    pub fn found(self, kind: FoundWord) -> String {
        self.code("found", found_code(kind))
    }

    /// What somebody did, without his name: "set off".
    pub fn did(self, verb: &str) -> String {
        self.code("did", verb)
    }

    /// What somebody must be told, once. `holder` holds it instead, where anybody does.
    pub fn told(self, reason: &str, title: &str, holder: Option<&str>) -> String {
        let holder = holder.map_or_else(|| self.text("somebody-else", &[]), ToOwned::to_owned);
        let args = [("title", title.into()), ("holder", holder.into())];
        self.sentence("told", reason, &args).unwrap_or_else(|| {
            self.text("told-other", &[("title", title.into()), ("reason", reason.into())])
        })
    }

    /// Why something does not count.
    pub fn reason(self, code: &str) -> String {
        self.code("reason", code)
    }

    /// What became of something that does not count.
    pub fn fate(self, code: &str) -> String {
        self.code("fate", code)
    }

    /// A role as people say it.
    pub fn role(self, role: RoleWord) -> String {
        self.text(role_key(role), &[])
    }

    /// Who may enter a group, as people say it.
    pub fn group_kind(self, kind: GroupKindWord) -> String {
        self.text(kind_key(kind), &[])
    }

    /// What went wrong, and what to do next.
    pub fn error(self, error: &ApiError) -> (String, String) {
        let key = error_key(error.kind);
        let args: HashMap<Cow<'static, str>, Value<'_>> = error
            .args
            .iter()
            .map(|(name, value)| (Cow::Owned(name.clone()), self.error_value(name, value).into()))
            .collect();
        let sentence = self.find(key, Some(&args)).unwrap_or_else(|| key.to_owned());
        let hint = || self.find(&format!("{key}.hint"), Some(&args)).unwrap_or_default();
        // What the request's life says of it helps more than a sentence for all cases.
        let reason = error.args.get("reason").filter(|_| error.kind == ErrorKind::NotNow);
        let because = reason.and_then(|reason| self.find(&family_key("refusal", reason), None));
        let hint = because.unwrap_or_else(hint);
        (sentence, if self.page { page::without_commands(&hint) } else { hint })
    }

    /// What is wrong with a program's question, and what to do.
    pub fn problem(self, code: &str, args: &BTreeMap<String, String>) -> (String, String) {
        let key = family_key("problem", code);
        let value = |name: &str, value: &str| match name {
            "scope" => self.code("scope", value),
            _ => value.to_owned(),
        };
        let args: HashMap<Cow<'static, str>, Value<'_>> = args
            .iter()
            .map(|(name, it)| (Cow::Owned(name.clone()), value(name, it).into()))
            .collect();
        let sentence = self.find(&key, Some(&args)).unwrap_or_else(|| code.to_owned());
        let hint = self.find(&format!("{key}.hint"), Some(&args)).unwrap_or_default();
        (sentence, hint)
    }

    /// What a token allows, as people say it.
    pub fn scope(self, scope: ScopeWord) -> String {
        self.code("scope", scope_code(scope))
    }

    /// Values of an error that are codes are translated too.
    fn error_value(self, name: &str, value: &str) -> String {
        match name {
            "verb" => self.code("button", value),
            "status" => self.code("status", value),
            "what" => self.code("thing", value),
            "lacks" => self.code("lack", value),
            "field" => self.code("field", value),
            "role" => self.code("role", value),
            // What a document says of a change is English; this is what people meet.
            "reason" if value == "no such entry" => self.text("edit-no-entry", &[]),
            "photo" => self.code("photo", value),
            "vote" => self.code("vote-no", value),
            "carried" => self.code("carried", value),
            _ => value.to_owned(),
        }
    }

    fn find(
        self,
        key: &str,
        args: Option<&HashMap<Cow<'static, str>, Value<'_>>>,
    ) -> Option<String> {
        let lang = match self.lang {
            Lang::En => &EN,
            Lang::ZhCn => &ZH_CN,
        };
        SENTENCES.try_lookup_complete(lang, key, args)
    }
}

fn places<'a>(args: &[(&'static str, Value<'a>)]) -> HashMap<Cow<'static, str>, Value<'a>> {
    args.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect()
}

/// Codes come with `_` or, in remarks, with spaces; keys have neither.
fn family_key(family: &str, code: &str) -> String {
    format!("{family}-{}", code.replace(['_', ' '], "-"))
}

/// The verb's word in commands and JSON.
pub const fn verb_code(verb: ActVerb) -> &'static str {
    match verb {
        ActVerb::Claim => "claim",
        ActVerb::Withdraw => "withdraw",
        ActVerb::Depart => "depart",
        ActVerb::Done => "done",
        ActVerb::Confirm => "confirm",
        ActVerb::Reopen => "reopen",
        ActVerb::Cancel => "cancel",
        ActVerb::Ack => "ack",
    }
}

/// The kind's word in commands and JSON.
pub const fn found_code(kind: FoundWord) -> &'static str {
    match kind {
        FoundWord::Message => "message",
        FoundWord::Request => "request",
        FoundWord::Board => "board",
        FoundWord::Question => "question",
        FoundWord::Vote => "vote",
        FoundWord::Series => "series",
    }
}

/// The scope's word in commands and JSON.
pub const fn scope_code(scope: ScopeWord) -> &'static str {
    match scope {
        ScopeWord::Read => "read",
        ScopeWord::Post => "post",
        ScopeWord::Requests => "requests",
        ScopeWord::Desk => "desk",
        ScopeWord::People => "people",
        ScopeWord::Home => "home",
    }
}

/// The role's word in commands and JSON.
pub const fn role_code(role: RoleWord) -> &'static str {
    match role {
        RoleWord::Member => "member",
        RoleWord::Steward => "steward",
        RoleWord::Staff => "staff",
        RoleWord::Admin => "admin",
    }
}

const fn role_key(role: RoleWord) -> &'static str {
    match role {
        RoleWord::Member => "role-member",
        RoleWord::Steward => "role-steward",
        RoleWord::Staff => "role-staff",
        RoleWord::Admin => "role-admin",
    }
}

const fn kind_key(kind: GroupKindWord) -> &'static str {
    match kind {
        GroupKindWord::Open => "kind-open",
        GroupKindWord::Invite => "kind-invite",
        GroupKindWord::Vetted => "kind-vetted",
    }
}

#[expect(clippy::too_many_lines, reason = "a table: one line for each kind")]
const fn error_key(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NoCommunity => "error-no-community",
        ErrorKind::AlreadyInCommunity => "error-already-in-community",
        ErrorKind::UnknownToken => "error-unknown-token",
        ErrorKind::UnknownPhone => "error-unknown-phone",
        ErrorKind::TokensFull => "error-tokens-full",
        ErrorKind::KeyReused => "error-key-reused",
        ErrorKind::Changed => "error-changed",
        ErrorKind::UnknownGroup => "error-unknown-group",
        ErrorKind::UnknownRequest => "error-unknown-request",
        ErrorKind::UnknownMessage => "error-unknown-message",
        ErrorKind::UnknownPerson => "error-unknown-person",
        ErrorKind::UnknownKnock => "error-unknown-knock",
        ErrorKind::OtherNumber => "error-other-number",
        ErrorKind::Ambiguous => "error-ambiguous",
        ErrorKind::BadText => "error-bad-text",
        ErrorKind::UnknownField => "error-unknown-field",
        ErrorKind::NotAMember => "error-not-a-member",
        ErrorKind::NotAllowed => "error-not-allowed",
        ErrorKind::NotNow => "error-not-now",
        ErrorKind::UnknownSeries => "error-unknown-series",
        ErrorKind::UnknownVote => "error-unknown-vote",
        ErrorKind::VoteRefused => "error-vote-refused",
        ErrorKind::NoRideThen => "error-no-ride-then",
        ErrorKind::UnknownActivity => "error-unknown-activity",
        ErrorKind::CalledOff => "error-called-off",
        ErrorKind::UnknownCertificate => "error-unknown-certificate",
        ErrorKind::NoCertificate => "error-no-certificate",
        ErrorKind::BadPlan => "error-bad-plan",
        ErrorKind::NotInGroup => "error-not-in-group",
        ErrorKind::OtherLegFirst => "error-other-leg-first",
        ErrorKind::NoSwap => "error-no-swap",
        ErrorKind::SayWhat => "error-say-what",
        ErrorKind::BadLink => "error-bad-link",
        ErrorKind::BadInvitationFile => "error-bad-invitation-file",
        ErrorKind::BadAddress => "error-bad-address",
        ErrorKind::BadPageAddress => "error-bad-page-address",
        ErrorKind::Private => "error-private",
        ErrorKind::NoVault => "error-no-vault",
        ErrorKind::ReasonNeeded => "error-reason-needed",
        ErrorKind::BadLine => "error-bad-line",
        ErrorKind::Storage => "error-storage",
        ErrorKind::Busy => "error-busy",
        ErrorKind::Timeout => "error-timeout",
        ErrorKind::BadEdit => "error-bad-edit",
        ErrorKind::NoHome => "error-no-home",
        ErrorKind::AlreadyHome => "error-already-home",
        ErrorKind::ForeignFolder => "error-foreign-folder",
        ErrorKind::Unwritable => "error-unwritable",
        ErrorKind::Locked => "error-locked",
        ErrorKind::NewerData => "error-newer-data",
        ErrorKind::FileGone => "error-file-gone",
        ErrorKind::PortBusy => "error-port-busy",
        ErrorKind::SealedShut => "error-sealed-shut",
        ErrorKind::Copied => "error-copied",
        ErrorKind::WrongPassphrase => "error-wrong-passphrase",
        ErrorKind::WeakPassphrase => "error-weak-passphrase",
        ErrorKind::NoPassphrase => "error-no-passphrase",
        ErrorKind::NotHere => "error-not-here",
        ErrorKind::HouseFull => "error-house-full",
        ErrorKind::NameTaken => "error-name-taken",
        ErrorKind::NeedsInvitation => "error-needs-invitation",
        ErrorKind::FileExists => "error-file-exists",
        ErrorKind::BadBackup => "error-bad-backup",
        ErrorKind::ForeignBackup => "error-foreign-backup",
        ErrorKind::BadBundle => "error-bad-bundle",
        ErrorKind::ForeignBundle => "error-foreign-bundle",
        ErrorKind::OthersBundle => "error-others-bundle",
        ErrorKind::DamagedBundle => "error-damaged-bundle",
        ErrorKind::StrangeBundle => "error-strange-bundle",
        ErrorKind::UnknownPlace => "error-unknown-place",
        ErrorKind::UnknownKey => "error-unknown-key",
        ErrorKind::UnknownRemoval => "error-unknown-removal",
        ErrorKind::TooLow => "error-too-low",
        ErrorKind::HasNoRole => "error-has-no-role",
        ErrorKind::HasRole => "error-has-role",
        ErrorKind::WasRemoved => "error-was-removed",
        ErrorKind::CutsGroups => "error-cuts-groups",
        ErrorKind::NothingLate => "error-nothing-late",
        ErrorKind::InvitationUsed => "error-invitation-used",
        ErrorKind::NotAnOwner => "error-not-an-owner",
        ErrorKind::UnknownCriterion => "error-unknown-criterion",
        ErrorKind::CriteriaUnmet => "error-criteria-unmet",
        ErrorKind::NotCarried => "error-not-carried",
        ErrorKind::NotApplied => "error-not-applied",
        ErrorKind::Suspended => "error-suspended",
        ErrorKind::NotSuspended => "error-not-suspended",
        ErrorKind::NotForked => "error-not-forked",
        ErrorKind::NotFromHere => "error-not-from-here",
        ErrorKind::BadPaper => "error-bad-paper",
        ErrorKind::ForeignPaper => "error-foreign-paper",
        ErrorKind::LastAdmin => "error-last-admin",
        ErrorKind::OtherPaper => "error-other-paper",
        ErrorKind::TooFewPapers => "error-too-few-papers",
        ErrorKind::NoPhoto => "error-no-photo",
        ErrorKind::FilesOff => "error-files-off",
        ErrorKind::FilesBusy => "error-files-busy",
        ErrorKind::TooFar => "error-too-far",
        ErrorKind::NoAudience => "error-no-audience",
        ErrorKind::CheckedBefore => "error-checked-before",
        ErrorKind::LookedAlready => "error-looked-already",
        ErrorKind::BadWindow => "error-bad-window",
        ErrorKind::StopFirst => "error-stop-first",
        ErrorKind::TurnedAway => "error-turned-away",
        ErrorKind::NotYetBack => "error-not-yet-back",
        ErrorKind::OldKey => "error-old-key",
        ErrorKind::Internal => "error-internal",
    }
}

#[cfg(test)]
mod tests;
