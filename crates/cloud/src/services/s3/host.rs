//! Which bucket a host name names.

use s3s::S3Result;
use s3s::host::{S3Host, VirtualHost};

/// Virtual-hosted-style addressing: `BUCKET.localhost`, `BUCKET.s3.localhost`, `BUCKET.s3.REGION.amazonaws.com`.
///
/// Every other host, and every address, is addressed path-style.
pub(super) struct BucketHost;

impl S3Host for BucketHost {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let virtual_host = VirtualHost::new(host);
        Ok(match bucket_of(host) {
            Some(bucket) => virtual_host.with_bucket(bucket),
            None => virtual_host,
        })
    }
}

/// The bucket that a host names, if it names one.
fn bucket_of(host: &str) -> Option<&str> {
    let name = host.rsplit_once(':').map_or(host, |(name, _port)| name);
    if let Some(rest) = name.strip_suffix(".amazonaws.com") {
        let (bucket, _region) = rest
            .rsplit_once(".s3")
            .filter(|(_, region)| region.is_empty() || is_region(region))?;
        return Some(bucket);
    }
    let rest = name.strip_suffix(".localhost")?;
    let bucket = rest.strip_suffix(".s3").unwrap_or(rest);
    (bucket != "s3").then_some(bucket)
}

/// The region whose endpoint a host is, if it names one: `BUCKET.s3.REGION.amazonaws.com`.
pub(super) fn region_of(host: &str) -> Option<&str> {
    let name = host.rsplit_once(':').map_or(host, |(name, _port)| name);
    let rest = name.strip_suffix(".amazonaws.com")?;
    let region = match rest.strip_prefix("s3") {
        Some(region) if is_region(region) => region,
        _ => rest.rsplit_once(".s3")?.1,
    };
    is_region(region).then(|| &region[1..])
}

/// `.us-east-1`, or `-us-east-1` as in older names.
fn is_region(text: &str) -> bool {
    text.starts_with(['.', '-']) && text.matches('-').count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_name_buckets() {
        for (host, bucket) in [
            ("localhost:4000", None),
            ("s3.localhost", None),
            ("127.0.0.1:4000", None),
            ("s3.amazonaws.com", None),
            ("s3.us-east-1.amazonaws.com", None),
            ("lambda.us-east-1.amazonaws.com", None),
            ("site.localhost:4000", Some("site")),
            ("my.site.s3.localhost", Some("my.site")),
            ("site.s3.amazonaws.com", Some("site")),
            ("site.s3.us-east-1.amazonaws.com", Some("site")),
            ("site.s3-us-west-2.amazonaws.com", Some("site")),
        ] {
            assert_eq!(bucket_of(host), bucket, "{host}");
        }
    }

    #[test]
    fn hosts_of_endpoints_name_their_region() {
        for (host, region) in [
            ("localhost:4000", None),
            ("site.s3.localhost", None),
            ("s3.amazonaws.com", None),
            ("site.s3.amazonaws.com", None),
            ("s3.eu-west-1.amazonaws.com:80", Some("eu-west-1")),
            ("site.s3.eu-west-1.amazonaws.com", Some("eu-west-1")),
            ("my.site.s3-us-west-2.amazonaws.com", Some("us-west-2")),
        ] {
            assert_eq!(region_of(host), region, "{host}");
        }
    }
}
