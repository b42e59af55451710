//! What all SDK clients of a process share: HTTP stack, retries, time limits.

use std::time::Duration;

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, IdentityCache, Region, SharedCredentialsProvider, SharedHttpClient,
    StalledStreamProtectionConfig,
};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

use crate::attempts;

/// A connection that is not there after this time will not come.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Attempts of one call, the first included.
pub const ATTEMPTS: u32 = 4;
/// Who has not answered a question without a body after this time will not.
const SILENCE: Duration = Duration::from_secs(20);
/// How long a transfer of S3 may stand still. Generous, since a busy machine can freeze a process
/// for seconds.
const STALL_GRACE: Duration = Duration::from_secs(30);

/// The configuration that every SDK client of a process is made from.
///
/// `endpoint` replaces AWS's own endpoints for all services. There is no limit on the time of a
/// whole call, since an invocation may take 15 minutes; clones share connections and the
/// identity's cache.
pub fn sdk_config(
    region: impl Into<String>,
    endpoint: Option<&str>,
    credentials: SharedCredentialsProvider,
) -> SdkConfig {
    let mut builder = shared_settings(SdkConfig::builder(), http_client(endpoint))
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.into()))
        .credentials_provider(credentials);
    builder.set_endpoint_url(endpoint.map(str::to_owned));
    builder.build()
}

/// The settings that every SDK client of a process shares, on top of `builder`'s.
pub fn shared_settings(
    builder: aws_types::sdk_config::Builder,
    http: SharedHttpClient,
) -> aws_types::sdk_config::Builder {
    builder
        .identity_cache(IdentityCache::lazy().build())
        .http_client(http)
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .time_source(aws_smithy_async::time::SystemTimeSource::new())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .build(),
        )
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

/// `config` for calls that are answered at once, such as who is calling: a peer that accepts and keeps silent is given up.
pub fn answered_at_once(config: &SdkConfig) -> SdkConfig {
    let limits = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(SILENCE);
    let builder = config.clone().into_builder();
    builder.timeout_config(limits.build()).build()
}

/// The HTTP stack for SDK clients that talk to `endpoint`, or to AWS where there is none.
///
/// The system's root certificates are loaded only when a connection may need them: reading them
/// takes longer than a whole call to an embedded cloud on loopback.
pub fn http_client(endpoint: Option<&str>) -> SharedHttpClient {
    let client = if endpoint.is_some_and(|endpoint| endpoint.starts_with("http://")) {
        Builder::new().build_http()
    } else {
        Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https()
    };
    attempts::telling(client)
}

/// A service other than AWS that speaks S3, and who calls it.
#[derive(Clone)]
pub struct OtherService {
    /// Its address.
    pub endpoint: String,
    /// Its name for where it is; what AWS's oldest region is called where it needs none.
    pub region: Option<String>,
    /// Whether buckets are in the path and not in the host's name.
    pub path_style: bool,
    /// Whose keys are used.
    pub credentials: SharedCredentialsProvider,
}

/// The bucket `name` of a service other than AWS.
pub fn bucket_elsewhere(service: &OtherService, name: &str) -> crate::Bucket {
    let region = service.region.as_deref().unwrap_or("us-east-1");
    let endpoint = Some(service.endpoint.as_str());
    let config = sdk_config(region, endpoint, service.credentials.clone());
    let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(service.path_style);
    crate::Bucket::new(aws_sdk_s3::Client::from_conf(config.build()), name)
}

/// An S3 client. Where `config` or the environment names an endpoint of S3, buckets are addressed by path.
pub fn s3_client(config: &SdkConfig) -> aws_sdk_s3::Client {
    let by_path = endpoint(config, "S3").is_some();
    let stalls = StalledStreamProtectionConfig::enabled().grace_period(STALL_GRACE);
    let config = aws_sdk_s3::config::Builder::from(config)
        .force_path_style(by_path)
        .stalled_stream_protection(stalls.build());
    aws_sdk_s3::Client::from_conf(config.build())
}

/// What replaces AWS's own endpoint of a service, by its id such as `Lambda`: a variable of the service, what a profile
/// says of it, or what replaces all endpoints.
pub fn endpoint(config: &SdkConfig, service: &'static str) -> Option<String> {
    own_endpoint(config, service).or_else(|| config.endpoint_url().map(str::to_owned))
}

fn own_endpoint(config: &SdkConfig, service: &'static str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(service)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()?;
    config.service_config()?.load_config(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_have_an_end_and_invocations_none() {
        let config = SdkConfig::builder().build();
        let config = shared_settings(config.into_builder(), http_client(None)).build();
        let limit = |config: &SdkConfig| {
            let limits = config.timeout_config();
            limits.and_then(TimeoutConfig::operation_attempt_timeout)
        };
        assert_eq!(limit(&config), None);
        let asking = answered_at_once(&config);
        assert_eq!(limit(&asking), Some(SILENCE));
        let connect = asking.timeout_config().unwrap().connect_timeout();
        assert_eq!(connect, Some(CONNECT_TIMEOUT));
    }
}
