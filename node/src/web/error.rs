//! What a page says when it cannot do what was wanted.
//!
//! A handler returns a [`Failure`] as plain data; `guard` turns it into a page in the reader's
//! language on the way out. A failure that belongs to a form never comes here: the form shows it.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    frame::{Frame, show},
    join,
};
use crate::{
    api::{ApiError, ErrorKind},
    words::Words,
};

/// Why there is no page to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The node said no.
    Api(ApiError),
    /// Nothing is at this address.
    NoPage,
    /// The form cannot be read at all; ours always can.
    BadForm,
    /// A form of another site, or of a session that has ended.
    ForeignForm,
    /// The form is too large.
    TooLarge,
    /// The form did not arrive in time.
    TooSlow,
    /// We were called by a name that is not ours.
    WrongHost,
}

impl Failure {
    /// The operating system gave no random bytes.
    pub fn no_randomness() -> Self {
        Self::Api(ApiError::new(ErrorKind::Internal, [("reason", "no randomness".into())]))
    }

    /// For an answer that does not fit the question; a defect of ours.
    pub fn odd_reply() -> Self {
        Self::Api(odd_reply())
    }

    /// Its HTTP status.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Api(error) => match error.kind {
                ErrorKind::UnknownGroup
                | ErrorKind::UnknownRequest
                | ErrorKind::UnknownMessage
                | ErrorKind::UnknownPerson
                | ErrorKind::UnknownPlace
                | ErrorKind::UnknownVote
                | ErrorKind::UnknownKey
                | ErrorKind::UnknownRemoval
                | ErrorKind::UnknownPhone
                | ErrorKind::UnknownKnock => StatusCode::NOT_FOUND,
                // The page that explains how to join is a good answer, not an error.
                ErrorKind::NoCommunity => StatusCode::OK,
                ErrorKind::Storage | ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
                ErrorKind::Busy | ErrorKind::Timeout => StatusCode::SERVICE_UNAVAILABLE,
                ErrorKind::NotAMember | ErrorKind::NotAllowed => StatusCode::FORBIDDEN,
                ErrorKind::NotNow | ErrorKind::VoteRefused | ErrorKind::AlreadyInCommunity => {
                    StatusCode::CONFLICT
                }
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            },
            Self::NoPage => StatusCode::NOT_FOUND,
            Self::BadForm => StatusCode::UNPROCESSABLE_ENTITY,
            Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
        }
    }

    /// The failure that an undressed status of the router stands for.
    pub fn of_status(status: StatusCode) -> Option<Self> {
        match status {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Some(Self::NoPage),
            StatusCode::PAYLOAD_TOO_LARGE => Some(Self::TooLarge),
            status if status.is_client_error() => Some(Self::BadForm),
            _ => None,
        }
    }

    fn sentence(&self, words: Words) -> (String, String) {
        let key = match self {
            Self::Api(error) => return words.error(error),
            Self::NoPage => "trouble-no-page",
            Self::BadForm => "trouble-bad-form",
            Self::ForeignForm => "trouble-foreign-form",
            Self::TooLarge => "trouble-too-large",
            Self::TooSlow => "trouble-too-slow",
            Self::WrongHost => "trouble-wrong-host",
        };
        (words.text(key, &[]), words.text(&format!("{key}.hint"), &[]))
    }

    /// The page that says so.
    pub fn page(&self, f: Frame) -> Response {
        let (sentence, hint) = self.sentence(f.words);
        let mut page = if matches!(self, Self::Api(error) if error.kind == ErrorKind::NoCommunity) {
            join::lobby(f)
        } else {
            show(&Trouble { f, sentence, hint })
        };
        *page.status_mut() = self.status();
        page
    }
}

/// For an answer that does not fit the question; a defect of ours.
pub fn odd_reply() -> ApiError {
    tracing::error!("the node answered a page with something else than was asked");
    ApiError::new(ErrorKind::Internal, [("reason", "odd reply".into())])
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl IntoResponse for Failure {
    /// Bare: `guard` finds the failure in the extensions and puts the page in its place.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The same page, marked as the answer to a form that must be corrected.
pub fn unprocessable(mut page: Response) -> Response {
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    page
}

/// Does this error belong beside the field that was typed into?
pub const fn is_about_the_form(error: &ApiError) -> bool {
    !matches!(
        error.kind,
        ErrorKind::NoCommunity
            | ErrorKind::UnknownGroup
            | ErrorKind::UnknownRequest
            | ErrorKind::UnknownMessage
            | ErrorKind::UnknownVote
            | ErrorKind::Internal
    )
}

/// Was a button pressed whose thing is not there any more, or not so? Then the page that it stood on says so and
/// shows how things are now.
pub const fn has_passed(error: &ApiError) -> bool {
    is_about_the_form(error)
        || matches!(error.kind, ErrorKind::UnknownRequest | ErrorKind::UnknownMessage)
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct Trouble {
    f: Frame,
    sentence: String,
    hint: String,
}
