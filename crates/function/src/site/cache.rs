//! Small files of sites, kept by digest while the environment is warm.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use store::Kept;

/// Larger files are read range for range.
pub(crate) const MAX_FILE_BYTES: u64 = 4 << 20;

/// All files together.
const MAX_BYTES: usize = 48 << 20;

/// Contents by digest: the same content is read once, whatever sites and versions it is part of.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    /// What was read of larger files, which do not change either.
    pub(crate) parts: Arc<Kept>,
    contents: Mutex<Contents>,
}

#[derive(Debug, Default)]
struct Contents {
    by_digest: HashMap<String, Bytes>,
    bytes: usize,
}

impl Cache {
    /// The content of this digest.
    pub(crate) fn get(&self, sha256: &str) -> Option<Bytes> {
        self.lock().by_digest.get(sha256).cloned()
    }

    /// Keeps a content. When there is no more room everything before it goes: what a render needs is read again.
    pub(crate) fn keep(&self, sha256: &str, content: Bytes) {
        let mut contents = self.lock();
        if contents.bytes + content.len() > MAX_BYTES {
            *contents = Contents::default();
        }
        contents.bytes += content.len();
        if let Some(before) = contents.by_digest.insert(sha256.to_owned(), content) {
            contents.bytes -= before.len();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        // A panic elsewhere leaves the map whole: it is changed by single calls.
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_kept_until_there_is_no_more_room() {
        let cache = Cache::default();
        let quarter = Bytes::from(vec![0; MAX_BYTES / 4]);
        for name in ["a", "b", "c", "d", "d"] {
            cache.keep(name, quarter.clone());
        }
        assert!(cache.get("a").is_none(), "the second `d` made room");
        cache.keep("e", quarter.clone());
        assert!(cache.get("d").is_some() && cache.get("e").is_some());
        assert_eq!(cache.get("f"), None);
    }
}
