//! Who the credentials belong to.

use aws_config::SdkConfig;
use store::{Trouble, answered_at_once, in_a_line};

/// An identity, as STS tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: String,
    /// The user, role session or root.
    pub arn: String,
}

/// STS did not tell whose credentials these are.
#[derive(Debug, thiserror::Error)]
#[error("the identity behind the credentials cannot be found: {reason}")]
pub struct IdentityError {
    reason: String,
    trouble: Trouble,
}

impl IdentityError {
    /// What kind of trouble the call met.
    pub fn trouble(&self) -> Trouble {
        self.trouble
    }
}

/// Asks STS whose credentials these are. Every identity may ask this.
///
/// # Errors
/// [`IdentityError`].
pub async fn who_am_i(config: &SdkConfig) -> Result<Identity, IdentityError> {
    let sts = aws_sdk_sts::Client::new(&answered_at_once(config));
    let answer = sts.get_caller_identity().send().await;
    let answer = answer.map_err(|error| IdentityError {
        reason: in_a_line(&error),
        trouble: Trouble::of(&error),
    })?;
    match (answer.account, answer.arn) {
        (Some(account), Some(arn)) => Ok(Identity { account, arn }),
        _ => Err(IdentityError {
            reason: "the answer names none".to_owned(),
            trouble: Trouble::Unreadable,
        }),
    }
}
