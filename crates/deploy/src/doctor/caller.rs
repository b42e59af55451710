//! Whose credentials these are, and whether AWS takes them.

use aws_config::{Region, SdkConfig};
use aws_sdk_sts::error::ProvideErrorMetadata as _;
use client::credentials::{Identity, NoCredentials, Remedy};
use store::{Trouble, causes, in_a_line};

use super::{Finding, Verdict};

/// What AWS says about the credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Caller {
    /// It knows them.
    Known(Identity),
    /// They have expired.
    Expired,
    /// It knows them elsewhere: the region is not enabled for the account.
    RegionDisabled(Identity),
    /// There is no such key, or its secret is another.
    Unknown(String),
    /// The signature is too old or too new: the clock.
    Skewed(String),
    /// There are none.
    None {
        /// Why.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// It asks to come later.
    Throttled(String),
    /// What answered is not AWS.
    Stranger {
        /// The answer's status.
        status: u16,
    },
    /// It could not be asked.
    Unanswered(String),
}

/// Where every account is enabled.
const ALWAYS_ENABLED: &str = "us-east-1";

/// Asks STS of the region, and another if that one does not know the key.
pub async fn caller(config: &SdkConfig) -> Caller {
    let answered = ask(config).await;
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    if matches!(answered, Caller::Unknown(_)) && region != ALWAYS_ENABLED {
        let elsewhere = config
            .to_builder()
            .region(Region::new(ALWAYS_ENABLED))
            .build();
        if let Caller::Known(identity) = ask(&elsewhere).await {
            return Caller::RegionDisabled(identity);
        }
    }
    answered
}

async fn ask(config: &SdkConfig) -> Caller {
    let sts = aws_sdk_sts::Client::new(&store::answered_at_once(config));
    let error = match sts.get_caller_identity().send().await {
        Ok(answer) => {
            return match (answer.account, answer.arn) {
                (Some(account), Some(arn)) => Caller::Known(Identity { account, arn }),
                _ => Caller::Unanswered("the answer names nobody".to_owned()),
            };
        }
        Err(error) => error,
    };
    let message = error.message().unwrap_or_default().to_owned();
    match error.code() {
        Some("ExpiredToken" | "ExpiredTokenException") => Caller::Expired,
        Some("RequestExpired" | "RequestTimeTooSkewed") => Caller::Skewed(message),
        Some("SignatureDoesNotMatch")
            if message.contains("expired") || message.contains("not yet current") =>
        {
            Caller::Skewed(message)
        }
        _ => match Trouble::of(&error) {
            Trouble::Throttled => Caller::Throttled(in_a_line(&error)),
            Trouble::Stranger(status) => Caller::Stranger { status },
            Trouble::Unsent => without_credentials(&error),
            Trouble::Key | Trouble::Refused => Caller::Unknown(in_a_line(&error)),
            _ => Caller::Unanswered(in_a_line(&error)),
        },
    }
}

fn without_credentials(error: &(dyn std::error::Error + 'static)) -> Caller {
    match NoCredentials::of(error) {
        Some(told) => Caller::None {
            reason: told.to_string(),
            remedy: told.remedy().to_string(),
        },
        None => Caller::None {
            reason: format!("no credentials: {}", causes(error)),
            remedy: Remedy::Look.to_string(),
        },
    }
}

fn is_known(region: &str) -> bool {
    crate::regions::all().any(|known| known.name == region)
}

impl Caller {
    /// What it means for the region, where it tells something of that.
    #[must_use]
    pub fn region_finding(&self, region: &str) -> Finding {
        match self {
            Self::Known(_) => Finding::new("region", Verdict::Good, format!("{region}, enabled")),
            Self::RegionDisabled(_) if !is_known(region) => Finding::new(
                "region",
                Verdict::Bad,
                format!("{region} is none that is known here, and AWS does not answer in it"),
            )
            .advising("check its spelling; `framewright regions` lists them"),
            Self::RegionDisabled(_) => Finding::new(
                "region",
                Verdict::Bad,
                format!("{region} is not enabled for the account"),
            )
            .advising("enable it in the account's settings, or choose another with --region"),
            _ => Finding::new(
                "region",
                Verdict::NotChecked,
                format!("{region}; whether it is enabled is known when the caller is"),
            ),
        }
    }

    /// What it means.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let bad = |seen: String, advice: &str| {
            Finding::new("caller", Verdict::Bad, seen).advising(advice)
        };
        match self {
            Self::Known(identity) if identity.arn.ends_with(":root") => {
                Finding::new("caller", Verdict::Advice, format!("{} (root)", identity.arn)).advising(
                    "delete the root user's keys; `framewright permissions setup` makes an identity that may do what is needed",
                )
            }
            Self::Known(identity) => {
                Finding::new("caller", Verdict::Good, identity.arn.clone())
            }
            Self::Expired => bad(
                "the credentials have expired".to_owned(),
                "sign in again (`aws sso login`), or put new temporary keys in place",
            ),
            Self::RegionDisabled(identity) => bad(
                format!("{} is known, but not in this region", identity.arn),
                "what the line about the region says",
            ),
            Self::Unknown(message) => bad(
                format!("AWS does not take the credentials: {message}"),
                "check that id and secret are of the same key, and that the key is active",
            ),
            Self::Skewed(message) => bad(
                format!("AWS does not take the signature's time: {message}"),
                "set the machine's clock",
            ),
            Self::None { reason, remedy } => bad(reason.clone(), remedy),
            Self::Throttled(message) => bad(
                format!("AWS wants fewer calls at once: {message}"),
                "try again in a minute: what else asks AWS in this account may use up its limit",
            ),
            Self::Stranger { status } => bad(
                format!("what answers in place of STS is not AWS: status {status}, without an error of AWS's"),
                "check AWS_ENDPOINT_URL, HTTPS_PROXY and HTTP_PROXY, and whether the network wants a sign-in",
            ),
            Self::Unanswered(reason) => bad(
                format!("STS did not answer: {reason}"),
                "the endpoints above tell what stands in the way; `framewright doctor --verbose` tells each attempt",
            ),
        }
    }
}
