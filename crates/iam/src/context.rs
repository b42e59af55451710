//! The condition keys that a request carries.

/// The context of a request: condition keys with their values.
///
/// Keys are compared without regard to case. A key has either one value or a list; a list is
/// multivalued even when it holds one element. An empty list is the same as an absent key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    // INVARIANT: ascending by key, no key twice, keys in lower case, no empty list.
    entries: Vec<(Box<str>, Values)>,
}

/// The values of one condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// A single-valued key.
    One(String),
    /// A multivalued key, never empty inside a [`Context`].
    Many(Vec<String>),
}

impl Values {
    /// All values, in the request's order.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

impl Context {
    /// A context without keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a single-valued key, in place of what it had.
    pub fn set(&mut self, key: &str, value: impl Into<String>) -> &mut Self {
        self.put(key, Values::One(value.into()));
        self
    }

    /// Sets a multivalued key, in place of what it had; an empty list removes the key.
    pub fn set_list<V: Into<String>>(
        &mut self,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        self.put(
            key,
            Values::Many(values.into_iter().map(Into::into).collect()),
        );
        self
    }

    /// [`Context::set`] for building in one expression.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.set(key, value);
        self
    }

    /// [`Context::set_list`] for building in one expression.
    #[must_use]
    pub fn with_list<V: Into<String>>(
        mut self,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.set_list(key, values);
        self
    }

    /// The values of `key`, whatever its case.
    pub fn get(&self, key: &str) -> Option<&Values> {
        self.get_lower(&key.to_lowercase())
    }

    /// Every key (in lower case) with its values, ascending by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Values)> {
        self.entries.iter().map(|(key, values)| (&**key, values))
    }

    pub(crate) fn get_lower(&self, lower: &str) -> Option<&Values> {
        self.place(lower).ok().map(|index| &self.entries[index].1)
    }

    fn place(&self, lower: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(key, _)| (**key).cmp(lower))
    }

    fn put(&mut self, key: &str, values: Values) {
        let lower = key.to_lowercase();
        let empty = values.as_slice().is_empty();
        match self.place(&lower) {
            Ok(index) if empty => drop(self.entries.remove(index)),
            Ok(index) => self.entries[index].1 = values,
            Err(_) if empty => {}
            Err(index) => self.entries.insert(index, (lower.into_boxed_str(), values)),
        }
    }
}
