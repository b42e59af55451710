//! What a decision leaves behind besides its answer.

/// Takes down what evaluation comes across; `'p` is the lifetime of the policies.
pub(crate) trait Notes<'p> {
    /// A condition key that a statement asked for is absent.
    fn missing(&mut self, key: &'p str);
}

/// Takes nothing down.
pub(crate) struct Silent;

impl Notes<'_> for Silent {
    fn missing(&mut self, _: &str) {}
}
