//! The table of routes against the vocabulary: nothing is missing, nothing is named that is not there.

use std::{collections::BTreeSet, path::Path};

use super::{
    openapi::{DOCUMENT, in_path},
    routes::{ELSEWHERE, ROUTES},
    types::TYPES,
};

/// A new command gets one line in `routes::ROUTES`, or in `ELSEWHERE` with a reason.
#[test]
fn every_command_has_an_address_or_a_reason_why_not() {
    let all: Vec<String> = TYPES.words("Command").into_iter().map(|(word, _)| word).collect();
    assert!(all.len() > 60, "the vocabulary was read");
    let routed: BTreeSet<&str> = ROUTES.iter().map(|route| route.does).collect();
    let elsewhere: BTreeSet<&str> = ELSEWHERE.iter().map(|(command, _)| *command).collect();
    for command in &all {
        let places = [&routed, &elsewhere].map(|set| set.contains(command.as_str()));
        assert_ne!(places, [false, false], "`{command}` has neither a route nor a reason");
        assert_ne!(places, [true, true], "`{command}` has a route and a reason against it");
    }
    for named in routed.iter().chain(&elsewhere) {
        assert!(all.iter().any(|command| command == named), "there is no command `{named}`");
    }
}

#[test]
fn every_route_names_fields_and_replies_that_there_are() {
    let mut seen = BTreeSet::new();
    for route in ROUTES {
        assert!(seen.insert((route.method.word(), route.path)), "{} twice", route.path);
        let shape = TYPES.shape("Command", route.does).expect("a command");
        for field in in_path(route.path) {
            assert!(shape.properties.contains_key(field), "{}: no field {field}", route.path);
        }
        let reply = TYPES.shape("Reply", route.says);
        assert!(
            route.says.is_empty() || reply.is_some(),
            "{}: no reply {}",
            route.path,
            route.says
        );
    }
}

/// A type from elsewhere that `build.rs` does not know would leave a hole in the description.
#[test]
fn every_type_in_the_description_is_known() {
    let document: serde_json::Value = serde_json::from_str(&DOCUMENT).expect("JSON");
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for (name, schema) in schemas {
        assert_ne!(*schema, serde_json::json!({}), "teach `foreign` in node/build.rs about {name}");
    }
}

/// `LINLI_UPDATE=1 cargo test -p node --lib web::api` writes it anew.
#[test]
fn the_description_in_the_documents_is_the_one_that_is_served() {
    let saved = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    if std::env::var_os("LINLI_UPDATE").is_some() {
        std::fs::write(&saved, DOCUMENT.as_str()).expect("writable");
    }
    let saved = std::fs::read_to_string(saved).expect("docs/openapi.json");
    assert!(saved == *DOCUMENT, "docs/openapi.json is old; LINLI_UPDATE=1 writes it anew");
}
