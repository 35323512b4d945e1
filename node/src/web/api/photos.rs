//! Announcing with a photo or file: it is the body as it is, the words stand in the query.
//!
//! The file is made again here (`crate::photo`), a few at a time. The key that seals it follows from the
//! token and the file, so that the same request under the same `Idempotency-Key` is the same command.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    body::to_bytes,
    extract::{Request, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use serde_json::{Map, Value, json};

use super::{
    App, IDEMPOTENCY_KEY, Problem, admit, ask, bad, command_of, key_of, named, openapi, pairs, put,
    routes::{Method, Route},
    words_of,
};
use crate::{
    api::{ApiError, ErrorKind, Reply, ScopeWord},
    attached,
    photo::{FILE_BYTES_MAX, NoPhoto, refusal},
};

/// How long a file may take to arrive.
const FILE_WITHIN: Duration = Duration::from_secs(120);

/// What it does, as a route would say it.
pub const ROUTE: Route = Route {
    method: Method::Post,
    path: "/photos",
    does: "news/tell",
    scope: ScopeWord::Post,
    says: "news/told",
};

/// Types that are taken.
pub const TYPES_TAKEN: [&str; 5] =
    ["image/jpeg", "image/png", "image/webp", "application/pdf", "text/plain"];

/// What a file that is no photo is called; beside the fields of the announcement.
const FILE_NAME: &str = "file_name";

/// Fields of an announcement that the query cannot say.
const NOT_IN_QUERY: [&str; 1] = ["photos"];

pub(super) async fn tell(State(app): State<App>, request: Request) -> Response {
    let words = words_of(request.headers());
    match carry_out(&app, request).await {
        Ok(reply) => Json(reply).into_response(),
        Err(problem) => problem.told(words),
    }
}

async fn carry_out(app: &App, request: Request) -> Result<Reply, Problem> {
    named(app, &request)?;
    let headers = request.headers().clone();
    let token = admit(app, &headers, ROUTE.scope).await?;
    let key = key_of(&ROUTE, &headers)?;
    let said =
        headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if !TYPES_TAKEN.contains(&said) {
        return Err(Problem::NotJson);
    }
    let shape = openapi::taken(&ROUTE);
    let mut fields = Map::new();
    let mut called = String::new();
    for (name, text) in pairs(request.uri().query().unwrap_or_default())? {
        if name == FILE_NAME {
            called = text;
            continue;
        }
        if NOT_IN_QUERY.contains(&name.as_str()) {
            return Err(bad(&name));
        }
        put(&mut fields, &shape, &name, &text)?;
    }
    fields.entry("class").or_insert_with(|| json!("notice"));
    let busy = || Problem::Api(ApiError::new(ErrorKind::Busy, []));
    let turn = Arc::clone(&app.page.uploads).try_acquire_owned().map_err(|_| busy())?;
    let read = tokio::time::timeout(FILE_WITHIN, to_bytes(request.into_body(), FILE_BYTES_MAX));
    let file = read.await.map_err(|_| Problem::TooSlow)?.map_err(|_| Problem::TooLarge)?;
    let secret = headers.get(header::AUTHORIZATION).map(|it| it.as_bytes().to_vec());
    let work = move || {
        let mut hasher = blake3::Hasher::new_derive_key("linli/1 photo of a program");
        hasher.update(&secret.unwrap_or_default()).update(&file);
        let _turn = turn;
        attached::seal(&file, &called, *hasher.finalize().as_bytes()).map_err(refusal)
    };
    let photo = tokio::task::spawn_blocking(work).await;
    let photo = photo.unwrap_or_else(|_| Err(refusal(NoPhoto::Damaged)))?;
    fields.insert("photos".to_owned(), json!([photo]));
    ask(app, &token, key, command_of(&shape, fields)?).await
}

/// Its line in the description.
pub(super) fn described() -> Value {
    let mut operation = openapi::operation(&ROUTE);
    let shape = openapi::taken(&ROUTE);
    let mut parameters = Vec::new();
    for (name, schema) in &shape.properties {
        if NOT_IN_QUERY.contains(&name.as_str()) {
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
    if let Some(header) = operation["parameters"]
        .as_array()
        .and_then(|all| all.iter().find(|it| it["name"] == IDEMPOTENCY_KEY).cloned())
    {
        parameters.push(header);
    }
    operation["operationId"] = json!("post_photo");
    operation["description"] = json!(
        "Says something to a group, with the photo or file that is the body. A photo (at most 20 MB) is \
         made again without place and time; a PDF (10 MB) or a plain text (1 MB) goes as it is."
    );
    operation["parameters"] = json!(parameters);
    let file = json!({ "schema": { "type": "string", "format": "binary" } });
    let content: Map<String, Value> =
        TYPES_TAKEN.iter().map(|it| ((*it).to_owned(), file.clone())).collect();
    operation["requestBody"] = json!({ "required": true, "content": content });
    operation
}
