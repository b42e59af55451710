//! Pages of lists: `Marker` and `MaxItems` of the query.

use serde_json::{Value, json};

use super::fault::{invalid, validation};
use crate::api_error::ApiError;
use crate::incoming::Head;

/// Which part of a list is asked for.
#[derive(Debug)]
pub(super) struct Page {
    /// The name of the last item of the page before.
    after: Option<String>,
    limit: usize,
}

impl Page {
    /// Reads what the query asks for; a page has at most `most` items.
    ///
    /// # Errors
    /// A validation error for a number of items that cannot be.
    pub(super) fn read(head: &Head, most: usize) -> Result<Self, ApiError> {
        let limit = match head.query_parameter("MaxItems") {
            None => most,
            Some(text) => text
                .parse::<usize>()
                .ok()
                .filter(|asked| (1..=10_000).contains(asked))
                .ok_or_else(|| {
                    validation(
                        &text,
                        "maxItems",
                        "Member must have value between 1 and 10000",
                    )
                })?
                .min(most),
        };
        Ok(Self {
            after: head.query_parameter("Marker"),
            limit,
        })
    }

    /// The items of the page, and the marker of the next one if there is more.
    ///
    /// # Errors
    /// That the marker is none of this list: the item that it names is gone, or never was.
    pub(super) fn of<T>(
        &self,
        mut items: Vec<T>,
        name: impl Fn(&T) -> String,
    ) -> Result<(Vec<T>, Option<String>), ApiError> {
        if let Some(after) = &self.after {
            let place = items.iter().position(|item| name(item) == *after);
            let place = place.ok_or_else(|| invalid("The marker is not valid."))?;
            items.drain(..=place);
        }
        let more = items.len() > self.limit;
        items.truncate(self.limit);
        let next = items.last().filter(|_| more).map(name);
        Ok((items, next))
    }

    /// The answer with a page in `member`.
    pub(super) fn answer(member: &str, items: &[Value], next: Option<String>) -> Value {
        let mut answer = json!({ member: items });
        if let Some(next) = next {
            answer["NextMarker"] = next.into();
        }
        answer
    }
}
