//! What every request passes before a handler sees it, and every answer on its way out.
//!
//! # Rules
//!
//! 1. **Host.** On loopback we answer to `localhost` and loopback addresses with our port, nothing
//!    else: a foreign name that was made to point at 127.0.0.1 (DNS rebinding) gets nothing.
//!    Elsewhere to any literal address, which cannot be rebound, and to the configured names.
//! 2. **Session.** On loopback a browser gets one by itself. Elsewhere only by pairing; until then,
//!    and once it was revoked, it sees the pairing form, which leads back to where it was.
//!    Where several people live here, whose phone it is comes before everything else.
//! 3. **POST.** `Origin` must be ours, the form must carry the session's token, arrive in time and
//!    be small. It is read here, so that no handler can forget to look.
//! 4. Every answer forbids other hosts, inline script and style, framing and guessing of types.
//!
//! `Referrer-Policy` is `same-origin`, not `no-referrer`: under the latter browsers send
//! `Origin: null` with our own forms, and rule 3 would refuse them.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};

use crdt::{invitation::FILE_BYTES_MAX, limits::TEXT_BYTES_MAX};
use futures::StreamExt as _;

use super::{
    ACTS_AS, App, FORM_KEY,
    error::Failure,
    frame::{Frame, Visit},
    language,
    secure::OverTls,
    session::{Kind, Session, cookie_name, find_cookie, set_cookie},
    upload::{self, UPLOAD_BYTES_MAX, Upload},
};
use crate::{
    api::{ApiError, Command, ErrorKind, Reply},
    words::Words,
};

/// Bytes of a form: two texts as long as their fields take, each letter three bytes and each byte
/// percent-encoded, and what stands around them. What is longer than it may be must still arrive, so
/// that the form can say so beside the field.
const FORM_BYTES_MAX: usize = 2 * 9 * TEXT_BYTES_MAX + 64 * 1024;

/// Bytes of a form of somebody who has not paired: a code, a language.
const VISITOR_BYTES_MAX: usize = 8 * 1024;

/// Bytes of the form that joins: an invitation may come as a file, with its line ends percent-encoded.
pub const JOIN_BYTES_MAX: usize = FILE_BYTES_MAX + FILE_BYTES_MAX / 8;

/// How long a form with photos may take to arrive: twenty megabytes over a poor radio link.
const UPLOAD_WITHIN: Duration = Duration::from_secs(120);

/// Bytes beyond the bound that are still read and thrown away, so that a browser hears the answer.
const WASTE_BYTES_MAX: usize = 4 * UPLOAD_BYTES_MAX;

/// How long a form may take to arrive.
const FORM_WITHIN: Duration = Duration::from_secs(10);

/// Characters of an address to come back to; ours are shorter.
const BACK_CHARS_MAX: usize = 300;

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What everybody sees, besides style and script: nothing of this home stands there.
const AT_THE_DOOR: [&str; 5] =
    ["/pair", "/language", "/manifest.webmanifest", "/sw.js", "/waiting"];

/// Headers of every answer.
pub(crate) const ALWAYS: [(HeaderName, HeaderValue); 5] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// The first and the last to touch a request.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let words = Words::of(language::wanted(request.headers())).on_page();
    let secure = request.extensions().get::<OverTls>().is_some();
    let found = find_session(&app, request.headers(), secure);
    let Ok(session) = found.map_or_else(|| draw_session(&app), Ok) else {
        return Failure::no_randomness().status().into_response();
    };
    let is_asset = request.uri().path().starts_with("/assets/");
    let (session, is_open) = if is_asset { (session, false) } else { whose(&app, session).await };
    let visit = Visit::new(&app, session, words, &request);
    let work = serve(&app, &visit, is_open, request, next);
    let mut response = ACTS_AS.scope(session.person, work).await;
    let headers = response.headers_mut();
    // A phone in use stays paired: its cookie is renewed on the first request of a day.
    let is_new_day = found.is_some() && app.config.phones.see(session.id(), app.today());
    if (found != Some(session) || is_new_day) && !headers.contains_key(header::SET_COOKIE) {
        let cookie = set_cookie(app.config.port, visit.secure, &app.seal.cookie(&session));
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    headers.extend(ALWAYS);
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// The session in the name of whoever has the phone, and whether that is still to be said. Where one
/// person alone lives here, it is his.
async fn whose(app: &App, session: Session) -> (Session, bool) {
    if session.kind == Kind::Visitor || session.person.is_some() {
        return (session, false);
    }
    // Before there is a community there is nobody, and a node too busy to answer says so later.
    let Ok(Reply::Me(me)) = app.handle.ask(Command::Me).await else { return (session, false) };
    match me.residents.as_slice() {
        [] => (session, false),
        [one] => {
            app.config.phones.give(session.id(), one.id);
            (session.of(one.id), false)
        }
        _ => (session, true),
    }
}

/// The answer, in the name of the session's person.
async fn serve(app: &App, visit: &Visit, is_open: bool, request: Request, next: Next) -> Response {
    let back = back_of(&request);
    let response = match admit(app, visit, is_open, request).await {
        Ok(request) => {
            let key = request.extensions().get::<FormKey>().cloned().unwrap_or_default();
            FORM_KEY.scope(key.0, next.run(request)).await
        }
        Err(Refused::PairFirst) => Redirect::to(&with_back("/pair", &back)).into_response(),
        Err(Refused::SayWhoFirst) => Redirect::to(&with_back("/me", &back)).into_response(),
        Err(Refused::With(failure)) => failure.into_response(),
    };
    match failure_in(&response) {
        None => response,
        // Whose phone this was lives here no more.
        Some(Failure::Api(error))
            if error.kind == ErrorKind::NotHere && visit.session.person.is_some() =>
        {
            let cookie = set_cookie(
                app.config.port,
                visit.secure,
                &app.seal.cookie(&visit.session.of_nobody()),
            );
            ([(header::SET_COOKIE, cookie)], Redirect::to("/me")).into_response()
        }
        Some(failure) => failure.page(frame_for(app, visit, &failure).await),
    }
}

/// What makes a form count once, as it says.
#[derive(Clone, Default)]
struct FormKey(String);

/// Why a request gets no further.
enum Refused {
    /// Somebody who has not paired asked for something.
    PairFirst,
    /// Several people live here, and nobody has said who has this phone.
    SayWhoFirst,
    /// Anything else.
    With(Failure),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::With(failure)
    }
}

/// The request as a handler may see it, or why it may not.
async fn admit(
    app: &App,
    visit: &Visit,
    is_open: bool,
    mut request: Request,
) -> Result<Request, Refused> {
    let host = host_of(&request).filter(|host| is_ours(app, host)).ok_or(Failure::WrongHost)?;
    let path = request.uri().path();
    let at_the_door = AT_THE_DOOR.contains(&path) || path.starts_with("/assets/");
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_read {
        let said = request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
        let scheme = if visit.secure { "https://" } else { "http://" };
        if said.and_then(|origin| origin.strip_prefix(scheme)) != Some(&host) {
            return Err(Failure::ForeignForm.into());
        }
    }
    if visit.session.kind == Kind::Visitor && !at_the_door {
        return Err(Refused::PairFirst);
    }
    if is_open && !at_the_door && path != "/me" {
        return Err(Refused::SayWhoFirst);
    }
    if request.method() == Method::POST {
        request = match upload::boundary_of(request.headers()) {
            Some(boundary) if upload::takes_files(request.uri().path()) => {
                read_upload(app, visit, request, boundary).await?
            }
            _ => read_form(app, visit, request).await?,
        };
    }
    request.extensions_mut().insert(visit.clone());
    Ok(request)
}

/// Takes the whole form in, looks for the token, and puts it back for the handler.
async fn read_form(app: &App, visit: &Visit, request: Request) -> Result<Request, Failure> {
    let (mut parts, body) = request.into_parts();
    let bytes_max = match parts.uri.path() {
        _ if visit.session.kind == Kind::Visitor => VISITOR_BYTES_MAX,
        "/join" => JOIN_BYTES_MAX,
        _ => FORM_BYTES_MAX,
    };
    let read = tokio::time::timeout(FORM_WITHIN, axum::body::to_bytes(body, bytes_max));
    let form = read.await.map_err(|_| Failure::TooSlow)?.map_err(|_| Failure::TooLarge)?;
    // Token and key are hexadecimal, so the pairs stand in the form as they are, unescaped.
    let field = |name: &[u8]| {
        let mut pairs = form.split(|byte| *byte == b'&');
        let said = pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix(b"="));
        said.and_then(|said| std::str::from_utf8(said).ok())
    };
    let token = field(b"token");
    parts.extensions.insert(FormKey(field(b"once").unwrap_or_default().to_owned()));
    if !token.is_some_and(|token| app.seal.is_token(&visit.session, token)) {
        return Err(Failure::ForeignForm);
    }
    Ok(Request::from_parts(parts, Body::from(form)))
}

/// The same of a form with files, few at a time; the handler finds it, and the permission to unpack it,
/// in the extensions.
async fn read_upload(
    app: &App,
    visit: &Visit,
    request: Request,
    boundary: Vec<u8>,
) -> Result<Request, Failure> {
    let busy = || Failure::Api(ApiError::new(ErrorKind::Busy, []));
    let turn = Arc::clone(&app.uploads).try_acquire_owned().map_err(|_| busy())?;
    let (mut parts, body) = request.into_parts();
    let read = tokio::time::timeout(UPLOAD_WITHIN, read_most(body));
    let (body, is_cut) = read.await.map_err(|_| Failure::TooSlow)??;
    let form = Upload::new(body, boundary, is_cut);
    if !form.text("token").is_some_and(|token| app.seal.is_token(&visit.session, token)) {
        return Err(Failure::ForeignForm);
    }
    parts.extensions.insert(FormKey(form.once().to_owned()));
    parts.extensions.insert(form);
    parts.extensions.insert(Arc::new(turn));
    Ok(Request::from_parts(parts, Body::empty()))
}

/// As much of a body as may be, and whether there was more.
async fn read_most(body: Body) -> Result<(Bytes, bool), Failure> {
    let (mut kept, mut wasted) = (Vec::new(), 0);
    let mut body = body.into_data_stream();
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|_| Failure::BadForm)?;
        let room = UPLOAD_BYTES_MAX - kept.len();
        kept.extend(&piece[..piece.len().min(room)]);
        wasted += piece.len().saturating_sub(room);
        if wasted > WASTE_BYTES_MAX {
            return Err(Failure::TooLarge);
        }
    }
    Ok((kept.into(), wasted > 0))
}

fn find_session(app: &App, headers: &HeaderMap, secure: bool) -> Option<Session> {
    let name = cookie_name(app.config.port, secure);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .find_map(|cookies| app.seal.open(find_cookie(cookies, &name)?))
        // Whoever opens a page on loopback needs no pairing, and is in no list.
        .filter(|it| {
            it.kind == Kind::Visitor || !app.config.lan || app.config.phones.knows(it.id())
        })
}

/// Where to come back to after pairing: the page itself, or the one that the form stood on.
fn back_of(request: &Request) -> String {
    let page = match *request.method() {
        Method::GET | Method::HEAD => request.uri().path_and_query().map(|it| it.as_str()),
        _ => {
            let from = request.headers().get(header::REFERER).and_then(|from| from.to_str().ok());
            let from = from.and_then(|from| from.split_once("://")).map(|(_, rest)| rest);
            from.and_then(|rest| rest.find('/').map(|at| &rest[at..]))
        }
    };
    let page = page.filter(|page| *page != "/live").unwrap_or("/");
    language::own_path(page).chars().take(BACK_CHARS_MAX).collect()
}

/// The address of a page that leads back to another one; the first page is where it leads anyway.
fn with_back(to: &str, back: &str) -> String {
    let hex = |byte: u8| format!("%{byte:02X}");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
    let escape = |byte| if plain(byte) { char::from(byte).to_string() } else { hex(byte) };
    match back {
        "/" => to.to_owned(),
        back => format!("{to}?back={}", back.bytes().map(escape).collect::<String>()),
    }
}

/// Whoever can open a page on loopback sits at this machine; everybody else begins outside.
fn draw_session(app: &App) -> Result<Session, getrandom::Error> {
    Session::draw(if app.config.lan { Kind::Visitor } else { Kind::Paired })
}

/// The failure that a response stands for, if it is not a page already.
fn failure_in(response: &Response) -> Option<Failure> {
    if let Some(failure) = response.extensions().get::<Failure>() {
        return Some(failure.clone());
    }
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page { None } else { Failure::of_status(response.status()) }
}

/// Strangers see the sentence alone; people of this home also see where they are.
async fn frame_for(app: &App, visit: &Visit, failure: &Failure) -> Frame {
    let outside = visit.session.kind == Kind::Visitor || *failure == Failure::WrongHost;
    if outside { Frame::bare(visit) } else { Frame::load(app, visit).await }
}

/// The one name that a request calls us by.
pub(crate) fn host_of(request: &Request) -> Option<String> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().map(ToOwned::to_owned),
        _ => None,
    }
}

/// Rule 1.
pub fn is_ours(app: &App, host: &str) -> bool {
    is_this_machine(host, app.config.port, app.config.lan, &app.config.names)
}

/// Whether `host` is a name of this machine with our port; `lan`: any literal address is.
pub(crate) fn is_this_machine(host: &str, ours: u16, lan: bool, names: &[String]) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
        _ => (host, Some(80)),
    };
    if port != Some(ours) {
        return false;
    }
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    match bare.parse::<IpAddr>() {
        Ok(address) => lan || address.is_loopback(),
        Err(_) => {
            let is = |known: &str| known.eq_ignore_ascii_case(name);
            is("localhost") || names.iter().any(|known| is(known))
        }
    }
}
