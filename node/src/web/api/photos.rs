//! Announcing with a photo or file, and adding one to a request: it is the body as it is, the words stand in
//! the query.
//!
//! The file is made again here (`crate::photo`), a few at a time. The key that seals it follows from the
//! token and the file, so that the same request under the same `Idempotency-Key` is the same command.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    body::to_bytes,
    extract::{DefaultBodyLimit, Request, State},
    http::header,
    response::IntoResponse as _,
    routing::{MethodRouter, post},
};
use serde_json::{Map, Value, json};

use super::{
    App, IDEMPOTENCY_KEY, Path, Problem, ask, bad, command_of, let_in, openapi, pairs, put,
    routes::{Method, Route},
    words_of,
};
use crate::{
    api::{ApiError, CaseCommand, Command, ErrorKind, NewsCommand, Reply, ScopeWord},
    attached,
    photo::{FILE_BYTES_MAX, NoPhoto, refusal},
};

/// How long a file may take to arrive.
const FILE_WITHIN: Duration = Duration::from_secs(120);

/// What each of them does, as a route would say it.
pub const RAW: [Route; 2] = [
    Route {
        method: Method::Post,
        path: "/photos",
        does: "news/tell",
        scope: ScopeWord::Post,
        says: "news/told",
    },
    Route {
        method: Method::Post,
        path: "/requests/{id}/files",
        does: "case/attach",
        scope: ScopeWord::Requests,
        says: "",
    },
];

/// Types that are taken.
pub const TYPES_TAKEN: [&str; 5] =
    ["image/jpeg", "image/png", "image/webp", "application/pdf", "text/plain"];

/// What a file that is no photo is called; beside the fields of the announcement.
const FILE_NAME: &str = "file_name";

/// Fields of an announcement that the query cannot say.
const NOT_IN_QUERY: [&str; 1] = ["photos"];

/// Takes a file at one of them.
pub(super) fn takes(route: &'static Route) -> MethodRouter<App> {
    let take = move |State(app): State<App>, path: Path, request: Request| async move {
        let words = words_of(request.headers());
        match carry_out(&app, route, path, request).await {
            Ok(reply) => Json(reply).into_response(),
            Err(problem) => problem.told(words),
        }
    };
    post(take).layer(DefaultBodyLimit::disable())
}

async fn carry_out(
    app: &App,
    route: &'static Route,
    path: Path,
    request: Request,
) -> Result<Reply, Problem> {
    let (request, token, key) = let_in(app, route, request).await?;
    let headers = request.headers().clone();
    let said =
        headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if !TYPES_TAKEN.contains(&said) {
        return Err(Problem::NotJson);
    }
    let (mut command, called) = words(route, path, request.uri().query().unwrap_or_default())?;
    let busy = || Problem::Api(ApiError::new(ErrorKind::Busy, []));
    let turn = Arc::clone(&app.page.uploads).try_acquire_owned().map_err(|_| busy())?;
    let read = tokio::time::timeout(FILE_WITHIN, to_bytes(request.into_body(), FILE_BYTES_MAX));
    let file = read.await.map_err(|_| Problem::TooSlow)?.map_err(|_| Problem::TooLarge)?;
    let secret = headers.get(header::AUTHORIZATION).map(|it| it.as_bytes().to_vec());
    let work = move || {
        let mut hasher = blake3::Hasher::new_derive_key("linli/1 photo of a program");
        hasher.update(&secret.unwrap_or_default()).update(&file);
        attached::seal(&file, &called, *hasher.finalize().as_bytes()).map_err(refusal)
    };
    let photo = tokio::task::spawn_blocking(work).await;
    let photo = photo.unwrap_or_else(|_| Err(refusal(NoPhoto::Damaged)))?;
    match &mut command {
        Command::News(NewsCommand::Tell(telling)) => telling.photos = vec![photo],
        Command::Case(CaseCommand::Attach { photos, .. }) => *photos = vec![photo],
        _ => return Err(super::super::error::odd_reply().into()),
    }
    // The turn is given back when it is kept: few files are in memory at a time.
    let reply = ask(app, &token, key, command).await;
    drop(turn);
    reply
}

/// The command that path and query say, without its file, and what the file is called.
fn words(route: &'static Route, path: Path, query: &str) -> Result<(Command, String), Problem> {
    let shape = openapi::taken(route);
    let (mut fields, mut called) = (Map::new(), String::new());
    for (name, text) in pairs(query)? {
        if name == FILE_NAME {
            called = text;
            continue;
        }
        if NOT_IN_QUERY.contains(&name.as_str()) {
            return Err(bad(&name));
        }
        put(&mut fields, &shape, &name, &text)?;
    }
    for (name, text) in &path.map_err(|_| bad("path"))? {
        put(&mut fields, &shape, name, text)?;
    }
    if shape.properties.contains_key("class") {
        fields.entry("class").or_insert_with(|| json!("notice"));
    }
    fields.insert("photos".to_owned(), json!([]));
    Ok((command_of(&shape, fields)?, called))
}

/// Its line in the description.
pub(super) fn described(route: &Route) -> Value {
    let mut operation = openapi::operation(route);
    let shape = openapi::taken(route);
    let in_path: Vec<&str> = openapi::in_path(route.path).collect();
    let said = operation["parameters"].as_array().cloned().unwrap_or_default();
    let is_in = |it: &Value, place: &str| it["in"] == place;
    let mut parameters: Vec<Value> = said.iter().filter(|it| is_in(it, "path")).cloned().collect();
    for (name, schema) in &shape.properties {
        if NOT_IN_QUERY.contains(&name.as_str()) || in_path.contains(&name.as_str()) {
            continue;
        }
        let required = name == "text";
        let schema = openapi::bare(schema);
        parameters
            .push(json!({ "name": name, "in": "query", "required": required, "schema": schema }));
    }
    parameters.push(json!({
        "name": FILE_NAME, "in": "query", "required": false, "schema": { "type": "string" }
    }));
    parameters.extend(said.into_iter().find(|it| it["name"] == IDEMPOTENCY_KEY));
    let (id, what) = match in_path.is_empty() {
        true => {
            ("post_photo", "Says something to a group, with the photo or file that is the body.")
        }
        false => ("post_request_file", "Adds the photo or file that is the body to a request."),
    };
    operation["operationId"] = json!(id);
    operation["description"] = json!(format!(
        "{what} A photo (at most 20 MB) is made again without place and time; a PDF (10 MB) or a plain \
         text (1 MB) goes as it is."
    ));
    operation["parameters"] = json!(parameters);
    let file = json!({ "schema": { "type": "string", "format": "binary" } });
    let content: Map<String, Value> =
        TYPES_TAKEN.iter().map(|it| ((*it).to_owned(), file.clone())).collect();
    operation["requestBody"] = json!({ "required": true, "content": content });
    operation
}
