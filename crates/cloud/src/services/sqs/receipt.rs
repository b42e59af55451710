//! Receipt handles: which message was given out, and on which occasion.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::fault::invalid_receipt;
use crate::api_error::ApiError;

/// What a receipt handle says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Receipt {
    /// The id of the queue.
    pub(super) queue: String,
    /// The place of the message in its queue.
    pub(super) place: u64,
    /// Of this occasion.
    pub(super) token: u64,
}

impl Receipt {
    /// The handle.
    pub(super) fn handle(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{}:{}", self.queue, self.place, self.token))
    }

    /// Reads a handle of a queue.
    ///
    /// # Errors
    /// That this queue has not made it.
    pub(super) fn read(handle: &str, queue: &str) -> Result<Self, ApiError> {
        let read = || {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(handle).ok()?).ok()?;
            let mut parts = text.split(':');
            let receipt = Self {
                queue: parts.next()?.to_owned(),
                place: parts.next()?.parse().ok()?,
                token: parts.next()?.parse().ok()?,
            };
            (parts.next().is_none() && receipt.queue == queue).then_some(receipt)
        };
        read().ok_or_else(|| invalid_receipt(handle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_belong_to_their_queue() {
        let receipt = Receipt {
            queue: "q".into(),
            place: 7,
            token: u64::MAX,
        };
        let handle = receipt.handle();
        assert_eq!(Receipt::read(&handle, "q").unwrap(), receipt);
        assert!(Receipt::read(&handle, "other").is_err());
        assert!(Receipt::read("no handle", "q").is_err());
    }
}
