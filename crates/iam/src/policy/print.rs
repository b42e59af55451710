//! From a document to text.
use super::Document;

impl Document {
    /// Prints the document canonically: one fixed order of elements, two spaces of indentation, single values bare.
    pub fn to_json(&self) -> String {
        todo!()
    }
}
