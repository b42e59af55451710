//! An account and a region, as one identity sees them.

use aws_config::SdkConfig;

use crate::call::CallFailed;

/// Whose credentials are used, and clients that use them. Clones share connections.
#[derive(Debug, Clone)]
pub struct Account {
    /// The caller as STS names it; a session's ARN for an assumed role.
    pub caller: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// Twelve digits.
    pub id: String,
    /// For example `us-east-1`.
    pub region: String,
    pub(crate) config: SdkConfig,
    pub(crate) lambda: aws_sdk_lambda::Client,
    pub(crate) s3: aws_sdk_s3::Client,
}

impl Account {
    /// The account that the credentials of `config` belong to. Asks STS.
    ///
    /// # Errors
    /// Where the credentials are none, or STS cannot be asked.
    pub async fn open(config: &SdkConfig) -> Result<Self, CallFailed> {
        const STEP: &str = "find out who is calling";
        let asked = aws_sdk_sts::Client::new(&store::answered_at_once(config));
        let told = asked.get_caller_identity().send().await;
        let told = told.map_err(CallFailed::of(STEP))?;
        let caller = told.arn().unwrap_or_default().to_owned();
        let mut parts = caller.split(':').skip(1);
        let (Some(partition), Some(id)) = (parts.next(), parts.nth(2)) else {
            return Err(CallFailed::because(STEP, &format!("`{caller}` is no ARN")));
        };
        Ok(Self {
            partition: partition.to_owned(),
            id: id.to_owned(),
            region: region(config),
            config: config.clone(),
            lambda: aws_sdk_lambda::Client::new(config),
            s3: store::s3_client(config),
            caller,
        })
    }

    /// The ARN of a role of this account without a path.
    #[must_use]
    pub fn role_arn(&self, name: &str) -> String {
        format!("arn:{}:iam::{}:role/{name}", self.partition, self.id)
    }

    /// The configuration that the clients are made from.
    #[must_use]
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// S3 with the caller's rights.
    #[must_use]
    pub fn s3(&self) -> &aws_sdk_s3::Client {
        &self.s3
    }
}

/// The region of a configuration; AWS's oldest where it has none.
pub(crate) fn region(config: &SdkConfig) -> String {
    config
        .region()
        .map_or_else(|| "us-east-1".to_owned(), ToString::to_string)
}
