//! Malformed bodies: not JSON, or JSON that no program can take.

/// A body that should be refused and that parsers trip over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MalformedBody {
    /// Lists in each other, deeper than a parser's stack.
    DeepLists,
    /// A surrogate without its other half.
    HalfCharacter,
    /// A number that no floating-point number holds.
    HugeNumber,
    /// A word that is no literal of JSON.
    Word,
    /// A text without its closing quote.
    OpenText,
    /// A byte order mark and nothing else.
    ByteOrderMark,
    /// A number as the name of a member.
    NumberAsName,
    /// A second object behind the first.
    SecondObject,
}

impl MalformedBody {
    /// Every one, in the order of their numbers.
    pub const ALL: [MalformedBody; 8] = [
        MalformedBody::DeepLists,
        MalformedBody::HalfCharacter,
        MalformedBody::HugeNumber,
        MalformedBody::Word,
        MalformedBody::OpenText,
        MalformedBody::ByteOrderMark,
        MalformedBody::NumberAsName,
        MalformedBody::SecondObject,
    ];

    /// The one of this number; after the last comes the first again.
    pub fn of(number: u32) -> MalformedBody {
        Self::ALL[number as usize % Self::ALL.len()]
    }

    /// What is wrong with it, for messages.
    pub fn words(self) -> &'static str {
        match self {
            MalformedBody::DeepLists => "ten thousand lists in each other",
            MalformedBody::HalfCharacter => "half a character",
            MalformedBody::HugeNumber => "a number beyond all numbers",
            MalformedBody::Word => "a word that is no JSON",
            MalformedBody::OpenText => "a text that never ends",
            MalformedBody::ByteOrderMark => "a byte order mark and nothing else",
            MalformedBody::NumberAsName => "a key that is no text",
            MalformedBody::SecondObject => "something behind its end",
        }
    }

    /// What is sent.
    pub fn text(self) -> String {
        match self {
            MalformedBody::DeepLists => "[".repeat(10_000),
            MalformedBody::HalfCharacter => r#"{"name":"\ud800"}"#.to_owned(),
            MalformedBody::HugeNumber => r#"{"id":1e999}"#.to_owned(),
            MalformedBody::Word => "nil".to_owned(),
            MalformedBody::OpenText => format!("{{\"name\":\"{}", "x".repeat(10_000)),
            MalformedBody::ByteOrderMark => "\u{feff}".to_owned(),
            MalformedBody::NumberAsName => "{1:2}".to_owned(),
            MalformedBody::SecondObject => "{}{}".to_owned(),
        }
    }
}
