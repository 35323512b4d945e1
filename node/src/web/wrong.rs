//! What is wrong with a form: beside the field that it is about, or above the form where it is about none.
//!
//! # Rules
//!
//! 1. A page looks for what it can see by itself (nothing typed, a day that is none) and asks the node for the
//!    rest. What the node says names a field in the node's words ([`named`]); the page knows which of its fields that
//!    is, by the field's `id`.
//! 2. Whatever names no field of this form stands above it. Nothing is swallowed.
//! 3. The field says that it is wrong (`aria-invalid`) and where that is explained (`aria-describedby`).

use super::{
    frame::{Visit, wrong_text},
    join::given,
};
use crate::api::{ApiError, ErrorKind};

/// What is wrong; nothing by default.
#[derive(Clone, Default)]
pub struct Wrong {
    /// The field's `id`, and the sentence beside it.
    beside: Vec<(String, String)>,
    /// Sentence and hint.
    above: Option<(String, String)>,
}

impl Wrong {
    /// Beside one field.
    pub fn beside(field: &str, sentence: String) -> Self {
        Self { beside: vec![(field.to_owned(), sentence)], above: None }
    }

    /// Above the form.
    pub const fn above_all(sentence: String, hint: String) -> Self {
        Self { beside: Vec::new(), above: Some((sentence, hint)) }
    }

    /// What a page sees by itself, of several fields at once: `id`, and what is wrong if anything is.
    pub fn seen<const N: usize>(fields: [(&str, Option<String>); N]) -> Self {
        let found = fields.into_iter().filter_map(|(id, wrong)| Some((id.to_owned(), wrong?)));
        Self { beside: found.collect(), above: None }
    }

    /// The node's refusal. `fields`: what the node calls a field, and its `id` on this page.
    pub fn said(visit: &Visit, error: &ApiError, fields: &[(&str, &str)]) -> Self {
        let (sentence, hint) = visit.words.error(error);
        let name = named(error);
        match fields.iter().find(|(node, _)| Some(*node) == name) {
            Some((_, id)) => Self::beside(id, format!("{sentence} {hint}").trim().to_owned()),
            None => Self::above_all(sentence, hint),
        }
    }

    /// Is anything wrong?
    pub const fn is_some(&self) -> bool {
        !self.beside.is_empty() || self.above.is_some()
    }

    /// What is wrong with the field of this `id`.
    pub fn at(&self, field: &str) -> Option<&str> {
        self.beside.iter().find(|(id, _)| id == field).map(|(_, sentence)| sentence.as_str())
    }

    /// The attribute of a field that is wrong; without quotes, which would be escaped.
    pub fn bad(&self, field: &str) -> &'static str {
        if self.at(field).is_some() { " aria-invalid=true" } else { "" }
    }

    /// Sentence and hint above the form.
    pub const fn above(&self) -> Option<&(String, String)> {
        self.above.as_ref()
    }
}

/// A text that may be left out and must not be too long.
pub fn wrong_if_given(visit: &Visit, text: &str, bytes_max: usize) -> Option<String> {
    given(text).and_then(|text| wrong_text(visit.words, &text, bytes_max))
}

/// A time that may be left out; one that cannot be read was not left out.
pub fn wrong_time_if_given(visit: &Visit, text: &str) -> Option<String> {
    let wrong = given(text).is_some() && visit.moment_typed(text).is_none();
    wrong.then(|| visit.words.text("case-no-time", &[]))
}

/// What the node calls the field that a refusal is about: `title`, `person`, `reason`; none where it is about the
/// whole.
pub fn named(error: &ApiError) -> Option<&str> {
    use ErrorKind as Kind;
    let arg = |name: &str| error.args.get(name).map(String::as_str);
    Some(match error.kind {
        Kind::BadText | Kind::BadPlan => return arg("what"),
        Kind::SayWhat => return arg("lacks"),
        Kind::VoteRefused => match arg("vote")? {
            "not_on_roll" | "entered" | "too_often" => "voter",
            "no_choice" => "choice",
            "same_choices" => "choices",
            "no_voters" => "group",
            "voted" => "again",
            _ => return None,
        },
        Kind::UnknownPerson | Kind::NotInGroup | Kind::NotHere | Kind::Ambiguous => "person",
        Kind::UnknownPlace | Kind::NoAudience => "place",
        Kind::UnknownGroup | Kind::NotAMember | Kind::NotAnOwner => "group",
        Kind::UnknownRequest => "request",
        Kind::UnknownActivity | Kind::UnknownCertificate => "code",
        Kind::UnknownCriterion => "criterion",
        Kind::BadWindow => "until",
        Kind::ReasonNeeded | Kind::CriteriaUnmet => "reason",
        Kind::OtherNumber => "number",
        Kind::WrongPassphrase | Kind::NoPassphrase => "passphrase",
        Kind::WeakPassphrase => "new",
        Kind::UnknownKey => "key",
        Kind::BadLink | Kind::BadInvitationFile | Kind::InvitationUsed => "link",
        Kind::BadPaper | Kind::ForeignPaper | Kind::OtherPaper | Kind::TooFewPapers => "words",
        Kind::BadAddress | Kind::BadPageAddress => "address",
        Kind::NameTaken => "name",
        Kind::NotCarried => "text",
        Kind::Private => return arg("what").or(Some("private")),
        Kind::TooLow | Kind::HasRole | Kind::HasNoRole | Kind::NotAllowed => "role",
        Kind::WasRemoved => "again",
        Kind::CutsGroups | Kind::LastAdmin => "anyway",
        Kind::NoPhoto => "photo",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Args = &'static [(&'static str, &'static str)];

    #[test]
    fn a_refusal_names_its_field_or_none() {
        let table: [(ErrorKind, Args, Option<&str>); 9] = [
            (ErrorKind::BadText, &[("what", "title"), ("limit", "80")], Some("title")),
            (ErrorKind::SayWhat, &[("verb", "hold"), ("lacks", "reason")], Some("reason")),
            (ErrorKind::VoteRefused, &[("vote", "not_on_roll")], Some("voter")),
            (ErrorKind::VoteRefused, &[("vote", "over")], None),
            (ErrorKind::UnknownPerson, &[("name", "Chen")], Some("person")),
            (ErrorKind::Private, &[], Some("private")),
            (ErrorKind::Private, &[("what", "title")], Some("title")),
            (ErrorKind::TooLow, &[("role", "staff")], Some("role")),
            (ErrorKind::Busy, &[], None),
        ];
        for (kind, args, field) in table {
            let mut error = ApiError::new(kind, []);
            error.args =
                args.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            assert_eq!(named(&error), field, "{error}");
        }
    }
}
