//! The shapes of the vocabulary, as `build.rs` read them from its source.
//!
//! A command is named by its words: `post`, or `roster/why` where an enum of its own stands inside.
//! With its shape come the names of its fields: that is all that a route needs to turn path, query
//! and body into the JSON that the control socket would carry.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Everything that `build.rs` has read.
#[derive(Deserialize)]
pub struct Types {
    /// By the type's name.
    pub schemas: Map<String, Value>,
    /// Enums with a tag, by name.
    pub tagged: BTreeMap<String, Tagged>,
}

/// An enum whose variants are told apart by a field.
#[derive(Deserialize)]
pub struct Tagged {
    /// That field.
    pub tag: String,
    /// By the word that stands in it.
    pub variants: BTreeMap<String, Variant>,
}

/// One variant.
#[derive(Deserialize)]
pub struct Variant {
    /// Of what it carries, without the tag.
    schema: Value,
    /// The type that it carries, where it is one.
    pub inner: Option<String>,
    doc: String,
}

/// What one command or reply looks like.
pub struct Shape {
    /// The tags that name it, with their words.
    pub tags: Vec<(&'static str, &'static str)>,
    /// Its fields.
    pub properties: Map<String, Value>,
    /// Those that must be there.
    pub required: Vec<String>,
    /// What its comment says.
    pub doc: &'static str,
}

/// The vocabulary of this release.
pub static TYPES: LazyLock<Types> = LazyLock::new(|| {
    let text = include_str!(concat!(env!("OUT_DIR"), "/types.json"));
    serde_json::from_str(text).expect("build.rs writes what is read here")
});

impl Types {
    /// The words of everything that an enum can say, enums inside it included: its words, and as the source
    /// names it, `RosterCommand::Why`.
    #[cfg(test)]
    pub fn words(&self, name: &str) -> Vec<(String, String)> {
        let Some(tagged) = self.tagged.get(name) else { return Vec::new() };
        let mut all = Vec::new();
        for (word, variant) in &tagged.variants {
            let inner = variant.inner.as_deref().map(|it| self.words(it)).unwrap_or_default();
            if inner.is_empty() {
                let upper = |part: &str| part[..1].to_uppercase() + &part[1..];
                let written: String = word.split('_').map(upper).collect();
                all.push((word.clone(), format!("{name}::{written}")));
            }
            all.extend(inner.into_iter().map(|(it, said)| (format!("{word}/{it}"), said)));
        }
        all
    }

    /// The shape of a command (`root` is `Command`) or reply by its words.
    pub fn shape(&'static self, root: &'static str, words: &str) -> Option<Shape> {
        let (mut name, mut tags, mut last) = (root, Vec::new(), None);
        for word in words.split('/') {
            let tagged = self.tagged.get(name)?;
            let (word, variant) = tagged.variants.get_key_value(word)?;
            tags.push((tagged.tag.as_str(), word.as_str()));
            name = variant.inner.as_deref().unwrap_or_default();
            last = Some(variant);
        }
        let last = last?;
        let schema = self.schemas.get(name).unwrap_or(&last.schema);
        let required = schema["required"].as_array().into_iter().flatten();
        Some(Shape {
            tags,
            properties: schema["properties"].as_object().cloned().unwrap_or_default(),
            required: required.filter_map(|it| it.as_str().map(str::to_owned)).collect(),
            doc: &last.doc,
        })
    }

    /// The schema of a type by name, for the description.
    pub fn component(&'static self, name: &str) -> Option<Value> {
        let Some((_, tagged)) = self.tagged.get_key_value(name) else {
            return self.schemas.get(name).cloned();
        };
        let variant = |(word, it): (&String, &Variant)| {
            let tag = Map::from_iter([(tagged.tag.clone(), json!({ "const": word }))]);
            let tag = json!({ "type": "object", "properties": tag, "required": [tagged.tag] });
            json!({ "allOf": [tag, it.schema], "description": it.doc })
        };
        Some(json!({ "oneOf": tagged.variants.iter().map(variant).collect::<Vec<_>>() }))
    }
}

/// What a field holds, references and "or nothing" looked through.
pub fn kind_of(schema: &Value) -> Option<&str> {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap_or_default();
        return TYPES.schemas.get(name).and_then(|it| it["type"].as_str());
    }
    if let Some(either) = schema["anyOf"].as_array() {
        return either.first().and_then(kind_of);
    }
    schema["type"].as_str()
}
