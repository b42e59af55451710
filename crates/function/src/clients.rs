//! The function's clients of AWS.

use std::sync::OnceLock;

use aws_sdk_lambda::config::retry::RetryConfig;
use aws_types::SdkConfig;
use protocol::BucketName;
use store::Bucket;

use crate::environment::Environment;

/// Clients that share connections and the execution role. Each is made when it is first needed.
#[derive(Debug)]
pub(crate) struct Clients {
    config: SdkConfig,
    // A bucket of no name stands for the S3 client, so that only `store` knows S3's crate.
    s3: OnceLock<Bucket>,
    lambda: OnceLock<aws_sdk_lambda::Client>,
}

impl Clients {
    pub(crate) fn new(environment: &Environment) -> Self {
        let endpoint = environment.endpoint.as_deref();
        let config = store::sdk_config(
            environment.region.clone(),
            endpoint,
            environment.credentials(),
        );
        Self {
            config,
            s3: OnceLock::new(),
            lambda: OnceLock::new(),
        }
    }

    /// The bucket of a render, which must belong to `account` where that is known.
    pub(crate) fn bucket(&self, name: &BucketName, account: Option<&str>) -> Bucket {
        let any = self
            .s3
            .get_or_init(|| Bucket::new(store::s3_client(&self.config), ""));
        let bucket = Bucket::new(any.client().clone(), name.as_str());
        match account {
            Some(account) => bucket.owned_by(account),
            None => bucket,
        }
    }

    /// The Lambda client. It makes one attempt: what is tried again, and when, is the launch's decision.
    pub(crate) fn lambda(&self) -> &aws_sdk_lambda::Client {
        self.lambda.get_or_init(|| {
            let config = aws_sdk_lambda::config::Builder::from(&self.config)
                .retry_config(RetryConfig::disabled());
            aws_sdk_lambda::Client::from_conf(config.build())
        })
    }
}
