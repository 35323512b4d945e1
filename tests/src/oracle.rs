//! Comparison with the executable models of the rules.
//!
//! A model prints a random set and what it comes to (`--emit SEED`); each module here judges the
//! same set with this implementation and says where the two differ.

pub mod authority;
pub mod claims;

use serde_json::Value;

/// Judges what a model printed: what this implementation makes of it, and the first difference.
///
/// The error says why the input is not what the model prints.
pub type Check = fn(&str) -> Result<(Value, Option<String>), String>;

/// Every model that there is, by the name the binary `oracle` takes. One line each.
pub const CHECKS: &[(&str, Check)] = &[("authority", authority::check), ("claims", claims::check)];

/// Where two JSON values first differ, as a path and the two sides; `None` where they do not.
pub fn first_difference(path: &str, ours: &Value, theirs: &Value) -> Option<String> {
    match (ours, theirs) {
        (Value::Object(mine), Value::Object(other)) => {
            let keys: std::collections::BTreeSet<&String> =
                mine.keys().chain(other.keys()).collect();
            let side = |object: &serde_json::Map<String, Value>, key: &String| {
                object.get(key).cloned().unwrap_or(Value::Null)
            };
            keys.into_iter().find_map(|key| {
                first_difference(&format!("{path}.{key}"), &side(mine, key), &side(other, key))
            })
        }
        _ if ours == theirs => None,
        _ => Some(format!("{path}: here {ours}, the model says {theirs}")),
    }
}
