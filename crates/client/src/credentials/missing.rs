//! Credentials that cannot be had: from where, why, and what to do.

use std::error::Error;
use std::fmt;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsError;
use aws_sdk_sts::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use store::{causes, in_a_line};

use super::CredentialSource;

/// The longest cause that is shown, in characters: a process may print anything.
const LONGEST: usize = 400;

/// A source gives no credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no credentials from {from}: {reason}")]
pub struct NoCredentials {
    from: CredentialSource,
    reason: String,
    remedy: Remedy,
}

/// What to do where a source gives no credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// Name a source, or make one.
    Configure,
    /// Sign in to IAM Identity Center by this profile.
    SignIn(String),
    /// The sign-in stands, but its portal does not lend the role.
    AskPortal,
    /// Look at the source.
    Look,
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configure => f.write_str(
                "`framewright configure` keeps a key; `framewright help doctor` lists what else is looked at",
            ),
            Self::SignIn(profile) => write!(f, "sign in: `aws sso login --profile {profile}`"),
            Self::AskPortal => f.write_str(
                "whoever administers IAM Identity Center assigns roles; the profile names one in `sso_role_name`",
            ),
            Self::Look => f.write_str(
                "mend that source, or name another with --profile; `framewright doctor --target aws` shows what is in the way, `framewright configure` keeps a key",
            ),
        }
    }
}

impl NoCredentials {
    /// What an error tells of credentials that could not be had, if it does.
    #[must_use]
    pub fn of<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Self> {
        links(error).find_map(|link| link.downcast_ref())
    }

    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> &Remedy {
        &self.remedy
    }

    /// The failure of the source `from`, whose owner signs in by the profile `signed_in_by`.
    pub(super) fn new(
        from: CredentialSource,
        signed_in_by: Option<&str>,
        error: &CredentialsError,
    ) -> Self {
        let portal = links(error).find_map(<dyn Error>::downcast_ref);
        let remedy = match (error, signed_in_by, portal) {
            (_, Some(profile), Some(refused)) if is_signed_out(refused) => {
                Remedy::SignIn(profile.to_owned())
            }
            (_, _, Some(SdkError::ServiceError(_))) => Remedy::AskPortal,
            // The token is missing, or has expired and cannot be renewed.
            (CredentialsError::ProviderError(_), Some(profile), None) if asked(error).is_none() => {
                Remedy::SignIn(profile.to_owned())
            }
            (CredentialsError::CredentialsNotLoaded(_), ..) => Remedy::Configure,
            _ => Remedy::Look,
        };
        Self {
            reason: reason(&from, error),
            from,
            remedy,
        }
    }
}

type OfPortal = SdkError<GetRoleCredentialsError>;

fn is_signed_out(error: &OfPortal) -> bool {
    error
        .as_service_error()
        .is_some_and(GetRoleCredentialsError::is_unauthorized_exception)
}

fn reason(from: &CredentialSource, error: &CredentialsError) -> String {
    let is_absent = matches!(error, CredentialsError::CredentialsNotLoaded(_));
    let text = match from {
        CredentialSource::Chain if is_absent => {
            "no variable names any, there is no profile `default`, and no web identity, container or instance lends any"
                .to_owned()
        }
        _ if is_absent && error.source().is_none() => {
            "it holds no key, and no way to get one".to_owned()
        }
        _ => asked(error).unwrap_or_else(|| causes(error)),
    };
    shortened(&text)
}

/// What a service said that was asked for credentials, if one answered.
fn asked(error: &CredentialsError) -> Option<String> {
    links(error).find_map(|link| {
        let portal = link.downcast_ref::<OfPortal>();
        let role = link.downcast_ref::<SdkError<AssumeRoleError>>();
        let identity = link.downcast_ref::<SdkError<AssumeRoleWithWebIdentityError>>();
        portal
            .map(of_portal)
            .or_else(|| role.map(|error| format!("STS: {}", in_a_line(error))))
            .or_else(|| identity.map(|error| format!("STS, by web identity: {}", in_a_line(error))))
    })
}

fn of_portal(error: &OfPortal) -> String {
    let told = error.as_service_error();
    match told.and_then(|told| Some((told.code()?, told.message()))) {
        Some((code, None)) => format!("IAM Identity Center: {code}"),
        _ => format!("IAM Identity Center: {}", in_a_line(error)),
    }
}

/// In one line that is not too long, and without what broken JSON held instead of a key.
fn shortened(text: &str) -> String {
    let text = text.split(", found: ").next().unwrap_or_default();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn links<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// A source whose failures are told as [`NoCredentials`].
#[derive(Debug)]
pub(super) struct Telling {
    pub(super) source: SharedCredentialsProvider,
    pub(super) from: CredentialSource,
    pub(super) signed_in_by: Option<String>,
}

impl ProvideCredentials for Telling {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let given = self.source.provide_credentials().await;
            given.map_err(|error| {
                let from = self.from.clone();
                let told = NoCredentials::new(from, self.signed_in_by.as_deref(), &error);
                CredentialsError::provider_error(told)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    const SECRET: &str = r#"{"secretAccessKey":"hush"}"#;

    fn profile() -> CredentialSource {
        CredentialSource::Profile {
            variable: None,
            name: "p".to_owned(),
        }
    }

    fn answered(status: u16) -> HttpResponse {
        HttpResponse::new(status.try_into().unwrap(), SdkBody::from(SECRET))
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "the cases are values of their own"
    )]
    fn check(error: CredentialsError, signed_in_by: Option<&str>, remedy: Remedy, reason: &str) {
        let told = NoCredentials::new(profile(), signed_in_by, &error);
        assert_eq!(told.remedy, remedy, "{told}");
        assert_eq!(
            told.to_string(),
            format!("no credentials from profile `p`: {reason}")
        );
        let outer = CredentialsError::provider_error(told.clone());
        assert_eq!(NoCredentials::of(&outer), Some(&told));
    }

    fn portal(code: &'static str) -> CredentialsError {
        use aws_sdk_sso::types::error::UnauthorizedException;
        let meta = ErrorMetadata::builder().code(code).message("no").build();
        let error = if code == "UnauthorizedException" {
            let told = UnauthorizedException::builder().meta(meta).message("no");
            GetRoleCredentialsError::UnauthorizedException(told.build())
        } else {
            GetRoleCredentialsError::generic(meta)
        };
        CredentialsError::provider_error(SdkError::service_error(error, answered(401)))
    }

    #[test]
    fn a_sign_in_that_ended_is_told_from_a_role_that_is_not_lent() {
        let sign_in = || Remedy::SignIn("dev".to_owned());
        check(
            portal("UnauthorizedException"),
            Some("dev"),
            sign_in(),
            "IAM Identity Center: UnauthorizedException: no",
        );
        check(
            portal("ForbiddenException"),
            Some("dev"),
            Remedy::AskPortal,
            "IAM Identity Center: ForbiddenException: no",
        );
        let expired = "the SSO token has expired and cannot be refreshed";
        check(
            CredentialsError::provider_error(expired),
            Some("dev"),
            sign_in(),
            expired,
        );
        check(
            CredentialsError::provider_error("a process ended\nwith 1"),
            None,
            Remedy::Look,
            "a process ended with 1",
        );
        check(
            CredentialsError::not_loaded_no_source(),
            None,
            Remedy::Configure,
            "it holds no key, and no way to get one",
        );
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_not_shown() {
        let broken: OfPortal = SdkError::response_error("no number", answered(200));
        let error = CredentialsError::provider_error(broken);
        check(
            error,
            Some("dev"),
            Remedy::Look,
            "IAM Identity Center: no number",
        );
        let broken: SdkError<AssumeRoleWithWebIdentityError> =
            SdkError::response_error("no date", answered(200));
        check(
            CredentialsError::provider_error(broken),
            None,
            Remedy::Look,
            "STS, by web identity: no date",
        );
    }
}
