//! Finding what is deployed, by the documented prefixes.

use aws_config::SdkConfig;
use protocol::{BucketName, FunctionName, Version};
use store::in_a_line;

use crate::Installation;

/// What the caller says about where it wants to render.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sought {
    /// The function's name, or `None` for the newest compatible one.
    pub function: Option<String>,
    /// The bucket's name, or `None` for the region's.
    pub bucket: Option<String>,
}

/// No function or bucket to render with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// The name of a function tells no version and sizes.
    #[error(transparent)]
    Name(#[from] protocol::names::FunctionNameError),
    /// Nothing that starts with `remotion-render-` can be used.
    #[error("no render function of a version 4.0 is in {region}{}", besides(.others))]
    NoFunction {
        /// Where.
        region: String,
        /// Functions with the prefix that cannot be used.
        others: Vec<String>,
    },
    /// Nothing starts with `remotionlambda-` in the region.
    #[error("no bucket that starts with `{prefix}` is in {region}")]
    NoBucket {
        /// Where.
        region: String,
        /// The documented prefix of the region.
        prefix: String,
    },
    /// More than one bucket could be meant.
    #[error("{} could be meant: {}", plural(buckets.len()), buckets.join(", "))]
    SeveralBuckets {
        /// Their names.
        buckets: Vec<String>,
    },
    /// The caller may not list, or AWS could not be asked.
    #[error("{what} cannot be listed: {reason}")]
    List {
        /// `functions` or `buckets`.
        what: &'static str,
        /// AWS's text.
        reason: String,
    },
}

fn besides(names: &[String]) -> String {
    if names.is_empty() {
        String::new()
    } else {
        format!(", but {}", names.join(", "))
    }
}

fn plural(count: usize) -> String {
    format!("{count} buckets")
}

impl Installation {
    /// What `account` has in the region of `config`: what `sought` names, and for the rest the newest function of
    /// a version 4.0 and the one bucket of the region.
    ///
    /// Whoever names both needs no permission to list.
    ///
    /// # Errors
    /// [`FindError`].
    pub async fn find(
        config: &SdkConfig,
        account: &str,
        sought: &Sought,
    ) -> Result<Self, FindError> {
        let function = match &sought.function {
            Some(name) => name.parse()?,
            None => newest_function(config).await?,
        };
        let bucket = render_bucket(config, sought.bucket.as_deref()).await?;
        Ok(Self {
            function,
            bucket,
            account: account.to_owned(),
        })
    }
}

/// The bucket `named`, or the one bucket of renders of the region of `config`.
///
/// # Errors
/// [`FindError::NoBucket`], [`FindError::SeveralBuckets`], [`FindError::List`].
pub async fn render_bucket(
    config: &SdkConfig,
    named: Option<&str>,
) -> Result<BucketName, FindError> {
    match named {
        Some(name) => Ok(name.into()),
        None => only_bucket(config).await,
    }
}

async fn newest_function(config: &SdkConfig) -> Result<FunctionName, FindError> {
    let lambda = aws_sdk_lambda::Client::new(config);
    let mut found: Vec<(FunctionName, String)> = Vec::new();
    let mut others = Vec::new();
    let mut pages = lambda.list_functions().into_paginator().items().send();
    while let Some(function) = pages.next().await {
        let function = function.map_err(|error| FindError::List {
            what: "functions",
            reason: in_a_line(&error),
        })?;
        let name = function.function_name.unwrap_or_default();
        if !name.starts_with(protocol::names::FUNCTION_PREFIX) {
            continue;
        }
        match name.parse::<FunctionName>() {
            Ok(parsed) if is_compatible(&parsed.version()) => {
                found.push((parsed, function.last_modified.unwrap_or_default()));
            }
            _ => others.push(name),
        }
    }
    newest(found).ok_or_else(|| FindError::NoFunction {
        region: region(config),
        others,
    })
}

/// The highest version; among those the one that was deployed last.
fn newest(found: Vec<(FunctionName, String)>) -> Option<FunctionName> {
    let newest = found.into_iter().max_by(|(one, at), (other, when)| {
        let versions = patch(&one.version()).cmp(&patch(&other.version()));
        versions.then_with(|| at.cmp(when))
    });
    newest.map(|(name, _)| name)
}

/// The protocol is that of all versions 4.0.
fn is_compatible(version: &Version) -> bool {
    version.is_compatible()
}

fn patch(version: &Version) -> u32 {
    let digits = version.as_str().trim_start_matches("4.0.");
    let digits = digits.split(|c: char| !c.is_ascii_digit()).next();
    digits.unwrap_or_default().parse().unwrap_or_default()
}

async fn only_bucket(config: &SdkConfig) -> Result<BucketName, FindError> {
    let region = region(config);
    let prefix = format!(
        "{}{}-",
        protocol::names::BUCKET_PREFIX,
        region.replace('-', "")
    );
    let s3 = store::s3_client(config);
    let listed = s3.list_buckets().prefix(&prefix).into_paginator().send();
    let pages = listed.try_collect().await;
    let pages = pages.map_err(|error| FindError::List {
        what: "buckets",
        reason: in_a_line(&error),
    })?;
    let mut buckets: Vec<String> = pages
        .into_iter()
        .flat_map(|page| page.buckets.unwrap_or_default())
        .filter_map(|bucket| bucket.name)
        .filter(|name| name.starts_with(&prefix))
        .collect();
    match (buckets.pop(), buckets.is_empty()) {
        (Some(only), true) => Ok(only.into()),
        (Some(last), false) => {
            buckets.push(last);
            buckets.sort_unstable();
            Err(FindError::SeveralBuckets { buckets })
        }
        (None, _) => Err(FindError::NoBucket { region, prefix }),
    }
}

fn region(config: &SdkConfig) -> String {
    config.region().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[(&str, &str)], expected: Option<&str>) {
        let found = names
            .iter()
            .map(|(version, at)| {
                let name = format!("remotion-render-{version}-mem2048mb-disk2048mb-120sec");
                (name.parse().expect("a function's name"), (*at).to_owned())
            })
            .collect();
        let name = newest(found).map(|name| name.version().to_string());
        assert_eq!(name.as_deref(), expected);
    }

    #[test]
    fn the_newest_version_is_the_highest_number() {
        check(
            &[("4-0-99", "2026"), ("4-0-527", "2025"), ("4-0-400", "2027")],
            Some("4.0.527"),
        );
        check(&[], None);
    }

    #[test]
    fn versions_4_0_are_compatible() {
        for (version, compatible) in [("4.0.1", true), ("4.1.0", false), ("3.3.99", false)] {
            assert_eq!(
                is_compatible(&Version::new(version)),
                compatible,
                "{version}"
            );
        }
    }
}
