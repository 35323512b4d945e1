//! Reads `src/api.rs` and `src/api/` and writes down the shape of every type in them, so that the
//! description of the HTTP interface follows from the code ([why](../docs/decisions/0045-http-api.md)).
//!
//! Out comes one JSON file: for each type the schema of its JSON form as serde writes it, and for
//! each enum with a tag, its variants one by one. Understood are the attributes that the vocabulary
//! uses: `tag`, `rename_all = "snake_case"`, `rename`, `default`, `transparent`, `flatten`. A type
//! from elsewhere must stand in [`foreign`]; a test fails on one that does not.

use std::{env, fs, path::Path};

use serde_json::{Map, Value, json};
use syn::{
    Attribute, Expr, ExprLit, Field, Fields, GenericArgument, Item, Lit, PathArguments, Type,
};

/// What serde was told about an item.
#[derive(Default)]
struct Told {
    tag: Option<String>,
    rename: Option<String>,
    snake: bool,
    default: bool,
    transparent: bool,
    flatten: bool,
}

fn main() {
    let here = env::var("CARGO_MANIFEST_DIR").expect("cargo says where");
    let api = Path::new(&here).join("src/api");
    println!("cargo::rerun-if-changed=src/api.rs");
    println!("cargo::rerun-if-changed=src/api");
    let mut files = vec![api.with_extension("rs")];
    let entries = fs::read_dir(&api).expect("the vocabulary has a folder");
    files.extend(entries.map(|entry| entry.expect("readable").path()));
    files.sort();
    let (mut schemas, mut tagged) = (Map::new(), Map::new());
    for file in files.iter().filter(|file| file.extension().is_some_and(|it| it == "rs")) {
        let text = fs::read_to_string(file).expect("readable");
        let parsed = syn::parse_file(&text).expect("Rust");
        parsed.items.iter().for_each(|item| read(item, &mut schemas, &mut tagged));
    }
    let all = json!({ "schemas": schemas, "tagged": tagged });
    let out = Path::new(&env::var("OUT_DIR").expect("cargo says where")).join("types.json");
    fs::write(out, all.to_string()).expect("writable");
}

fn read(item: &Item, schemas: &mut Map<String, Value>, tagged: &mut Map<String, Value>) {
    match item {
        Item::Struct(it) => {
            let told = told(&it.attrs);
            let schema = described(fields(&it.fields, &told), &it.attrs);
            schemas.insert(it.ident.to_string(), schema);
        }
        Item::Enum(it) => {
            let told_here = told(&it.attrs);
            let mut variants = Map::new();
            for variant in &it.variants {
                let told = told(&variant.attrs);
                let name = told.rename.unwrap_or_else(|| {
                    let name = variant.ident.to_string();
                    if told_here.snake { snake(&name) } else { name }
                });
                let inner = match &variant.fields {
                    Fields::Unnamed(inner) => inner.unnamed.first().map(|it| named(&it.ty)),
                    _ => None,
                };
                let schema = fields(&variant.fields, &Told::default());
                let doc = documentation(&variant.attrs);
                variants.insert(name, json!({ "schema": schema, "inner": inner, "doc": doc }));
            }
            let name = it.ident.to_string();
            let is_words = it.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit));
            if let Some(tag) = told_here.tag {
                tagged.insert(name, json!({ "tag": tag, "variants": variants }));
            } else if is_words {
                let words: Vec<&String> = variants.keys().collect();
                let schema = json!({ "type": "string", "enum": words });
                schemas.insert(name, described(schema, &it.attrs));
            } else {
                let forms = variants.iter().map(|(name, it)| {
                    let one = Map::from_iter([(name.clone(), it["schema"].clone())]);
                    json!({ "type": "object", "properties": one, "required": [name] })
                });
                let forms: Vec<Value> = forms.collect();
                schemas.insert(name, described(json!({ "oneOf": forms }), &it.attrs));
            }
        }
        _ => (),
    }
}

fn fields(fields: &Fields, container: &Told) -> Value {
    match fields {
        Fields::Unit => json!({ "type": "object", "properties": {}, "required": [] }),
        Fields::Unnamed(inner) => inner.unnamed.first().map_or(json!({}), |it| schema(&it.ty)),
        Fields::Named(named) if container.transparent => {
            named.named.first().map_or(json!({}), |it| schema(&it.ty))
        }
        Fields::Named(named) => object(named.named.iter(), container),
    }
}

fn object<'a>(fields: impl Iterator<Item = &'a Field>, container: &Told) -> Value {
    let (mut properties, mut required, mut all_of) = (Map::new(), Vec::new(), Vec::new());
    for field in fields {
        let told = told(&field.attrs);
        if told.flatten {
            all_of.push(schema(&field.ty));
            continue;
        }
        let written = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        let name = told.rename.unwrap_or_else(|| written.trim_start_matches("r#").to_owned());
        if !told.default && !container.default && argument(&field.ty, "Option").is_none() {
            required.push(name.clone());
        }
        properties.insert(name, described(schema(&field.ty), &field.attrs));
    }
    let own = json!({ "type": "object", "properties": properties, "required": required });
    if all_of.is_empty() {
        return own;
    }
    all_of.push(own);
    json!({ "allOf": all_of })
}

fn schema(ty: &Type) -> Value {
    if let Some(inner) = argument(ty, "Option") {
        return json!({ "anyOf": [schema(inner), { "type": "null" }] });
    }
    if let Some(inner) = argument(ty, "Box") {
        return schema(inner);
    }
    if let Some(inner) = argument(ty, "Vec").or_else(|| argument(ty, "BTreeSet")) {
        return json!({ "type": "array", "items": schema(inner) });
    }
    if let Some(inner) = argument(ty, "BTreeMap") {
        return json!({ "type": "object", "additionalProperties": schema(inner) });
    }
    if let Type::Tuple(tuple) = ty {
        let items: Vec<Value> = tuple.elems.iter().map(schema).collect();
        let count = items.len();
        return json!({ "type": "array", "prefixItems": items, "minItems": count, "maxItems": count });
    }
    let name = named(ty);
    foreign(&name).unwrap_or_else(|| json!({ "$ref": format!("#/components/schemas/{name}") }))
}

/// Types that are not in the vocabulary's own files.
fn foreign(name: &str) -> Option<Value> {
    let whole = |bits: u32| {
        // What every JSON reader can hold.
        let most = if bits >= 53 { (1_u64 << 53) - 1 } else { (1_u64 << bits) - 1 };
        json!({ "type": "integer", "minimum": 0, "maximum": most })
    };
    Some(match name {
        "String" | "Passphrase" | "SealedFile" => json!({ "type": "string" }),
        "bool" => json!({ "type": "boolean" }),
        "u8" => whole(8),
        "u16" => whole(16),
        "u32" => whole(32),
        "u64" | "usize" | "ClaimedTime" => whole(64),
        "i64" => json!({ "type": "integer" }),
        "f64" => json!({ "type": "number" }),
        "EnvelopeId" | "GroupId" | "KeyId" | "PersonId" | "RequestId" | "WriterId" | "BlobId" => {
            json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
        }
        _ => return None,
    })
}

/// The last name in a type's path.
fn named(ty: &Type) -> String {
    if let Some(inner) = argument(ty, "Box") {
        return named(inner);
    }
    match ty {
        Type::Path(path) => path.path.segments.last().map(|it| it.ident.to_string()),
        _ => None,
    }
    .unwrap_or_default()
}

/// The last argument of a generic type of this name.
fn argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.last()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

fn told(attributes: &[Attribute]) -> Told {
    let mut told = Told::default();
    for attribute in attributes.iter().filter(|it| it.path().is_ident("serde")) {
        let read = attribute.parse_nested_meta(|meta| {
            let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            let value = match meta.value() {
                Ok(value) => Some(value.parse::<syn::LitStr>()?.value()),
                Err(_) => None,
            };
            match name.as_str() {
                "tag" => told.tag = value,
                "rename" => told.rename = value,
                "rename_all" => told.snake = value.as_deref() == Some("snake_case"),
                "default" => told.default = true,
                "transparent" => told.transparent = true,
                "flatten" => told.flatten = true,
                _ => (),
            }
            Ok(())
        });
        read.expect("serde's attributes are lists of names");
    }
    told
}

/// What the comments above something say.
fn documentation(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| {
        let value = &attribute.meta.require_name_value().ok()?.value;
        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = value else { return None };
        Some(text.value().trim().to_owned())
    };
    let docs = attributes.iter().filter(|it| it.path().is_ident("doc"));
    docs.filter_map(line).collect::<Vec<_>>().join(" ").replace('`', "")
}

/// A schema with its comment; a reference keeps it beside itself.
fn described(mut schema: Value, attributes: &[Attribute]) -> Value {
    let doc = documentation(attributes);
    if let (false, Some(schema)) = (doc.is_empty(), schema.as_object_mut()) {
        schema.insert("description".to_owned(), Value::String(doc));
    }
    schema
}

/// `GroupNew` → `group_new`, as serde does it.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}
