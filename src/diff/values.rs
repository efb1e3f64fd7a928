//! The values in which two pieces of plain data differ, each with its way from the root.

use serde::Serialize;
use serde_json::Value;

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Leaf {
    /// Its way from the root: `ego.state.speed_mps`, `objects[2].near_x_m`; empty for the root itself.
    pub path: String,
    /// In the first; null where it has none.
    pub a: Value,
    /// In the second; null where it has none.
    pub b: Value,
}

impl Leaf {
    /// `path: a | b`.
    pub(super) fn words(&self) -> String {
        let colon = if self.path.is_empty() { "" } else { ": " };
        format!("{}{colon}{} | {}", self.path, self.a, self.b)
    }
}

/// Every value in which `a` and `b` differ; none when they are equal to the bit.
pub(super) fn leaves(a: &Value, b: &Value) -> Vec<Leaf> {
    let mut found = Vec::new();
    compare(String::new(), a, b, &mut found);
    found
}

fn compare(path: String, a: &Value, b: &Value, found: &mut Vec<Leaf>) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let all = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            for key in all {
                let dot = if path.is_empty() { "" } else { "." };
                let of = |map: &serde_json::Map<String, Value>| map.get(key).cloned();
                let [a, b] = [of(a), of(b)].map(Option::unwrap_or_default);
                compare(format!("{path}{dot}{key}"), &a, &b, found);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for index in 0..a.len().max(b.len()) {
                let [a, b] = [a, b].map(|list| list.get(index).cloned().unwrap_or_default());
                compare(format!("{path}[{index}]"), &a, &b, found);
            }
        }
        _ if a == b => {}
        _ => found.push(Leaf {
            path,
            a: a.clone(),
            b: b.clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_found_by_their_way() {
        let a = json!({"ego": {"speed": 1.0}, "actors": [1, 2], "same": [true]});
        let b = json!({"ego": {"speed": 2.0}, "actors": [1, 2, 3], "same": [true]});
        let found = leaves(&a, &b);
        let paths: Vec<&str> = found.iter().map(|leaf| leaf.path.as_str()).collect();
        assert_eq!(paths, ["actors[2]", "ego.speed"]);
        assert_eq!(found[0].a, Value::Null);
    }

    #[test]
    fn a_last_bit_is_a_difference() {
        let value = 0.1f64;
        let next = f64::from_bits(value.to_bits() + 1);
        assert_eq!(leaves(&json!(value), &json!(next)).len(), 1);
    }
}
