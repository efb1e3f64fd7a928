//! Numbers in a story: plain ones, or small expressions over its parameters such as `"$ego_speed * 1.5 + 3"`.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};
use thiserror::Error;

use crate::naming::unknown;

/// Parentheses and signs nested deeper than this are refused.
const MAX_DEPTH: usize = 32;

/// A number in a story.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Written as a number.
    Number(f64),
    /// Written as a string: `+ - * /`, parentheses, numbers and `$parameter`.
    Expression(String),
}

impl Default for Value {
    fn default() -> Self {
        Value::Number(0.0)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Number(number)
    }
}

/// An expression that has no value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub(super) struct ExpressionError {
    /// Byte of the expression at which the trouble begins.
    pub(super) at: usize,
    /// What is wrong, and the remedy.
    pub(super) message: String,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl Visitor<'_> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number or an expression in quotes such as \"$speed * 2\"")
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Expression(text.to_owned()))
    }
}

/// The number an expression stands for, given the story's parameters.
///
/// # Errors
/// On broken syntax, an unknown parameter, or a result that is not finite.
pub(super) fn evaluate(
    text: &str,
    parameters: &BTreeMap<String, f64>,
) -> Result<f64, ExpressionError> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        parameters,
    };
    let value = reader.sum()?;
    reader.skip_blanks();
    if reader.at < text.len() {
        return Err(reader.error("numbers carry no unit; expected an operator + - * /"));
    }
    if !value.is_finite() {
        return Err(ExpressionError {
            at: 0,
            message: format!("`{text}` is not a finite number (a division by zero?)"),
        });
    }
    Ok(value)
}

/// Recursive descent over the expression; one method per rule of the grammar.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    parameters: &'a BTreeMap<String, f64>,
}

impl<'a> Reader<'a> {
    fn sum(&mut self) -> Result<f64, ExpressionError> {
        let mut value = self.product()?;
        loop {
            match self.peek() {
                Some(b'+') => value += self.operand(Self::product)?,
                Some(b'-') => value -= self.operand(Self::product)?,
                _ => return Ok(value),
            }
        }
    }

    fn product(&mut self) -> Result<f64, ExpressionError> {
        let mut value = self.factor()?;
        loop {
            match self.peek() {
                Some(b'*') => value *= self.operand(Self::factor)?,
                Some(b'/') => value /= self.operand(Self::factor)?,
                _ => return Ok(value),
            }
        }
    }

    fn operand(
        &mut self,
        rule: fn(&mut Self) -> Result<f64, ExpressionError>,
    ) -> Result<f64, ExpressionError> {
        self.at += 1;
        rule(self)
    }

    fn factor(&mut self) -> Result<f64, ExpressionError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("nested too deeply"));
        }
        let value = match self.peek() {
            Some(b'-') => -self.operand(Self::factor)?,
            Some(b'(') => self.parenthesis()?,
            Some(b'$') => self.parameter()?,
            Some(b'0'..=b'9' | b'.') => self.number()?,
            _ => return Err(self.no_number()),
        };
        self.depth -= 1;
        Ok(value)
    }

    /// What is missing here, and what was meant where a parameter stands without its `$`.
    fn no_number(&self) -> ExpressionError {
        let rest = &self.text[self.at..];
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let word = &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())];
        let ExpressionError { at, message } = self.error("expected a number, `$parameter` or `(`");
        let message = match self.parameters.get(word) {
            Some(_) => format!("{message}; did you mean `${word}`?"),
            None => message,
        };
        ExpressionError { at, message }
    }

    fn parenthesis(&mut self) -> Result<f64, ExpressionError> {
        let value = self.operand(Self::sum)?;
        if self.peek() != Some(b')') {
            return Err(self.error("expected `)`"));
        }
        self.at += 1;
        Ok(value)
    }

    fn parameter(&mut self) -> Result<f64, ExpressionError> {
        let start = self.at;
        self.at += 1;
        let name = self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        self.parameters.get(name).copied().ok_or_else(|| {
            let known: Vec<String> = self.parameters.keys().map(|it| format!("${it}")).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            ExpressionError {
                at: start,
                message: unknown("parameter", &format!("${name}"), &known),
            }
        })
    }

    fn number(&mut self) -> Result<f64, ExpressionError> {
        let start = self.at;
        let digits = self.take_while(|byte| byte.is_ascii_digit() || byte == b'.');
        digits.parse().map_err(|_| ExpressionError {
            at: start,
            message: format!("`{digits}` is not a number"),
        })
    }

    fn take_while(&mut self, accepts: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        while self.byte().is_some_and(&accepts) {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    fn peek(&mut self) -> Option<u8> {
        self.skip_blanks();
        self.byte()
    }

    fn skip_blanks(&mut self) {
        while self.byte() == Some(b' ') {
            self.at += 1;
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn error(&self, message: &str) -> ExpressionError {
        ExpressionError {
            at: self.at,
            message: format!("{message} in `{}`", self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value_of(text: &str) -> Result<f64, ExpressionError> {
        let parameters = BTreeMap::from([("gap".to_owned(), 8.0), ("speed".to_owned(), 10.0)]);
        evaluate(text, &parameters)
    }

    #[test]
    fn products_bind_tighter_than_sums() {
        assert_eq!(value_of("$speed * 1.5 + 3"), Ok(18.0));
        assert_eq!(value_of("3 + $gap / -(2 + 2) - 1"), Ok(0.0));
    }

    #[test]
    fn an_unknown_parameter_names_the_known_ones() {
        let error = value_of("2 * $gpa").unwrap_err();
        assert_eq!(error.at, 4);
        assert_eq!(
            error.message,
            "unknown parameter `$gpa`; did you mean `$gap`? this story has `$gap` and `$speed`"
        );
    }

    #[test]
    fn broken_expressions_are_refused_with_the_place() {
        for (text, at) in [
            ("1 +", 3),
            ("(1", 2),
            ("1 2", 2),
            ("1.2.3", 0),
            ("1 / 0", 0),
        ] {
            assert_eq!(value_of(text).unwrap_err().at, at, "{text}");
        }
        assert!(value_of(&"(".repeat(100_000)).is_err());
    }
}
