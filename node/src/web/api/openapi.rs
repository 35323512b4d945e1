//! The description of the interface (OpenAPI 3.1), made from the table of routes and the shapes of
//! the vocabulary. Nothing in it is written by hand but the words around it.

use std::{collections::BTreeSet, sync::LazyLock};

use serde_json::{Map, Value, json};

use super::{
    IDEMPOTENCY_KEY, PAGE_MAX, photos,
    problem::STATUSES,
    routes::{ELSEWHERE, Method, ROUTES, Route},
    types::{Shape, TYPES},
};

/// The description, as it is served.
pub static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut text = serde_json::to_string_pretty(&document()).expect("JSON is JSON");
    text.push('\n');
    text
});

/// The shape of what a route takes.
///
/// # Panics
///
/// Where the table names a command that there is not; a test looks at every line.
pub fn taken(route: &Route) -> Shape {
    let mut shape = TYPES.shape("Command", route.does).expect("the table names commands");
    if let Some(last) = shape.properties.get_mut("last").and_then(Value::as_object_mut) {
        last.insert("maximum".to_owned(), json!(PAGE_MAX));
    }
    shape
}

/// The fields of a path.
pub fn in_path(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let path = paths.entry(format!("/api/v1{}", route.path)).or_insert_with(|| json!({}));
        path[route.method.word()] = operation(route);
    }
    for route in &photos::RAW {
        let path = format!("/api/v1{}", route.path);
        paths.insert(path, json!({ "post": photos::described(route) }));
    }
    paths.insert("/api/v1/events".to_owned(), json!({ "get": events() }));
    paths.insert("/api/v1/openapi.json".to_owned(), json!({ "get": itself() }));
    let mut components = Map::from_iter([("Problem".to_owned(), problem())]);
    let mut wanted = names_in(&json!(paths), SCHEMAS);
    while let Some(name) = wanted.pop_first() {
        if components.contains_key(&name) {
            continue;
        }
        let schema = TYPES.component(&name).unwrap_or_else(|| json!({}));
        wanted.extend(names_in(&schema, SCHEMAS));
        components.insert(name, schema);
    }
    let elsewhere: Map<String, Value> =
        ELSEWHERE.iter().map(|(command, why)| ((*command).to_owned(), json!(why))).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Linli",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Everything that a home's node can be asked and told. \
                            Tokens are made at the box: `linli token new`.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": refusals(),
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
        "security": [{ "token": [] }],
        "x-elsewhere": elsewhere,
    })
}

pub fn operation(route: &Route) -> Value {
    let shape = taken(route);
    let path: BTreeSet<&str> = in_path(route.path).collect();
    let mut parameters: Vec<Value> = path
        .iter()
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": shape.properties[*name] }))
        .collect();
    let rest = shape.properties.iter().filter(|(name, _)| !path.contains(name.as_str()));
    let rest: Map<String, Value> = rest.map(|(name, it)| (name.clone(), it.clone())).collect();
    let required: Vec<&String> =
        shape.required.iter().filter(|it| rest.contains_key(*it)).collect();
    let mut operation = json!({
        "operationId": format!("{}_{}", route.method.word(), route.does.replace('/', "_")),
        "description": shape.doc,
        "x-scope": route.scope,
        "responses": responses(json!({ "application/json": { "schema": said(route) } })),
    });
    if route.method.has_body() {
        let is_needed = !required.is_empty();
        let body = json!({
            "type": "object",
            "properties": rest,
            "required": required,
            "additionalProperties": false,
        });
        operation["requestBody"] =
            json!({ "required": is_needed, "content": { "application/json": { "schema": body } } });
    } else {
        parameters.extend(rest.iter().map(|(name, schema)| {
            let needed = required.contains(&name);
            json!({ "name": name, "in": "query", "required": needed, "schema": bare(schema) })
        }));
    }
    if route.method != Method::Get {
        parameters.push(json!({
            "name": IDEMPOTENCY_KEY,
            "in": "header",
            "required": false,
            "schema": { "type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$" },
            "description": "The same key and command are carried out once and answered alike.",
        }));
    }
    operation["parameters"] = json!(parameters);
    operation
}

/// A query has no word for nothing: it leaves the field out.
pub fn bare(schema: &Value) -> Value {
    let mut bare = schema.clone();
    if let Some(first) = schema["anyOf"].get(0) {
        bare = first.clone();
        if let (Some(doc), Some(bare)) = (schema.get("description"), bare.as_object_mut()) {
            bare.insert("description".to_owned(), doc.clone());
        }
    }
    bare
}

/// The schema of what a route answers.
fn said(route: &Route) -> Value {
    if route.says.is_empty() {
        return json!({ "$ref": "#/components/schemas/Reply" });
    }
    if let Some(Shape { tags, mut properties, mut required, .. }) =
        TYPES.shape("Reply", route.says).filter(|it| !it.tags.is_empty())
    {
        for (tag, word) in tags {
            properties.insert(tag.to_owned(), json!({ "const": word }));
            required.push(tag.to_owned());
        }
        return json!({ "type": "object", "properties": properties, "required": required });
    }
    json!({})
}

fn responses(content: Value) -> Value {
    let mut all = Map::new();
    all.insert("200".to_owned(), json!({ "description": "Done.", "content": content }));
    for (status, _) in STATUSES {
        let status = status.to_string();
        let told = json!({ "$ref": format!("#/components/responses/{status}") });
        all.insert(status, told);
    }
    Value::Object(all)
}

/// Every answer but 200.
fn refusals() -> Value {
    let problem = json!({
        "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } }
    });
    let told = |(status, description): (u16, &str)| {
        (status.to_string(), json!({ "description": description, "content": problem }))
    };
    Value::Object(STATUSES.into_iter().map(told).collect())
}

fn events() -> Value {
    json!({
        "operationId": "events",
        "description": "What changes from now on, as server-sent events; each says that something \
                        changed, never what. With Last-Event-ID the stream goes on behind that one.",
        "x-scope": "read",
        "parameters": [{
            "name": "Last-Event-ID",
            "in": "header",
            "required": false,
            "schema": { "type": "string" },
        }],
        "responses": responses(json!({ "text/event-stream": { "schema": { "type": "string" } } })),
    })
}

fn itself() -> Value {
    json!({
        "operationId": "openapi",
        "description": "This description. It needs no token.",
        "security": [],
        "responses": { "200": {
            "description": "Done.",
            "content": { "application/json": { "schema": { "type": "object" } } },
        } },
    })
}

fn problem() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "description": "Problem details (RFC 9457) in the language of Accept-Language.",
        "properties": {
            "type": text,
            "title": text,
            "status": { "type": "integer" },
            "detail": text,
            "kind": text,
            "args": { "type": "object", "additionalProperties": text },
        },
        "required": ["type", "title", "status", "detail", "kind", "args"],
    })
}

const SCHEMAS: &str = "#/components/schemas/";

/// The components of a kind that something refers to.
fn names_in(value: &Value, kind: &str) -> BTreeSet<String> {
    let inside = |all: &mut dyn Iterator<Item = &Value>| -> BTreeSet<String> {
        all.flat_map(|it| names_in(it, kind)).collect()
    };
    match value {
        Value::Object(fields) => {
            let mut all = inside(&mut fields.values());
            let to = fields.get("$ref").and_then(Value::as_str);
            all.extend(to.and_then(|it| it.strip_prefix(kind)).map(str::to_owned));
            all
        }
        Value::Array(items) => inside(&mut items.iter()),
        _ => BTreeSet::new(),
    }
}
