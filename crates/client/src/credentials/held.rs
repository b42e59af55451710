//! Credentials that are held until they near their end, or until AWS says that they have expired.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_s3::config::IdentityCache;
use tokio::sync::{mpsc, oneshot};

/// Credentials that are closer to their end than this are renewed before they are used.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// Credentials of a source that can give new ones.
///
/// Clones, and all clients made from a `config`, use the same credentials. One task owns them; it
/// ends when the last of these is gone.
#[derive(Debug, Clone)]
pub struct Held {
    asks: mpsc::Sender<Ask>,
}

#[derive(Debug)]
enum Ask {
    Credentials(oneshot::Sender<Result<Credentials, CredentialsError>>),
    Forget,
}

impl Held {
    /// Holds what `source` gives, beginning with `first` if that is known.
    pub(super) fn new(source: SharedCredentialsProvider, first: Option<Credentials>) -> Self {
        let (asks, asked) = mpsc::channel(16);
        tokio::spawn(hold(source, first, asked));
        Self { asks }
    }

    /// `base` with these credentials.
    pub(super) fn config(&self, base: &SdkConfig) -> SdkConfig {
        let provider = SharedCredentialsProvider::new(self.clone());
        // The task is the cache: a second one would go on with credentials that are forgotten.
        base.to_builder()
            .credentials_provider(provider)
            .identity_cache(IdentityCache::no_cache())
            .build()
    }

    /// Gives up the present credentials: AWS says that they have expired, whatever our clock says. The next request
    /// gets new ones.
    pub async fn forget(&self) {
        // The task lives as long as `self`.
        let _taken = self.asks.send(Ask::Forget).await;
    }
}

impl ProvideCredentials for Held {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let gone = || CredentialsError::provider_error("nobody holds the credentials any more");
            let (answer, answered) = oneshot::channel();
            let asked = self.asks.send(Ask::Credentials(answer)).await;
            asked.map_err(|_| gone())?;
            answered.await.map_err(|_| gone())?
        })
    }
}

#[derive(Debug, Clone)]
struct Kept {
    credentials: Credentials,
    since: SystemTime,
}

/// Owns the credentials, and renews them one call at a time, however many ask.
async fn hold(
    source: SharedCredentialsProvider,
    first: Option<Credentials>,
    mut asks: mpsc::Receiver<Ask>,
) {
    let keep = |credentials| Kept {
        credentials,
        since: SystemTime::now(),
    };
    let mut kept = first.map(keep);
    while let Some(ask) = asks.recv().await {
        match ask {
            Ask::Forget => kept = None,
            Ask::Credentials(answer) => {
                let given = give(&source, kept.as_ref()).await;
                if let Ok(Given::New(credentials)) = &given {
                    kept = Some(keep(credentials.clone()));
                }
                let given =
                    given.map(|(Given::New(credentials) | Given::Old(credentials))| credentials);
                // Whoever asked may have gone; the credentials stay for the next.
                let _gone = answer.send(given);
            }
        }
    }
}

enum Given {
    New(Credentials),
    Old(Credentials),
}

/// What is kept while it is fresh, or else what the source gives; where that fails, what is kept until its very end.
async fn give(
    source: &SharedCredentialsProvider,
    kept: Option<&Kept>,
) -> Result<Given, CredentialsError> {
    let now = SystemTime::now();
    if let Some(kept) = kept.filter(|kept| kept.is_fresh(now)) {
        return Ok(Given::Old(kept.credentials.clone()));
    }
    match source.provide_credentials().await {
        Ok(credentials) => Ok(Given::New(credentials)),
        Err(error) => match kept.filter(|kept| !kept.has_ended(SystemTime::now())) {
            Some(kept) => {
                tracing::warn!(%error, "no new credentials; the old ones are used until they end");
                Ok(Given::Old(kept.credentials.clone()))
            }
            None => Err(error),
        },
    }
}

impl Kept {
    /// Whether they outlive `now` by the margin, or by a quarter of a life that is short.
    fn is_fresh(&self, now: SystemTime) -> bool {
        self.credentials.expiry().is_none_or(|expiry| {
            let life = expiry.duration_since(self.since).unwrap_or_default();
            expiry > now + MARGIN.min(life / 4)
        })
    }

    fn has_ended(&self, now: SystemTime) -> bool {
        self.credentials
            .expiry()
            .is_some_and(|expiry| expiry <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_renewed_before_their_end() {
        let since = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let check = |life: Option<u64>, age: u64, expected| {
            let expiry = life.map(|seconds| since + Duration::from_secs(seconds));
            let kept = Kept {
                credentials: Credentials::new("id", "secret", None, expiry, "test"),
                since,
            };
            let now = since + Duration::from_secs(age);
            assert_eq!(kept.is_fresh(now), expected, "{life:?} after {age} s");
        };
        check(None, 1_000_000, true);
        check(Some(3600), 0, true);
        check(Some(3600), 3299, true);
        check(Some(3600), 3300, false);
        // A short life is not renewed at every request.
        check(Some(40), 29, true);
        check(Some(40), 30, false);
        check(Some(0), 0, false);
    }
}
