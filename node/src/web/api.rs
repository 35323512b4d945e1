//! `/api/v1`: the vocabulary of the node as JSON, for programs.
//!
//! A program sends a token that somebody made at the box (`linli token new`), and acts as that person
//! within what the token allows. Which address does what is one table, `routes`; path, query and body
//! become the very JSON that the control socket carries, and serde reads it. What the interface looks
//! like follows from the vocabulary's own source, through `build.rs`.
//!
//! # Rules
//!
//! 1. Name, token, scope, rate: in this order, before anything of a request is read.
//! 2. Whatever is sent, the answer is below 500, and one that `openapi.json` announces.
//! 3. Nothing is done twice for one `Idempotency-Key`, also after a restart: what was answered is
//!    kept in the transaction that did it.
//! 4. No answer may be read by a page of somebody else: there is no CORS, and cookies count for
//!    nothing here.
//!
//! # Deliberately absent
//!
//! Passphrases, paper keys, tokens themselves: no program is given one (`routes::ELSEWHERE`).

mod events;
mod openapi;
#[cfg(test)]
mod paged;
mod photos;
mod problem;
mod rate;
mod routes;
#[cfg(test)]
mod tests;
mod types;

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::to_bytes,
    extract::{RawPathParams, Request, State, rejection::RawPathParamsRejection},
    http::{HeaderMap, HeaderValue, header},
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
    routing::{MethodFilter, MethodRouter, get, on},
};
use crdt::id::to_hex;
use serde_json::{Map, Value};
use tokio::sync::Semaphore;

use super::{App as Page, Shared, guard, language};
use crate::{
    api::{Command, ErrorKind, Reply, ScopeWord, TokenCommand, TokenReply, TokenRow},
    words::Words,
};
use events::Events;
use problem::Problem;
use rate::Rate;
use routes::{Method, ROUTES, Route};

/// Bytes of a body: the longest text with every character escaped, or some lines to import.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// How long a body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(10);

/// Rows of one list at most.
const PAGE_MAX: u64 = 500;

/// Programs that listen for events at once.
const LISTENING_MAX: usize = 32;

/// Characters of an idempotency key.
const KEY_CHARS_MAX: usize = 128;

/// The header that names a command which is not to be done twice.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// What every handler here shares.
#[derive(Clone)]
struct App(Arc<Inner>);

struct Inner {
    page: Page,
    events: Events,
    listening: Arc<Semaphore>,
    rate: Rate,
}

impl std::ops::Deref for Inner {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.page
    }
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// Everything below `/api/v1`.
pub fn router(page: Page) -> Router {
    // Only tells one run from another.
    let mut run = [0; 8];
    let run = getrandom::fill(&mut run).map_or_else(|_| "0".to_owned(), |()| to_hex(&run));
    let app = App(Arc::new(Inner {
        page,
        events: Events::new(run),
        listening: Arc::new(Semaphore::new(LISTENING_MAX)),
        rate: Rate::default(),
    }));
    let mut all = Router::new()
        .route("/events", get(listen))
        .route("/openapi.json", get(describe))
        .fallback(async |headers: HeaderMap| Problem::NoPage.told(words_of(&headers)));
    for route in ROUTES {
        all = all.route(route.path, method_router(route));
    }
    for route in &photos::RAW {
        all = all.route(route.path, photos::takes(route));
    }
    // Only the routes that are there by now hear of it.
    all = all.method_not_allowed_fallback(async |headers: HeaderMap| {
        Problem::WrongMethod.told(words_of(&headers))
    });
    Router::new().nest("/api/v1", all.layer(from_fn(dress)).with_state(app))
}

/// The fields of an address, where they can be read.
type Path = Result<RawPathParams, RawPathParamsRejection>;

fn method_router(route: &'static Route) -> MethodRouter<App> {
    let filter = match route.method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Delete => MethodFilter::DELETE,
    };
    on(filter, move |State(app): State<App>, path: Path, request: Request| async move {
        let words = words_of(request.headers());
        match carry_out(&app, route, path, request).await {
            Ok(reply) => Json(reply).into_response(),
            Err(problem) => problem.told(words),
        }
    })
}

/// What every answer carries.
async fn dress(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    guard::ALWAYS.iter().for_each(|(name, value)| {
        headers.insert(name, value.clone());
    });
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn words_of(headers: &HeaderMap) -> Words {
    Words::of(language::wanted(headers))
}

async fn describe(State(app): State<App>, request: Request) -> Response {
    if let Err(problem) = named(&app, &request) {
        return problem.told(words_of(request.headers()));
    }
    let json = [(header::CONTENT_TYPE, "application/json")];
    (json, openapi::DOCUMENT.as_str()).into_response()
}

async fn listen(State(app): State<App>, request: Request) -> Response {
    let (words, headers) = (words_of(request.headers()), request.headers().clone());
    let stream = match named(&app, &request) {
        Ok(()) => admit(&app, &headers, ScopeWord::Read).await,
        Err(problem) => Err(problem),
    };
    let stream = stream.and_then(|_| events::stream(&app, &headers));
    stream.unwrap_or_else(|problem| problem.told(words))
}

/// Is it us who are called?
fn named(app: &App, request: &Request) -> Result<(), Problem> {
    let host = guard::host_of(request).filter(|host| guard::is_ours(&app.page, host));
    host.map(|_| ()).ok_or(Problem::WrongHost)
}

/// Rule 1, once we are called by our name.
async fn admit(app: &App, headers: &HeaderMap, scope: ScopeWord) -> Result<TokenRow, Problem> {
    let said = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    let (scheme, token) = said.and_then(|it| it.split_once(' ')).ok_or(Problem::NoToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::NoToken);
    }
    let check = TokenCommand::Check { token: token.trim().to_owned().into() };
    let row = match app.handle.ask(Command::Token(check)).await {
        Ok(Reply::Token(TokenReply::Known { token })) => token,
        Ok(_) => return Err(super::error::odd_reply().into()),
        Err(error) if error.kind == ErrorKind::UnknownToken => return Err(Problem::NoToken),
        Err(error) => return Err(error.into()),
    };
    app.rate.ask(&row.id, app.moment()).map_err(|wait_ms| Problem::TooOften { wait_ms })?;
    if row.scopes.contains(&scope) { Ok(row) } else { Err(Problem::Scope(scope)) }
}

/// Rule 1 of a request at this address; beside it who asks, and under which key it is to be done once.
async fn let_in(
    app: &App,
    route: &Route,
    request: Request,
) -> Result<(Request, TokenRow, Option<String>), Problem> {
    named(app, &request)?;
    let token = admit(app, &request.headers().clone(), route.scope).await?;
    let key = key_of(route, request.headers())?;
    Ok((request, token, key))
}

async fn carry_out(
    app: &App,
    route: &'static Route,
    path: Path,
    request: Request,
) -> Result<Reply, Problem> {
    let (request, token, key) = let_in(app, route, request).await?;
    let path = path.map_err(|_| bad("path"))?;
    let shape = openapi::taken(route);
    let mut fields = Map::new();
    if route.method.has_body() {
        fields = body_of(request, &shape).await?;
    } else {
        let query = request.uri().query().unwrap_or_default().to_owned();
        for (name, text) in pairs(&query)? {
            put(&mut fields, &shape, &name, &text)?;
        }
    }
    for (name, text) in &path {
        put(&mut fields, &shape, name, text)?;
    }
    if fields.get("last").and_then(Value::as_u64).is_some_and(|last| last > PAGE_MAX) {
        return Err(bad(&format!("last > {PAGE_MAX}")));
    }
    ask(app, &token, key, command_of(&shape, fields)?).await
}

/// Asks the node in the name of a token's person, once under this key where there is one.
async fn ask(
    app: &App,
    token: &TokenRow,
    key: Option<String>,
    command: Command,
) -> Result<Reply, Problem> {
    let command = match key {
        Some(key) => Command::Once { key: format!("{}/{key}", token.id), command: command.into() },
        None => command,
    };
    let person = token.person.to_hex();
    Ok(app.handle.ask(Command::As { person, command: Box::new(command) }).await?)
}

fn bad(about: &str) -> Problem {
    Problem::BadArgument { about: about.to_owned() }
}

/// The key that a command is to be done once under.
fn key_of(route: &Route, headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    if route.method == Method::Get {
        return Ok(None);
    }
    let key = key.to_str().ok().filter(|it| (1..=KEY_CHARS_MAX).contains(&it.len()));
    let key = key.filter(|it| it.bytes().all(|byte| byte.is_ascii_graphic()));
    key.map(|key| Some(key.to_owned())).ok_or_else(|| bad(IDEMPOTENCY_KEY))
}

async fn body_of(request: Request, shape: &types::Shape) -> Result<Map<String, Value>, Problem> {
    let said = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let said = said.map(|it| it.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    let read = tokio::time::timeout(BODY_WITHIN, to_bytes(request.into_body(), BODY_BYTES_MAX));
    let body = read.await.map_err(|_| Problem::TooSlow)?.map_err(|_| Problem::TooLarge)?;
    if body.is_empty() {
        return Ok(Map::new());
    }
    if said.as_deref() != Some("application/json") {
        return Err(Problem::NotJson);
    }
    let fields: Map<String, Value> = serde_json::from_slice(&body).map_err(|_| Problem::BadJson)?;
    match fields.keys().find(|name| !shape.properties.contains_key(*name)) {
        Some(unknown) => Err(bad(unknown)),
        None => Ok(fields),
    }
}

/// The pairs of a query, decoded.
fn pairs(query: &str) -> Result<Vec<(String, String)>, Problem> {
    let uri = format!("/?{query}").parse().map_err(|_| bad("query"))?;
    let read = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri);
    read.map(|axum::extract::Query(pairs)| pairs).map_err(|_| bad("query"))
}

/// Puts a text of path or query where the command has it, as what it is there.
fn put(
    fields: &mut Map<String, Value>,
    shape: &types::Shape,
    name: &str,
    text: &str,
) -> Result<(), Problem> {
    let schema = shape.properties.get(name).ok_or_else(|| bad(name))?;
    let value = match types::kind_of(schema) {
        Some("integer") => text.parse::<u64>().map(Value::from).map_err(|_| bad(name))?,
        Some("boolean") => text.parse::<bool>().map(Value::from).map_err(|_| bad(name))?,
        Some("array") => {
            let list = fields.entry(name).or_insert_with(|| Value::Array(Vec::new()));
            if let Some(list) = list.as_array_mut() {
                list.push(text.into());
            }
            return Ok(());
        }
        _ => Value::from(text),
    };
    match fields.insert(name.to_owned(), value) {
        Some(_) => Err(bad(name)),
        None => Ok(()),
    }
}

/// The command of these fields, as the control socket would carry it.
fn command_of(shape: &types::Shape, mut fields: Map<String, Value>) -> Result<Command, Problem> {
    for (tag, word) in &shape.tags {
        fields.insert((*tag).to_owned(), Value::from(*word));
    }
    if let Some(missing) = shape.required.iter().find(|name| !fields.contains_key(*name)) {
        return Err(bad(missing));
    }
    // What is wrong with it stands in the description; serde's sentence may repeat what was sent.
    serde_json::from_value(Value::Object(fields)).map_err(|error| bad(&error.to_string()))
}
