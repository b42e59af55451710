//! Whether functions and sites are of versions that work together.

use protocol::FunctionName;

use super::{Finding, Verdict};
use crate::account::Account;
use crate::buckets::BucketName;
use crate::call::CallFailed;
use crate::site::{self, MadeWith, SiteRow};

/// How many sites are opened; those that were written last.
const SITES: usize = 10;

/// What the version in a function's name means.
#[must_use]
pub fn function_version(function: &FunctionName) -> Finding {
    let version = function.version();
    let seen = format!("{function} (version {version})");
    let advice = "deploy another with `framewright functions deploy`";
    if !version.is_compatible() {
        Finding::new(
            "function",
            Verdict::Bad,
            format!("{seen} is of no version 4.0"),
        )
        .advising(advice)
    } else if !site::is_tested(version.as_str()) {
        let seen = format!("{seen} is of a version that is not tested");
        Finding::new("function", Verdict::Advice, seen).advising(advice)
    } else {
        Finding::new("function", Verdict::Good, seen)
    }
}

/// A site, and what it was made with.
#[derive(Debug)]
#[non_exhaustive]
pub struct SiteSeen {
    /// The site.
    pub row: SiteRow,
    /// What its page says.
    pub made_with: Result<MadeWith, CallFailed>,
}

/// The sites of `bucket` that were written last, ascending by name.
///
/// # Errors
/// Where they cannot be listed.
pub async fn sites(account: &Account, bucket: &BucketName) -> Result<Vec<SiteSeen>, CallFailed> {
    let mut rows = site::list(account, bucket).await?;
    rows.sort_by_key(|row| std::cmp::Reverse(row.modified_unix));
    rows.truncate(SITES);
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    let mut seen = Vec::new();
    for row in rows {
        let made_with = match row.name.parse() {
            Ok(id) => site::made_with(account, bucket, &id, row.public).await,
            Err(error) => Err(CallFailed::because("read the site", &error)),
        };
        seen.push(SiteSeen { row, made_with });
    }
    Ok(seen)
}

impl SiteSeen {
    /// What it means.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let subject = format!("site {}", self.row.name);
        let made_with = match &self.made_with {
            Ok(made_with) => made_with,
            Err(error) => return Finding::new(subject, Verdict::NotChecked, error.to_string()),
        };
        match made_with.doubt() {
            Some(doubt) => Finding::new(subject, Verdict::Advice, doubt)
                .advising("bundle it with a tested version of Remotion and deploy it again"),
            None => {
                let version = made_with.remotion_version.as_deref();
                let seen = format!("bundled with Remotion {}", version.unwrap_or("4"));
                Finding::new(subject, Verdict::Good, seen)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untested_functions_are_told_of() {
        let check = |version: &str, expected| {
            let name = format!("remotion-render-{version}-mem2048mb-disk2048mb-120sec");
            let finding = function_version(&name.parse().unwrap());
            assert_eq!(finding.verdict, expected, "{finding:?}");
        };
        check("4-0-527", Verdict::Good);
        check("4-0-399", Verdict::Advice);
        check("3-3-99", Verdict::Bad);
    }
}
