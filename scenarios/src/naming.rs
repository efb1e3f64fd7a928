//! What is said of a name that nobody knows: the names there are, and the one that may have been meant.

/// "`a`, `b` and `c`", or "none".
pub fn list(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.collect();
    match names.pop() {
        None => "none".to_owned(),
        Some(last) if names.is_empty() => last,
        Some(last) => format!("{} and {last}", names.join(", ")),
    }
}

/// "unknown kind `name`; this story has `a` and `b`".
pub fn unknown(kind: &str, name: &str, known: &[&str]) -> String {
    unknown_of(kind, name, "this story has", known)
}

/// "unknown kind `name`; there is `a` and `b`", with the words before what is known, and what may have been meant.
pub fn unknown_of(kind: &str, name: &str, there_is: &str, known: &[&str]) -> String {
    let there = list(known.iter().map(|known| format!("`{known}`")));
    let meant = did_you_mean(name, known);
    format!("unknown {kind} `{name}`; {meant}{there_is} {there}")
}

/// "did you mean `a`? ", where one of the known names is much like the wrong one, else nothing.
pub fn did_you_mean(wrong: &str, known: &[&str]) -> String {
    /// Alike enough, of 1: a letter wrong, missing or too many in a word of five.
    const ALIKE: f64 = 0.75;
    let alike = |name: &&&str| strsim::normalized_damerau_levenshtein(wrong, name);
    known
        .iter()
        .max_by(|a, b| alike(a).total_cmp(&alike(b)))
        .filter(|best| alike(best) >= ALIKE)
        .map_or_else(String::new, |best| format!("did you mean `{best}`? "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_english() {
        let names = |names: &[&str]| list(names.iter().map(|name| (*name).to_owned()));
        assert_eq!(names(&[]), "none");
        assert_eq!(names(&["a"]), "a");
        assert_eq!(names(&["a", "b", "c"]), "a, b and c");
    }

    #[test]
    fn what_was_meant_is_told_where_it_is_plain() {
        assert_eq!(
            unknown("parameter", "sped", &["gap", "speed"]),
            "unknown parameter `sped`; did you mean `speed`? this story has `gap` and `speed`"
        );
        assert_eq!(did_you_mean("van", &["gap", "speed"]), "");
        assert_eq!(did_you_mean("van", &[]), "");
    }
}
