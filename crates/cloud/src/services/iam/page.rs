//! Lists, page by page.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::api_error::ApiError;
use crate::services::query::{Parameters, Xml};

/// Which part of a list is asked for.
#[derive(Debug)]
pub(super) struct PageRequest {
    after: Option<String>,
    most: usize,
}

/// A part of a list, and where the next begins.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    marker: Option<String>,
}

impl PageRequest {
    /// Reads `Marker` and `MaxItems`.
    pub(super) fn read(parameters: &Parameters) -> Result<Self, ApiError> {
        let after = match parameters.get("Marker") {
            None => None,
            Some(marker) => Some(
                URL_SAFE_NO_PAD
                    .decode(marker)
                    .ok()
                    .and_then(|bytes| String::from_utf8(bytes).ok())
                    .ok_or_else(|| {
                        ApiError::bad_request(
                            "ValidationError",
                            format!("Invalid Marker: {marker}"),
                        )
                    })?,
            ),
        };
        let most = parameters.number("MaxItems", 1..=1000)?.unwrap_or(100);
        Ok(Self {
            after,
            most: most as usize,
        })
    }

    /// Takes the part out of a list that is ascending by `key`.
    pub(super) fn take<T>(
        &self,
        items: impl Iterator<Item = T>,
        key: impl Fn(&T) -> String,
    ) -> Page<T> {
        let mut items =
            items.filter(|item| self.after.as_ref().is_none_or(|after| key(item) > *after));
        let page: Vec<T> = items.by_ref().take(self.most).collect();
        let marker = match (page.last(), items.next()) {
            (Some(last), Some(_)) => Some(URL_SAFE_NO_PAD.encode(key(last))),
            _ => None,
        };
        Page {
            items: page,
            marker,
        }
    }
}

impl<T> Page<T> {
    /// Writes `IsTruncated` and `Marker`.
    pub(super) fn write_end(&self, xml: &mut Xml) {
        xml.text(
            "IsTruncated",
            if self.marker.is_some() {
                "true"
            } else {
                "false"
            },
        )
        .text_if("Marker", self.marker.as_deref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_the_list_once() {
        let list: Vec<String> = (0..7).map(|index| format!("n{index}")).collect();
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let request = PageRequest { after, most: 3 };
            let page = request.take(list.iter(), |item| (*item).clone());
            seen.extend(page.items.into_iter().cloned());
            let Some(marker) = page.marker else { break };
            after = Some(String::from_utf8(URL_SAFE_NO_PAD.decode(marker).unwrap()).unwrap());
        }
        assert_eq!(seen, list);
    }
}
