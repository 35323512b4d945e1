//! The node's own web page: what a phone or a browser in the home opens.
//!
//! Server-rendered and whole without JavaScript: a form posts, the answer is a redirect to the page
//! that shows what came of it. A small script of ours makes open pages live and keeps drafts.
//! Everything is embedded; no page ever asks another host for anything.
//!
//! # Rules
//!
//! 1. The node is reached through [`Handle`] alone, in the vocabulary of [`crate::api`].
//! 2. Every request passes `guard` first: whose name it called us by, who it is, and for a POST
//!    where it came from and whether it carries the token of its session.
//! 3. A mistake in a form is told beside the field, in the reader's language, and what was typed
//!    stays. A wrong address gets a page that says so.
//! 4. Who acts is the person of the session (`ACTS_AS`), for everything that is asked of the node
//!    while a request is served. Where several live here and nobody has said whose phone it is, that
//!    is asked first; nobody acts as somebody by default.
//! 5. Every page is at most 60 KiB, style and script included: long lists come in portions.
//!
//! # Deliberately absent
//!
//! Plain http turned into https by itself: a phone that does not trust this box's authority ([`crate::trust`])
//! must get on. Both are spoken on one port, told apart by the first byte.

mod across;
mod activities;
mod announced;
mod api;
mod approvals;
mod ask;
mod assets;
mod crowd;
mod desk;
mod doors;
mod error;
mod forks;
mod found;
mod frame;
mod group;
mod groups;
mod guard;
mod home;
mod hours;
mod inbox;
mod installed;
mod join;
mod keys;
mod knock;
mod language;
mod leaving;
mod link;
mod live;
mod look;
mod me;
mod message;
mod name;
mod network;
mod news;
mod pairing;
mod papers;
mod people;
mod person;
mod phones;
mod photo;
mod places;
mod plot;
mod print;
mod reach;
mod rebind;
mod recover;
mod removal;
mod request;
mod requests;
mod roots;
mod rota;
mod search;
mod secure;
mod seen;
mod session;
mod skills;
mod teams;
mod telling;
mod trouble;
mod trusting;
mod upload;
mod votes;
mod wrong;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use crdt::{
    id::PersonId,
    time::{ClaimedTime, Moment},
};
use jiff::tz::TimeZone;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, broadcast},
};
use tokio_util::sync::CancellationToken;

pub(crate) use self::{
    frame::show,
    guard::{ALWAYS, host_of, is_this_machine},
    language::{choice_cookie, wanted as wanted_language},
};
use crate::{
    api::{ApiError, Command, Event, Reply, RosterCommand, RosterReply},
    handle::Handle,
    phones::Phones,
    trust::Trust,
    words,
};
use crowd::Crowd;
use pairing::Pairing;
use secure::Secure;
use session::Seal;

/// Connections served at once; a home has a few phones, each opens about six.
const CONNECTIONS_MAX: usize = 256;

/// Connections served at once to one address: a household's phones behind one router, and never all
/// there are, or one neighbour who opens and does nothing would keep everybody else out.
const CONNECTIONS_PER_ADDRESS_MAX: usize = 64;

/// Pages kept live at once. The others still work; they just do not change by themselves.
const LIVE_MAX: usize = 64;

/// Forms with photos read at once, each with up to 20 MB in memory, and more while it is unpacked.
const UPLOADS_MAX: usize = 2;

/// How long a client may take over its request line and headers, and rest between requests.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);

/// Bytes of headers on one connection; a browser sends about two kilobytes.
const HEADER_BYTES_MAX: usize = 16 * 1024;

/// Characters of a key that makes a form count once: who, and what was drawn for this page.
const ONCE_CHARS: std::ops::RangeInclusive<usize> = 32..=64;

/// How long to wait after the operating system refused a connection, when it is out of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// How the page is served.
#[derive(Clone)]
pub struct WebConfig {
    /// Reachable from other machines: every visitor must pair with a printed code first.
    pub lan: bool,
    /// The port that the listener is bound to; [`serve`] fills it in.
    pub port: u16,
    /// Names, besides addresses, under which this box may be called: `linli.local`.
    pub names: Vec<String>,
    /// Vouches for this box's own name, if it does: then https is spoken, too.
    pub trust: Option<Arc<Trust>>,
    /// Which browsers are let in, and what signs their cookies and tokens.
    pub phones: Phones,
    /// What the wall clock says; only shown.
    pub clock: Arc<dyn Fn() -> ClaimedTime + Send + Sync>,
    /// Whose days and hours are shown.
    pub zone: TimeZone,
    /// Called with every new pairing code, to print it where only people at the box can read it.
    pub on_code: Arc<dyn Fn(&str) + Send + Sync>,
}

impl WebConfig {
    /// For a page on loopback, with this machine's time zone.
    pub fn loopback(clock: Arc<dyn Fn() -> ClaimedTime + Send + Sync>, phones: Phones) -> Self {
        Self {
            lan: false,
            port: 0,
            names: Vec::new(),
            trust: None,
            phones,
            clock,
            zone: TimeZone::system(),
            on_code: Arc::new(|_| ()),
        }
    }
}

/// What every handler shares.
#[derive(Clone)]
struct App(Arc<Shared>);

tokio::task_local! {
    /// The person in whose name the request at hand is served.
    static ACTS_AS: Option<PersonId>;

    /// What makes the form at hand count once, as it says; empty where it does not.
    static FORM_KEY: String;
}

/// The node, asked in the name of whoever has the phone.
struct Door(Handle);

impl Door {
    async fn ask(&self, command: Command) -> Result<Reply, ApiError> {
        match ACTS_AS.try_with(|person| *person).ok().flatten() {
            None => self.0.ask(command).await,
            Some(person) => {
                let (person, command) = (person.to_hex(), Box::new(command));
                self.0.ask(Command::As { person, command }).await
            }
        }
    }

    /// What a form asks for: once, however often it arrives. What was changed after a try that failed is
    /// something else.
    async fn act(&self, command: Command) -> Result<Reply, ApiError> {
        let key = FORM_KEY.try_with(Clone::clone).unwrap_or_default();
        let is_key =
            ONCE_CHARS.contains(&key.len()) && key.bytes().all(|it| it.is_ascii_hexdigit());
        if !is_key {
            return self.ask(command).await;
        }
        let mut said = blake3::Hasher::new();
        serde_json::to_writer(&mut said, &command).expect("commands are plain values");
        let key = format!("page/{key}/{}", &said.finalize().to_hex()[..16]);
        self.ask(Command::Once { key, command: command.into() }).await
    }

    fn events(&self) -> broadcast::Receiver<Event> {
        self.0.events()
    }
}

struct Shared {
    handle: Door,
    config: WebConfig,
    seal: Seal,
    pairing: Mutex<Pairing>,
    live: Arc<Semaphore>,
    /// Forms with files that may be read and unpacked at once.
    uploads: Arc<Semaphore>,
    stop: CancellationToken,
    started: Instant,
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Shared {
    /// Asks about people.
    async fn roster(&self, command: RosterCommand) -> Result<RosterReply, ApiError> {
        match self.handle.ask(Command::Roster(command)).await? {
            Reply::Roster(reply) => Ok(reply),
            _ => Err(error::odd_reply()),
        }
    }

    /// The first moment of the day that this box's clock says it is.
    fn today(&self) -> ClaimedTime {
        words::time::day_of((self.config.clock)(), &self.config.zone)
    }

    /// Monotonic time since the page came up.
    fn moment(&self) -> Moment {
        Moment(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}

/// All pages of one node, ready to be served or tested.
pub fn router(handle: Handle, config: WebConfig) -> Router {
    router_until(handle, config, CancellationToken::new())
}

fn router_until(handle: Handle, config: WebConfig, stop: CancellationToken) -> Router {
    let app = App(Arc::new(Shared {
        seal: Seal::new(config.phones.secret()),
        pairing: Mutex::new(Pairing::default()),
        live: Arc::new(Semaphore::new(LIVE_MAX)),
        uploads: Arc::new(Semaphore::new(UPLOADS_MAX)),
        started: Instant::now(),
        handle: Door(handle),
        config,
        stop,
    }));
    if app.config.lan {
        pairing::print_new_code(&app);
    }
    let api = api::router(app.clone());
    let pages = pages().layer(from_fn_with_state(app.clone(), guard::guard)).with_state(app);
    // Of two routers the second says what becomes of an address that neither knows: the guarded one.
    api.merge(pages)
}

fn pages() -> Router<App> {
    Router::new()
        .route("/", get(home::page))
        .route("/notices/seen", post(home::seen))
        .route("/ask", get(ask::page).post(ask::send))
        .route("/ask/photo", get(ask::photo::page).post(ask::photo::send))
        .route("/groups", get(groups::page))
        .route("/groups/new", get(groups::new_page).post(groups::found))
        .route("/groups/{group}", get(group::page))
        .route("/groups/{group}/join", post(groups::join))
        .route("/groups/{group}/post", post(group::post))
        .route("/me", get(me::page).post(me::choose))
        .route("/me/elder", post(me::read_large))
        .route("/me/add", post(me::add))
        .route("/me/paper", get(papers::page).post(papers::check))
        .route("/me/key", get(keys::page).post(keys::send))
        .route("/me/leave", get(leaving::page).post(leaving::leave))
        .route("/me/export.jsonl", get(leaving::file))
        .route("/me/phones", get(phones::page).post(phones::revoke))
        .route("/requests/{request}/slip", get(print::slip))
        .route("/requests/{request}/slip.pdf", get(print::slip_file))
        .merge(photos())
        .merge(messages())
        .route("/groups/{group}/board", get(group::board::page))
        .route("/groups/{group}/board/describe", post(group::board::describe))
        .route("/groups/{group}/board/pin", post(group::board::pin))
        .route("/groups/{group}/board/unpin", post(group::board::unpin))
        .route("/requests", get(requests::page))
        .route("/requests/{request}", get(request::page))
        .route("/requests/{request}/act", post(request::act))
        .merge(private_details())
        .route("/requests/{request}/facts/{field}", get(request::fact_page).post(request::fact))
        .route("/requests/{request}/checklist", post(request::checklist_add))
        .route("/requests/{request}/checklist/tick", post(request::checklist_tick))
        .route("/search", get(search::page))
        .route("/people", get(people::page))
        .route("/people/{person}", get(person::page))
        .route("/people/{person}/meet", post(person::meet))
        .route("/people/{person}/name", get(name::page).post(name::send))
        .route("/people/{person}/grant", post(person::grant))
        .route("/people/{person}/remove", get(removal::remove_page).post(removal::remove))
        .route("/people/{person}/rebind", get(rebind::page).post(rebind::rebind))
        .route(
            "/people/{person}/devices/{key}/revoke",
            get(removal::revoke_page).post(removal::revoke),
        )
        .route("/invite", get(people::invite_page).post(people::invite))
        .route("/language", post(language::switch))
        .route("/join", post(join::join).layer(DefaultBodyLimit::max(guard::JOIN_BYTES_MAX)))
        .route("/join/picture", post(join::photographed))
        .route("/found", get(found::page).post(found::found))
        .route(
            "/recover",
            get(recover::page)
                .post(recover::recover)
                .layer(DefaultBodyLimit::max(guard::JOIN_BYTES_MAX)),
        )
        .route("/knock", get(knock::page).post(knock::knock))
        .route("/knock/stop", post(knock::stop))
        .route("/approvals", get(approvals::page).post(approvals::answer))
        .route("/pair", get(pairing::page).post(pairing::pair))
        .route("/live", get(live::stream))
        .route("/assets/{name}", get(assets::asset))
        .merge(at_work())
        .route("/manifest.webmanifest", get(installed::manifest))
        .route("/sw.js", get(installed::worker))
        .route("/waiting", get(installed::waiting))
        .route("/trust", get(trusting::page))
        .route("/trust/{name}", get(trusting::file))
        .merge(together())
}

/// One message, and what was reported of a group.
fn messages() -> Router<App> {
    Router::new()
        .route("/groups/{group}/messages/{message}", get(message::page))
        .route("/groups/{group}/messages/{message}/act", post(message::act))
        .route("/groups/{group}/reports", get(message::reports))
        .route("/groups/{group}/messages/{message}/edit", post(message::edit))
        .route("/groups/{group}/messages/{message}/withdraw", post(message::withdraw))
}

/// What the neighbourhood is told, who works for it, and how the homes stand with one another.
fn at_work() -> Router<App> {
    Router::new()
        .route("/news", get(news::list))
        .route("/news/new", get(telling::page).post(telling::send))
        .route("/news/{id}", get(news::one))
        .route("/news/{id}/act", post(telling::act))
        .route("/doors", get(doors::page))
        .route("/inbox", get(inbox::page))
        .route("/print/building", get(print::building))
        .route("/print/building.pdf", get(print::building_file))
        .route("/print/emergency", get(print::emergency))
        .route("/print/emergency.pdf", get(print::emergency_file))
        .route("/desk", get(desk::page))
        .route("/desk/figures", get(desk::figures))
        .route("/desk/cases/{request}", get(desk::case::page).post(desk::case::send))
        .route("/desk/duty", get(desk::duty::page).post(desk::duty::send))
        .route("/desk/intake", get(desk::intake::page).post(desk::intake::send))
        .route("/reach/{id}", get(reach::page))
        .merge(gatherings())
        .route("/rota", get(rota::page))
        .route("/rota/swap", get(rota::swap_page).post(rota::swap))
        .route("/rota/absent", post(rota::absent))
        .route("/series/{series}", get(rota::series))
        .route("/trouble", get(trouble::page))
        .route("/roots", get(roots::page).post(roots::send))
        .route("/forks", get(forks::page).post(forks::choose))
        .route("/places", get(places::page).post(places::send))
        .route("/late/{removal}", get(trouble::late_page))
        .route("/late/{removal}/admit", post(trouble::admit))
        .route("/network", get(network::page))
        .route("/network/homes/{peer}", get(network::peer::page).post(network::peer::compare))
        .route("/network/dial", post(network::dial))
}

/// What neighbours decide together, can do, and thank for.
fn together() -> Router<App> {
    Router::new()
        .route("/across", get(across::page).post(across::send))
        .route("/directory", get(teams::directory).post(teams::act))
        .route("/groups/{group}/team", get(teams::page).post(teams::send))
        .route("/skills", get(skills::page).post(skills::send))
        .route("/thanks", get(skills::thanks).post(skills::say_thanks))
        .route("/votes", get(votes::list))
        .route("/votes/new", get(votes::new_page).post(votes::open))
        .route("/votes/{vote}", get(votes::one).post(votes::act))
        .route("/votes/{vote}/print", get(votes::print))
        .route("/votes/{vote}/roll", get(votes::roll))
}

/// Activities and the hours of them.
fn gatherings() -> Router<App> {
    Router::new()
        .route("/activities", get(activities::list))
        .route("/activities/new", get(activities::new_page).post(activities::plan))
        .route("/activities/{activity}", get(activities::page))
        .route("/activities/{activity}/act", post(activities::act))
        .route("/activities/{activity}/calendar.ics", get(activities::one_calendar))
        .route("/hours/calendar.ics", get(activities::my_calendar))
        .route("/look/{request}", get(look::page).post(look::act))
        .route("/hours", get(hours::mine))
        .route("/hours/certify", get(hours::certify::page).post(hours::certify::send))
        .route("/hours/sign", post(hours::sign_by_code))
        .route("/hours/sign/{activity}", get(hours::sign_at).post(hours::sign))
        .route("/hours/sheet/{activity}", get(hours::sheet).post(hours::keep))
        .route("/hours/table.csv", get(hours::table))
        .route("/hours/certificate/{number}", get(hours::certificate))
        .route("/hours/certificate/{number}/file.pdf", get(hours::certificate_file))
}

/// What is private about a request: shown, confided, destroyed.
fn private_details() -> Router<App> {
    use request::{erase, private};
    Router::new()
        .route("/requests/{request}/private", get(private::page).post(private::open))
        .route("/requests/{request}/private/confide", post(private::confide))
        .route("/requests/{request}/private/erase", get(erase::page).post(erase::erase))
}

fn photos() -> Router<App> {
    Router::new()
        .route("/groups/{group}/photo", get(photo::page).post(photo::send))
        .route("/news/{id}/photos/{number}", get(announced::thumbnail))
        .route("/news/{id}/photos/{number}/whole", get(photo::whole_page))
        .route("/news/{id}/photos/{number}/whole.jpg", get(photo::whole))
        .route("/news/{id}/photos/{number}/file", get(photo::file))
        .route("/news/{id}/photos/{number}/fetch", post(photo::fetch))
        .route("/requests/{request}/photo", get(request::photo::page).post(request::photo::send))
}

/// Serves the pages on `listener` until `stop`.
///
/// Each connection is a task of its own with a deadline for its headers, so that a client that
/// dawdles holds up nobody else.
///
/// # Errors
///
/// Where the listener has no address; a single refused connection is only logged.
pub async fn serve(
    listener: TcpListener,
    handle: Handle,
    mut config: WebConfig,
    stop: CancellationToken,
) -> std::io::Result<()> {
    config.port = listener.local_addr()?.port();
    let secure = config.trust.clone().map(|trust| Secure::new(trust, config.clock.clone()));
    let pages = router_until(handle, config, stop.clone());
    serve_pages(listener, pages, secure, stop).await;
    Ok(())
}

/// Serves any pages on `listener` until `stop`, with the limits above.
pub(crate) async fn serve_pages(
    listener: TcpListener,
    pages: Router,
    secure: Option<Secure>,
    stop: CancellationToken,
) {
    let pages = secure::Pages::new(pages, secure);
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let crowd = Crowd::of_at_most(CONNECTIONS_PER_ADDRESS_MAX);
    loop {
        let place = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            place = places.clone().acquire_owned() => place,
        };
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let (Ok(place), Ok((stream, from))) = (place, accepted) else {
            tracing::debug!("a connection to the page was refused by the operating system");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let Some(guest) = crowd.enter(from.ip()) else { continue };
        // A page goes out in one piece; waiting for more would only delay it.
        let _ = stream.set_nodelay(true);
        let (pages, stop) = (pages.clone(), stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => (),
                () = pages.talk(stream) => (),
            }
            drop((place, guest));
        });
    }
}
