//! From text to a document.
use super::{Document, DocumentError, Kind};

impl Document {
    /// Reads a document and checks it against the grammar of its kind.
    ///
    /// # Errors
    /// [`DocumentError`] with the place of the first offence.
    pub fn parse(text: &str, kind: Kind) -> Result<Self, DocumentError> {
        let _ = (text, kind);
        todo!()
    }
}
