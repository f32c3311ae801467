//! The language that filters a list of servers by their labels.
//!
//! An expression is `name=value`, joined by `and` and `or` as in SQL: `and` binds tighter,
//! parentheses group. A value is a number or a text in double quotes, where a backslash escapes a
//! quote or a backslash.

use std::{iter::Peekable, str::Chars};

use super::labels::{column, is_key};

/// How many comparisons an expression may hold.
const COMPARISONS_MAX: usize = 100;
/// How deep the parentheses of an expression may nest.
const NESTING_MAX: usize = 32;

/// What the labels of a server must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    /// The label of this name has this value.
    Is(String, Literal),
    /// Every one of two or more holds.
    All(Vec<Expression>),
    /// At least one of two or more holds.
    Any(Vec<Expression>),
}

/// A value as the expression writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    Number(String),
    Text(String),
}

/// Why an expression cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: {message}")]
pub(super) struct SyntaxError {
    /// Which character is at fault, counted from 1.
    at: usize,
    message: String,
}

impl Expression {
    /// Reads an expression.
    pub(super) fn parse(text: &str) -> Result<Expression, SyntaxError> {
        let lexer = Lexer { rest: text.chars().peekable(), at: 1 };
        let mut parser = Parser { lexer, at: 1, token: Token::End, comparisons: 0 };
        parser.advance()?;
        let expression = parser.any(0)?;
        match parser.token {
            Token::End => Ok(expression),
            _ => Err(parser.expected("and, or, or the end")),
        }
    }

    /// The expression as a condition of SQL, with the values of its `?`.
    pub(super) fn to_sql(&self) -> (String, Vec<&str>) {
        let (mut sql, mut values) = (String::new(), Vec::new());
        self.write_sql(&mut sql, &mut values);
        (sql, values)
    }

    fn write_sql<'a>(&'a self, sql: &mut String, values: &mut Vec<&'a str>) {
        let (operator, parts) = match self {
            Expression::Is(name, literal) => return write_comparison(name, literal, sql, values),
            Expression::All(parts) => (" AND ", parts),
            Expression::Any(parts) => (" OR ", parts),
        };
        sql.push('(');
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                sql.push_str(operator);
            }
            part.write_sql(sql, values);
        }
        sql.push(')');
    }
}

/// Values are compared by the rules of SQL: a number equals a text that reads as that number.
fn write_comparison<'a>(
    name: &'a str,
    literal: &'a Literal,
    sql: &mut String,
    values: &mut Vec<&'a str>,
) {
    let (mark, value) = match literal {
        Literal::Number(digits) => ("CAST(? AS NUMERIC)", digits),
        Literal::Text(text) => ("?", text),
    };
    match column(name) {
        Some(column) => sql.push_str(&format!("{column} = {mark}")),
        None => {
            values.push(name);
            sql.push_str(&format!(
                "EXISTS (SELECT 1 FROM json_each(body, '$.labels')
                         WHERE value ->> 'key' = ? AND value ->> 'value' = {mark})"
            ));
        }
    }
    values.push(value);
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Name(String),
    Literal(Literal),
    Equals,
    And,
    Or,
    Open,
    Close,
    End,
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    /// Where the token begins.
    at: usize,
    token: Token,
    comparisons: usize,
}

impl Parser<'_> {
    fn any(&mut self, nesting: usize) -> Result<Expression, SyntaxError> {
        let mut parts = vec![self.all(nesting)?];
        while self.token == Token::Or {
            self.advance()?;
            parts.push(self.all(nesting)?);
        }
        Ok(one_or(Expression::Any, parts))
    }

    fn all(&mut self, nesting: usize) -> Result<Expression, SyntaxError> {
        let mut parts = vec![self.term(nesting)?];
        while self.token == Token::And {
            self.advance()?;
            parts.push(self.term(nesting)?);
        }
        Ok(one_or(Expression::All, parts))
    }

    fn term(&mut self, nesting: usize) -> Result<Expression, SyntaxError> {
        if self.token != Token::Open {
            return self.comparison();
        }
        if nesting == NESTING_MAX {
            return Err(error(self.at, format!("parentheses nest {NESTING_MAX} deep at most")));
        }
        self.advance()?;
        let inner = self.any(nesting + 1)?;
        match self.advance()? {
            (_, Token::Close) => Ok(inner),
            (at, _) => Err(expected(at, "and, or, or a closing parenthesis")),
        }
    }

    fn comparison(&mut self) -> Result<Expression, SyntaxError> {
        self.comparisons += 1;
        if self.comparisons > COMPARISONS_MAX {
            return Err(error(self.at, format!("more than {COMPARISONS_MAX} comparisons")));
        }
        let name = match self.advance()? {
            (_, Token::Name(name)) => name,
            (at, _) => return Err(expected(at, "a label")),
        };
        match self.advance()? {
            (_, Token::Equals) => {}
            (at, _) => return Err(expected(at, "=")),
        }
        match self.advance()? {
            (_, Token::Literal(literal)) => Ok(Expression::Is(name, literal)),
            (at, _) => Err(expected(at, "a value")),
        }
    }

    /// Takes the token, with its position, and reads the next one.
    fn advance(&mut self) -> Result<(usize, Token), SyntaxError> {
        let (at, next) = self.lexer.token()?;
        Ok((std::mem::replace(&mut self.at, at), std::mem::replace(&mut self.token, next)))
    }

    fn expected(&self, what: &str) -> SyntaxError {
        expected(self.at, what)
    }
}

fn one_or(join: fn(Vec<Expression>) -> Expression, mut parts: Vec<Expression>) -> Expression {
    if parts.len() > 1 { join(parts) } else { parts.remove(0) }
}

struct Lexer<'a> {
    rest: Peekable<Chars<'a>>,
    /// The position of the next character.
    at: usize,
}

impl Lexer<'_> {
    fn token(&mut self) -> Result<(usize, Token), SyntaxError> {
        self.take_while(char::is_whitespace);
        let at = self.at;
        let token = match self.rest.peek() {
            None => Token::End,
            Some('=') => self.single(Token::Equals),
            Some('(') => self.single(Token::Open),
            Some(')') => self.single(Token::Close),
            Some('"') => Token::Literal(Literal::Text(self.text()?)),
            Some('-' | '0'..='9') => {
                let digits = self.take_while(|it| it.is_ascii_digit() || matches!(it, '-' | '.'));
                if !is_number(&digits) {
                    return Err(error(at, format!("{digits} is not a number")));
                }
                Token::Literal(Literal::Number(digits))
            }
            Some('a'..='z' | 'A'..='Z') => {
                word(self.take_while(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '-')))
                    .map_err(|message| error(at, message))?
            }
            Some(other) => return Err(error(at, format!("unexpected {other}"))),
        };
        Ok((at, token))
    }

    /// A text in double quotes.
    fn text(&mut self) -> Result<String, SyntaxError> {
        let opened = self.at;
        self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => match self.next() {
                    Some(escaped @ ('"' | '\\')) => text.push(escaped),
                    _ => {
                        return Err(error(
                            self.at - 2,
                            "a backslash escapes a quote or a backslash".into(),
                        ));
                    }
                },
                Some(plain) => text.push(plain),
                None => return Err(error(opened, "the text has no closing quote".into())),
            }
        }
    }

    fn single(&mut self, token: Token) -> Token {
        self.next();
        token
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(next) = self.rest.next_if(|it| belongs(*it)) {
            self.at += 1;
            taken.push(next);
        }
        taken
    }

    fn next(&mut self) -> Option<char> {
        self.at += 1;
        self.rest.next()
    }
}

fn word(word: String) -> Result<Token, String> {
    if word.eq_ignore_ascii_case("and") {
        Ok(Token::And)
    } else if word.eq_ignore_ascii_case("or") {
        Ok(Token::Or)
    } else if is_key(&word) {
        Ok(Token::Name(word))
    } else {
        Err(format!("{word} cannot be the key of a label"))
    }
}

/// Whether `text` is digits, perhaps with a minus sign and a fraction.
fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_prefix('-').unwrap_or(text).splitn(2, '.').all(digits)
}

fn expected(at: usize, what: &str) -> SyntaxError {
    error(at, format!("expected {what}"))
}

fn error(at: usize, message: String) -> SyntaxError {
    SyntaxError { at, message }
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use proptest::{collection::vec, prelude::*};

    use super::*;

    impl fmt::Display for Expression {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self {
                Expression::Is(name, Literal::Number(digits)) => write!(f, "{name}={digits}"),
                Expression::Is(name, Literal::Text(text)) => {
                    write!(f, "{name}=\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
                }
                Expression::All(parts) => {
                    let grouped = |part: &Expression| !matches!(part, Expression::Is(..));
                    write_joined(f, " and ", parts, grouped)
                }
                Expression::Any(parts) => {
                    write_joined(f, " OR ", parts, |part| matches!(part, Expression::Any(_)))
                }
            }
        }
    }

    fn write_joined(
        f: &mut fmt::Formatter<'_>,
        operator: &str,
        parts: &[Expression],
        grouped: impl Fn(&Expression) -> bool,
    ) -> fmt::Result {
        for (index, part) in parts.iter().enumerate() {
            let before = if index > 0 { operator } else { "" };
            match grouped(part) {
                true => write!(f, "{before}({part})")?,
                false => write!(f, "{before}{part}")?,
            }
        }
        Ok(())
    }

    fn expression() -> impl Strategy<Value = Expression> {
        let name = "[a-z][a-z0-9_-]{0,9}".prop_filter("a keyword", |it| it != "and" && it != "or");
        let literal = prop_oneof![
            "-?[0-9]{1,5}(\\.[0-9]{1,3})?".prop_map(Literal::Number),
            any::<String>().prop_map(Literal::Text)
        ];
        let comparison = (name, literal).prop_map(|(name, literal)| Expression::Is(name, literal));
        comparison.prop_recursive(4, 20, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 2..4).prop_map(Expression::All),
                vec(inner, 2..4).prop_map(Expression::Any)
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back_the_same(expression in expression()) {
            prop_assert_eq!(Expression::parse(&expression.to_string()), Ok(expression));
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = Expression::parse(&text);
        }

        #[test]
        fn no_row_of_tokens_panics(
            tokens in vec(
                prop_oneof![
                    "and", "OR", "a", "B", "=", "\\(", "\\)", "\"", "\\\\", "1", "-", "é"
                ],
                0..20,
            )
        ) {
            let text = tokens.join(" ");
            if let Err(error) = Expression::parse(&text) {
                prop_assert!((1..=text.chars().count() + 1).contains(&error.at));
            }
        }
    }

    fn is(name: &str, text: &str) -> Expression {
        Expression::Is(name.into(), Literal::Text(text.into()))
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let read = Expression::parse(r#"a="1" and b="2" or c="3""#).unwrap();
        assert_eq!(
            read,
            Expression::Any(vec![Expression::All(vec![is("a", "1"), is("b", "2")]), is("c", "3")])
        );
        let read = Expression::parse(r#"a="1" AND (b="2" Or c="3")"#).unwrap();
        assert_eq!(
            read,
            Expression::All(vec![is("a", "1"), Expression::Any(vec![is("b", "2"), is("c", "3")])])
        );
    }

    #[test]
    fn a_value_is_bound_and_never_part_of_the_statement() {
        let read = Expression::parse(r#"tier="x' OR 1=1 --" and fleet_id=0"#).unwrap();
        let (sql, values) = read.to_sql();
        assert_eq!(values, ["tier", "x' OR 1=1 --", "0"]);
        assert!(
            sql.ends_with("AND fleet_id = CAST(? AS NUMERIC))") && !sql.contains("--"),
            "{sql}"
        );
    }

    #[test]
    fn a_fault_has_a_position() {
        for (text, message) in [
            ("", "at character 1: expected a label"),
            ("region_name=", "at character 13: expected a value"),
            ("region_name=Rotterdam", "at character 13: Rotterdam cannot be the key of a label"),
            ("region_name=rotterdam", "at character 13: expected a value"),
            ("a=1 and", "at character 8: expected a label"),
            ("a=1 b=2", "at character 5: expected and, or, or the end"),
            ("(a=1", "at character 5: expected and, or, or a closing parenthesis"),
            ("a=1)", "at character 4: expected and, or, or the end"),
            ("a>1", "at character 2: unexpected >"),
            ("a 1", "at character 3: expected ="),
            ("a=1.2.3", "at character 3: 1.2.3 is not a number"),
            ("a=\"é\" and b=\"c", "at character 13: the text has no closing quote"),
            (r#"a="b\n""#, "at character 5: a backslash escapes a quote or a backslash"),
            ("fleetId=1", "at character 1: fleetId cannot be the key of a label"),
        ] {
            let error = Expression::parse(text).unwrap_err();
            assert_eq!(error.to_string(), message, "{text}");
        }
    }

    #[test]
    fn an_expression_has_bounds() {
        let nested = |depth| format!("{}a=1{}", "(".repeat(depth), ")".repeat(depth));
        assert!(Expression::parse(&nested(NESTING_MAX)).is_ok());
        assert!(Expression::parse(&nested(NESTING_MAX + 1)).is_err());
        assert!(Expression::parse(&"(".repeat(100_000)).is_err());
        let long = |count| vec!["a=1"; count].join(" and ");
        assert!(Expression::parse(&long(COMPARISONS_MAX)).is_ok());
        assert!(Expression::parse(&long(COMPARISONS_MAX + 1)).is_err());
    }
}
