//! What is wrong with a text that is no RON or holds unknown words, and the remedy where it is not plain.

use crate::naming::unknown_of;

/// An error of the RON reader as one sentence for who wrote the file.
pub(super) fn in_words(error: &ron::Error) -> String {
    use ron::Error as E;
    match error {
        E::MissingStructField { field, outer } => {
            let inside = word_of(outer.as_deref()).map(|outer| format!(" in `{outer}`"));
            format!(
                "the field `{field}` is missing{}",
                inside.unwrap_or_default()
            )
        }
        E::NoSuchStructField {
            expected,
            found,
            outer,
        } => no_such("field", found, outer.as_deref(), expected),
        E::NoSuchEnumVariant {
            expected,
            found,
            outer,
        } => no_such("word", found, outer.as_deref(), expected),
        E::ExpectedDifferentStructName { found, .. } => format!(
            "`{found}` does not belong here; the fields stand in brackets without a word before them: (field: value)"
        ),
        E::SuggestRawIdentifier(found) => no_word(found),
        _ => match remedy(error) {
            Some(remedy) => format!("{error}; {remedy}"),
            None => error.to_string(),
        },
    }
}

fn no_such(kind: &str, found: &str, outer: Option<&str>, known: &[&str]) -> String {
    let there_is =
        word_of(outer).map_or_else(|| "there is".to_owned(), |outer| format!("`{outer}` has"));
    unknown_of(kind, found, &there_is, known)
}

/// The word of the file to which something belongs. Names of types are ours; only words of the file begin small.
fn word_of(outer: Option<&str>) -> Option<&str> {
    outer.filter(|outer| outer.starts_with(char::is_lowercase))
}

fn no_word(found: &str) -> String {
    if found.starts_with(|first: char| first.is_ascii_digit()) {
        return format!(
            "a word belongs here and not the number `{found}`: for example less_than({found}) or reaches(distance_m: \
             {found}); decimals have a point"
        );
    }
    format!("`{found}` is no word that is known here; see docs/stories.md")
}

fn remedy(error: &ron::Error) -> Option<&'static str> {
    use ron::Error as E;
    Some(match error {
        E::UnexpectedChar('$') => "expressions stand in quotes: \"$speed + 5\"",
        E::ExpectedStructLike | E::ExpectedNamedStructLike(_) => {
            "its fields stand in parentheses: name(field: value)"
        }
        E::ExpectedIdentifier => {
            "a word without quotes belongs here, such as a field's name; are there two brackets for one, or is the word \
             before the bracket missing, as in Story(...)?"
        }
        E::ExpectedString => "names and expressions stand in quotes",
        E::ExpectedArray => "a list stands in square brackets: [\"van\", \"box_truck\"]",
        E::ExpectedMapColon => "a colon stands between a field and its value",
        E::ExpectedAttribute => "comments begin with //",
        E::TrailingCharacters => "a bracket is closed too often before",
        E::Eof => "a bracket or a quote is not closed",
        E::ExpectedComma
        | E::ExpectedArrayEnd
        | E::ExpectedMapEnd
        | E::ExpectedStructLikeEnd
        | E::ExpectedStringEnd => {
            "a comma, quote or bracket is missing or too many here, or before on the same line or the one above; \
             numbers carry no unit"
        }
        _ => return None,
    })
}
