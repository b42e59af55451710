//! Reading what other languages' clients write: `null` for a default, `[]` for an empty object.

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer, IgnoredAny};

/// Reads a value, taking `null` for its default.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a map of strings; `null` and `[]` (an empty PHP array) are the empty map.
pub(crate) fn string_map<'de, D>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error>
where
    D: Deserializer<'de>,
{
    Ok(optional_string_map(deserializer)?.unwrap_or_default())
}

/// Reads a map of strings, or nothing; `[]` (an empty PHP array) is the empty map.
pub(crate) fn optional_string_map<'de, D>(
    deserializer: D,
) -> Result<Option<BTreeMap<String, String>>, D::Error>
where
    D: Deserializer<'de>,
{
    object_or_empty_array(deserializer)
}

/// Reads an object with defaults; `null` and `[]` (an empty PHP array) are the default.
pub(crate) fn object<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(object_or_empty_array(deserializer)?.unwrap_or_default())
}

fn object_or_empty_array<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum ObjectOrArray<T> {
        Array([IgnoredAny; 0]),
        Object(T),
    }
    Ok(
        Option::<ObjectOrArray<T>>::deserialize(deserializer)?.map(|value| match value {
            ObjectOrArray::Object(object) => object,
            ObjectOrArray::Array([]) => T::default(),
        }),
    )
}
