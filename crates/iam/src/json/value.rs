//! JSON values with their places.

use std::borrow::Cow;

use crate::Span;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Value<'t> {
    /// The value itself.
    pub kind: ValueKind<'t>,
    /// From its first to after its last character.
    pub span: Span,
}

/// The JSON types. Strings without escapes borrow from the text.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueKind<'t> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it was written.
    Number(&'t str),
    /// A string, escapes resolved.
    String(Cow<'t, str>),
    /// A list.
    Array(Vec<Value<'t>>),
    /// A map, in the order written, no key twice.
    Object(Vec<Member<'t>>),
}

/// One entry of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member<'t> {
    /// The key.
    pub key: Cow<'t, str>,
    /// Where the key stands, quotes included.
    pub key_span: Span,
    /// What it is set to.
    pub value: Value<'t>,
}

impl<'t> Value<'t> {
    /// The value of `key`, where this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            ValueKind::Object(members) => members
                .iter()
                .find(|member| member.key == key)
                .map(|member| &member.value),
            _ => None,
        }
    }

    /// The string, where this is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, where this is an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        match &self.kind {
            ValueKind::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members, where this is an object.
    pub fn as_object(&self) -> Option<&[Member<'t>]> {
        match &self.kind {
            ValueKind::Object(members) => Some(members),
            _ => None,
        }
    }
}
