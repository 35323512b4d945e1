//! What a program is told when something cannot be done: problem details (RFC 9457), in the reader's
//! language.
//!
//! `kind` is the stable word, `title` the sentence, `detail` the hint. No input leads to a status of
//! 500 or above: a node that is too busy says 429, and only a full or failing disk says 503.

use std::collections::BTreeMap;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use crate::{
    api::{ApiError, ErrorKind, ScopeWord},
    control,
    words::{Words, scope_code},
};

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The node said no.
    Api(ApiError),
    /// Nothing is at this address.
    NoPage,
    /// Not with this method.
    WrongMethod,
    /// We were called by a name that is not ours.
    WrongHost,
    /// No token, or none that is known here.
    NoToken,
    /// The token does not allow this.
    Scope(ScopeWord),
    /// The token asks too often, or too many wait for events.
    TooOften {
        /// Milliseconds to wait.
        wait_ms: u64,
    },
    /// An argument is missing, unknown or of the wrong kind.
    BadArgument {
        /// Which, and what about it.
        about: String,
    },
    /// The body is not one JSON object.
    BadJson,
    /// The body does not say that it is JSON.
    NotJson,
    /// The body is too large.
    TooLarge,
    /// The body did not arrive in time.
    TooSlow,
}

/// Every status but 200, as the description lists them.
pub const STATUSES: [(u16, &str); 11] = [
    (400, "An argument is missing, unknown or of the wrong kind."),
    (401, "No token, or none that is known here."),
    (403, "The token, or the role of its person, does not allow this."),
    (404, "There is no such thing."),
    (408, "The body did not arrive in time."),
    (409, "Not now: the thing is in another state."),
    (413, "The body is too large."),
    (415, "The body does not say that it is JSON."),
    (422, "Understood, and not possible."),
    (429, "Too often, or the node is busy. Retry-After says when."),
    (503, "The disk is full or failing."),
];

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl Problem {
    /// Its HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Api(error) => status_of(error.kind),
            Self::NoPage => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::Scope(_) => StatusCode::FORBIDDEN,
            Self::TooOften { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::BadArgument { .. } | Self::BadJson => StatusCode::BAD_REQUEST,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Api(_) => "api",
            Self::NoPage => "no_page",
            Self::WrongMethod => "wrong_method",
            Self::WrongHost => "wrong_host",
            Self::NoToken => "no_token",
            Self::Scope(_) => "scope",
            Self::TooOften { .. } => "too_often",
            Self::BadArgument { .. } => "bad_argument",
            Self::BadJson => "bad_json",
            Self::NotJson => "not_json",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
        }
    }

    fn args(&self) -> BTreeMap<String, String> {
        let one = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        match self {
            Self::Api(error) => error.args.clone(),
            Self::Scope(scope) => one("scope", scope_code(*scope)),
            Self::BadArgument { about } => one("about", about),
            _ => BTreeMap::new(),
        }
    }

    fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::TooOften { wait_ms } => Some(wait_ms.div_ceil(1_000).max(1)),
            Self::Api(error) if error.kind == ErrorKind::Busy => Some(1),
            _ => None,
        }
    }

    /// The answer that says so.
    pub fn told(&self, words: Words) -> Response {
        let (status, args) = (self.status(), self.args());
        let (kind, (title, detail)) = match self {
            Self::Api(error) => (json!(error.kind), words.error(error)),
            other => (json!(other.code()), words.problem(other.code(), &args)),
        };
        let name = kind.as_str().unwrap_or_default();
        let body = json!({
            "type": format!("urn:linli:problem:{name}"),
            "title": title,
            "status": status.as_u16(),
            "detail": detail,
            "kind": kind,
            "args": args,
        });
        let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        let mut response = (status, [json], body.to_string()).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after_s() {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if *self == Self::NoToken {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// As on the control socket, but for what would say that this server is at fault.
const fn status_of(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Busy | ErrorKind::Timeout => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Storage | ErrorKind::Unwritable => StatusCode::SERVICE_UNAVAILABLE,
        other => control::status_of(other),
    }
}
