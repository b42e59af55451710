//! Sizes as AWS counts them.

/// The characters of a document that count against IAM's quotas: all but white space.
// spec: iam/limits#sizes
pub fn counted_characters(text: &str) -> usize {
    text.chars()
        .filter(|character| !character.is_whitespace())
        .count()
}
