//! Patterns as sequences of elements.

/// Longer patterns are not compared element by element.
const LONGEST: usize = 2_048;

/// A pattern over text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Pattern(Vec<Element>);

/// One element of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Element {
    /// Itself.
    Literal(char),
    /// Any one character.
    One,
    /// Any run.
    Many,
    /// Any run without a slash.
    Segment,
    /// A policy variable: some text that only a request tells.
    Variable(Box<str>),
}

impl Element {
    fn is_run(&self) -> bool {
        matches!(self, Self::Many | Self::Segment | Self::Variable(_))
    }

    /// Whether one character can be of both.
    fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(left), Self::Literal(right)) => left == right,
            (Self::Segment, Self::Literal(letter)) | (Self::Literal(letter), Self::Segment) => {
                *letter != '/'
            }
            _ => true,
        }
    }

    /// Whether every text of `other` is one character of this.
    fn takes_one(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::One, Self::Literal(_) | Self::One) => true,
            (Self::Variable(left), Self::Variable(right)) => left == right,
            (Self::Literal(left), Self::Literal(right)) => left == right,
            _ => false,
        }
    }
}

impl Pattern {
    /// Reads a text in which `*` and `?` are wildcards and, where `variables` says so, `${…}` are variables.
    pub(crate) fn parse(text: &str, variables: bool) -> Self {
        let mut elements = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            if let Some((element, after)) = variable(rest).filter(|_| variables) {
                elements.push(element);
                rest = after;
                continue;
            }
            elements.push(match letter {
                '*' => Element::Many,
                '?' => Element::One,
                letter => Element::Literal(letter),
            });
            rest = &rest[letter.len_utf8()..];
        }
        Self(elements).normalized()
    }

    /// The pattern that covers `text` alone.
    pub(crate) fn literal(text: &str) -> Self {
        Self(text.chars().map(Element::Literal).collect())
    }

    /// Reads the form of a resource type: `*` is any run, `~` one without a slash.
    pub(crate) fn of_form(text: &str) -> Self {
        let element = |letter| match letter {
            '*' => Element::Many,
            '~' => Element::Segment,
            letter => Element::Literal(letter),
        };
        Self(text.chars().map(element).collect())
    }

    /// Puts the `?`s of a run of wildcards before one `*`: `*?*` and `?*` say the same.
    fn normalized(self) -> Self {
        let mut out: Vec<Element> = Vec::with_capacity(self.0.len());
        for element in self.0 {
            match (&element, out.last()) {
                (Element::Many, Some(Element::Many)) => {}
                (Element::One, Some(Element::Many)) => {
                    let last = out.len() - 1;
                    out.insert(last, Element::One);
                }
                _ => out.push(element),
            }
        }
        Self(out)
    }

    /// Whether it is `*`.
    pub(crate) fn is_anything(&self) -> bool {
        self.0 == [Element::Many]
    }

    /// Whether it covers one text alone.
    pub(crate) fn is_literal(&self) -> bool {
        self.0
            .iter()
            .all(|element| matches!(element, Element::Literal(_)))
    }

    /// Whether every text of `other` is one of this.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        if self.is_anything() || self == other {
            return true;
        }
        if self.0.len() > LONGEST || other.0.len() > LONGEST {
            return false;
        }
        let (wanted, found) = (&self.0, &other.0);
        let (mut at, mut in_other) = (0, 0);
        // The last `*` and how far it has taken.
        let mut resume: Option<(usize, usize)> = None;
        while in_other < found.len() {
            match wanted.get(at) {
                Some(Element::Many) => {
                    resume = Some((at, in_other));
                    at += 1;
                }
                Some(element) if element.takes_one(&found[in_other]) => {
                    at += 1;
                    in_other += 1;
                }
                _ => match &mut resume {
                    Some((star, taken)) => {
                        *taken += 1;
                        at = *star + 1;
                        in_other = *taken;
                    }
                    None => return false,
                },
            }
        }
        wanted[at..].iter().all(|element| *element == Element::Many)
    }

    /// Whether some text can be of both.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        if self.is_anything() || other.is_anything() {
            return true;
        }
        if self.0.len() > LONGEST || other.0.len() > LONGEST {
            return true;
        }
        let same = common_text(&self.0, &other.0);
        let (left, right) = (&self.0[same..], &other.0[same..]);
        // Most patterns differ in the text that they begin with.
        if let (Some(Element::Literal(ours)), Some(Element::Literal(theirs))) =
            (left.first(), right.first())
            && ours != theirs
        {
            return false;
        }
        // `here[j]`: what precedes `left[i]` and `right[j]` can have made the same text.
        let mut here = vec![false; right.len() + 1];
        here[0] = true;
        for i in 0..=left.len() {
            let mut below = vec![false; right.len() + 1];
            for j in 0..=right.len() {
                if !here[j] {
                    continue;
                }
                let (ours, theirs) = (left.get(i), right.get(j));
                let (our_run, their_run) = (
                    ours.is_some_and(Element::is_run),
                    theirs.is_some_and(Element::is_run),
                );
                if our_run {
                    below[j] = true;
                }
                if their_run {
                    here[j + 1] = true;
                }
                if let (Some(ours), Some(theirs)) = (ours, theirs)
                    && ours.agrees(theirs)
                {
                    match (our_run, their_run) {
                        (true, false) => here[j + 1] = true,
                        (false, true) => below[j] = true,
                        (false, false) => below[j + 1] = true,
                        (true, true) => {}
                    }
                }
            }
            if i == left.len() {
                return here[right.len()];
            }
            here = below;
        }
        false
    }

    /// A text of the pattern: runs become `filler`, single characters `x`.
    pub(crate) fn sample(&self, filler: &str) -> String {
        let mut out = String::new();
        for element in &self.0 {
            match element {
                Element::Literal(letter) => out.push(*letter),
                Element::One => out.push('x'),
                Element::Many | Element::Segment | Element::Variable(_) => out.push_str(filler),
            }
        }
        out
    }
}

/// How many elements both begin with that are the same text.
fn common_text(left: &[Element], right: &[Element]) -> usize {
    let pairs = left.iter().zip(right);
    pairs
        .take_while(|(ours, theirs)| matches!(ours, Element::Literal(_)) && ours == theirs)
        .count()
}

/// The variable that `text` starts with, and what follows it.
fn variable(text: &str) -> Option<(Element, &str)> {
    let inside = text.strip_prefix("${")?;
    let (key, after) = inside.split_once('}')?;
    let mut letters = key.chars();
    Some(match (letters.next(), letters.next()) {
        (Some(letter @ ('*' | '?' | '$')), None) => (Element::Literal(letter), after),
        _ => (Element::Variable(key.to_lowercase().into()), after),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text, true)
    }

    #[test]
    fn covering_is_only_claimed_where_it_holds() {
        for (wide, narrow, covers) in [
            ("*", "", true),
            ("a*", "a", true),
            ("a*", "ab*c", true),
            ("a*c", "ab?c", true),
            ("a?", "a*", false),
            ("a?*", "a*?", true),
            ("a*", "*", false),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a*c", false),
            ("x/*", "x/${aws:username}/y", true),
            ("x/?", "x/${aws:username}", false),
            ("x/${AWS:username}/*", "x/${aws:username}/a*", true),
            ("x/${aws:userid}", "x/${aws:username}", false),
            ("${*}", "*", false),
        ] {
            assert_eq!(
                pattern(wide).covers(&pattern(narrow)),
                covers,
                "{wide} {narrow}"
            );
        }
    }

    #[test]
    fn overlap_is_only_denied_where_there_is_none() {
        for (left, right, overlaps) in [
            ("a*", "*b", true),
            ("a*", "b*", false),
            ("a?c", "ab*", true),
            ("a?", "abc", false),
            ("*x", "y*", true),
            ("${v}x", "abx", true),
            ("${v}x", "aby", false),
            ("", "*", true),
            ("", "?", false),
            ("*a*b*", "*b*a*", true),
        ] {
            assert_eq!(
                pattern(left).overlaps(&pattern(right)),
                overlaps,
                "{left} {right}"
            );
            assert_eq!(
                pattern(right).overlaps(&pattern(left)),
                overlaps,
                "{right} {left}"
            );
        }
        let bucket = Pattern::of_form("~");
        assert!(bucket.overlaps(&pattern("b-*")) && !bucket.overlaps(&pattern("b/*")));
    }

    #[test]
    fn long_patterns_are_left_open() {
        let long = pattern(&format!("{}b", "*a".repeat(60_000)));
        let text = pattern(&"a".repeat(120_000));
        assert!(!long.covers(&text) && long.overlaps(&text));
        let most = pattern(&format!("{}b", "*a".repeat(1_000)));
        assert!(!most.covers(&pattern(&"a".repeat(2_000))));
    }
}
