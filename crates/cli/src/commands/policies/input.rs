//! What commands about policies read: files, standard input, documents in prose.

use std::io::Read;
use std::path::Path;

use iam::policy::{Document, DocumentError, Kind, Prose};
use miette::{Diagnostic, SourceSpan};

use super::excerpt::{Excerpt, brief};
use crate::show::Shown;

/// The largest input, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// What was given cannot be read.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub(crate) enum InputError {
    #[error("could not read `{name}`")]
    Read {
        name: String,
        #[source]
        source: std::io::Error,
    },
    #[error("`{0}` is larger than 16 MiB")]
    TooLarge(String),
    #[error("`{name}` is not UTF-8 from byte {at}")]
    NotText { name: String, at: usize },
    #[error("there is no policy document in `{0}`")]
    NoDocument(String),
    #[error("`{name}` holds {count} documents, and {number} is asked for")]
    NoSuchDocument {
        name: String,
        number: usize,
        count: usize,
    },
    #[error("{message}")]
    #[diagnostic(code("invalid-document"))]
    Document {
        message: String,
        #[source_code]
        source_code: Excerpt,
        #[label("here")]
        span: SourceSpan,
    },
}

/// A text with the name under which it is shown.
pub(super) struct Input {
    pub(super) name: String,
    pub(super) text: String,
}

impl Input {
    /// Reads a file, or standard input for `-`.
    pub(super) fn read(name: &str) -> Result<Self, InputError> {
        let (shown, bytes) = if name == "-" {
            ("standard input", bytes(std::io::stdin().lock()))
        } else {
            (name, std::fs::File::open(name).and_then(bytes))
        };
        let bytes = bytes.map_err(|source| InputError::Read {
            name: shown.to_owned(),
            source,
        })?;
        if bytes.len() as u64 > LARGEST {
            return Err(InputError::TooLarge(shown.to_owned()));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self {
                name: shown.to_owned(),
                // A mark of byte order is no part of the text.
                text: text
                    .strip_prefix('\u{feff}')
                    .map(str::to_owned)
                    .unwrap_or(text),
            }),
            Err(error) => Err(InputError::NotText {
                name: shown.to_owned(),
                at: error.utf8_error().valid_up_to(),
            }),
        }
    }
}

fn bytes(source: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The documents of a file, and which of them is meant.
pub(super) struct Documents {
    pub(super) name: String,
    pub(super) prose: Prose,
    number: Option<usize>,
}

impl Documents {
    /// Reads `FILE`, `FILE#NUMBER` or `-`.
    pub(super) fn read(argument: &str) -> Result<Self, InputError> {
        let (file, number) = split_number(argument);
        let input = Input::read(file)?;
        let prose = Prose::read(&input.text);
        let count = prose.found().len();
        if count == 0 {
            return Err(InputError::NoDocument(input.name));
        }
        match number {
            Some(number) if number == 0 || number > count => Err(InputError::NoSuchDocument {
                name: input.name,
                number,
                count,
            }),
            number => Ok(Self {
                name: input.name,
                prose,
                number,
            }),
        }
    }

    /// Each document that is meant, with its number.
    pub(super) fn each(
        &self,
        kind: Kind,
    ) -> impl Iterator<Item = (usize, Result<Document, DocumentError>)> {
        let numbered = self
            .prose
            .found()
            .iter()
            .enumerate()
            .map(|(at, found)| (at + 1, found));
        numbered
            .filter(|(number, _)| self.number.is_none_or(|wanted| wanted == *number))
            .map(move |(number, found)| (number, self.prose.document(found, kind)))
    }

    /// The one that is meant; the first, with a word about it, where several are there and none is picked.
    pub(super) fn one(&self, kind: Kind, shown: &Shown) -> Result<Document, InputError> {
        let count = self.prose.found().len();
        if self.number.is_none() && count > 1 {
            shown.warning(&format!(
                "`{0}` holds {count} documents: the first is taken; `{0}#2` is the second",
                self.name
            ));
        }
        let first = self.each(kind).next();
        let (_, document) = first.ok_or_else(|| InputError::NoDocument(self.name.clone()))?;
        document.map_err(|error| self.refused(&error))
    }

    /// The error with the text that it is about.
    pub(super) fn refused(&self, error: &DocumentError) -> InputError {
        let source_code = Excerpt::of(&self.name, self.prose.source());
        let (start, end) = (error.span.start, error.span.end.max(error.span.start + 1));
        InputError::Document {
            message: brief(&error.to_string()).into_owned(),
            span: source_code.mark(start as usize, end as usize),
            source_code,
        }
    }
}

/// `FILE#2` is the second document of FILE, unless a file has that name.
fn split_number(argument: &str) -> (&str, Option<usize>) {
    match argument.rsplit_once('#') {
        Some((file, number)) if !Path::new(argument).exists() => match number.parse() {
            Ok(number) => (file, Some(number)),
            Err(_) => (argument, None),
        },
        _ => (argument, None),
    }
}

/// The only document that an argument means.
pub(super) fn document(argument: &str, kind: Kind, shown: &Shown) -> Result<Document, InputError> {
    Documents::read(argument)?.one(kind, shown)
}
