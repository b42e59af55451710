//! Session tokens of the instance metadata service: they tell their own end, and nobody else can make one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use subtle::ConstantTimeEq;

const END: usize = 8;

/// Makes and checks tokens. They are good for one endpoint.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    key: [u8; 32],
}

impl Tokens {
    pub(super) fn new() -> Self {
        Self {
            key: rand::random(),
        }
    }

    pub(super) fn issue(&self, now: Timestamp, ttl_seconds: u32) -> String {
        let end = now + SignedDuration::from_secs(i64::from(ttl_seconds));
        let end = end.as_millisecond().to_be_bytes();
        let mut token = end.to_vec();
        token.extend(self.code(&end));
        URL_SAFE.encode(token)
    }

    pub(super) fn is_valid(&self, token: &str, now: Timestamp) -> bool {
        let Ok(token) = URL_SAFE.decode(token) else {
            return false;
        };
        let Some((end, code)) = token.split_first_chunk::<END>() else {
            return false;
        };
        bool::from(code.ct_eq(&self.code(end))) && i64::from_be_bytes(*end) > now.as_millisecond()
    }

    fn code(&self, end: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key)
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        mac.update(end);
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_and_is_good_for_its_endpoint_alone() {
        let now = Timestamp::UNIX_EPOCH;
        let (ours, others) = (Tokens::new(), Tokens::new());
        let token = ours.issue(now, 60);
        let after = |seconds| now + SignedDuration::from_secs(seconds);
        assert!(ours.is_valid(&token, after(59)));
        assert!(!ours.is_valid(&token, after(60)));
        assert!(!others.is_valid(&token, now));
        for broken in ["", "AAAA", &token[1..], &token.replace(&token[..2], "zz")] {
            assert!(!ours.is_valid(broken, now), "{broken}");
        }
    }
}
