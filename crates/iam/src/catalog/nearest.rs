//! What someone probably meant.

/// Names longer than this are not compared.
const LONGEST: usize = 64;

/// The candidate with the fewest edits from `name`, whatever the case, where it takes at most a third of its letters.
pub(crate) fn nearest<'c>(
    name: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    let lower = name.to_ascii_lowercase();
    if lower.len() > LONGEST {
        return None;
    }
    candidates
        .map(|candidate| (edits(&lower, &candidate.to_ascii_lowercase()), candidate))
        .min_by_key(|(edits, _)| *edits)
        .filter(|(edits, candidate)| *edits <= candidate.len().min(lower.len()).div_ceil(3))
        .map(|(_, candidate)| candidate)
}

/// The least number of letters to insert, delete or replace.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (place, letter) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = place + 1;
        for (column, other) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_is_close() {
        let known = ["PutObject", "GetObject", "ListBucket"];
        assert_eq!(nearest("putobjects", known.into_iter()), Some("PutObject"));
        assert_eq!(
            nearest("ListBuckets", known.into_iter()),
            Some("ListBucket")
        );
        assert_eq!(nearest("Frobnicate", known.into_iter()), None);
        assert_eq!(nearest(&"a".repeat(10_000), known.into_iter()), None);
    }
}
