//! Which source of credentials the environment names.

use std::fmt;

use super::AccessKey;
use crate::env::{self, Environment, Variable};

/// Where credentials come from, for reports.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialSource {
    /// A profile of the shared files.
    Profile {
        /// The variable that names it; none where it was asked for.
        variable: Option<Variable>,
        /// The profile.
        name: String,
    },
    /// A key in variables, of which this one holds the id.
    Key(Variable),
    /// The SDK's chain: shared files, web identity, containers, instance metadata.
    Chain,
}

impl fmt::Display for CredentialSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile {
                variable: Some(variable),
                name,
            } => write!(formatter, "profile `{name}` ({variable})"),
            Self::Profile {
                variable: None,
                name,
            } => write!(formatter, "profile `{name}`"),
            Self::Key(variable) => write!(formatter, "{variable}"),
            Self::Chain => formatter.write_str("the AWS SDK's default chain"),
        }
    }
}

/// One half of a key is set, the other is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{set}` is set, but `{missing}` is not")]
pub struct IncompleteKey {
    set: Variable,
    missing: Variable,
}

/// What to build a provider from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Profile(String),
    Key(AccessKey),
    Chain,
}

/// The variables of a whole key: id, secret, session. They belong together.
pub const KEYS: [[Variable; 3]; 2] = [
    [REMOTION_KEY.id, REMOTION_KEY.secret, REMOTION_KEY.token],
    [AWS_KEY.id, AWS_KEY.secret, AWS_KEY.token],
];

struct KeyVariables {
    id: Variable,
    secret: Variable,
    token: Variable,
}

const REMOTION_KEY: KeyVariables = KeyVariables {
    id: env::REMOTION_AWS_ACCESS_KEY_ID,
    secret: env::REMOTION_AWS_SECRET_ACCESS_KEY,
    token: env::REMOTION_AWS_SESSION_TOKEN,
};

const AWS_KEY: KeyVariables = KeyVariables {
    id: env::AWS_ACCESS_KEY_ID,
    secret: env::AWS_SECRET_ACCESS_KEY,
    token: env::AWS_SESSION_TOKEN,
};

/// A source, and what it hides.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) choice: Choice,
    pub(super) source: CredentialSource,
    pub(super) shadowed: Vec<CredentialSource>,
}

/// The profile that is asked for, or else the first source that the environment names, in the documented order.
///
/// A key that nothing would use may be incomplete; one that comes first may not.
pub(super) fn choose(
    environment: &Environment,
    profile: Option<&str>,
) -> Result<Chosen, IncompleteKey> {
    let mut sources = Vec::new();
    if let Some(name) = profile {
        sources.push((Choice::Profile(name.to_owned()), of_profile(None, name)));
    }
    for (variable, key) in [
        (env::REMOTION_AWS_PROFILE, REMOTION_KEY),
        (env::AWS_PROFILE, AWS_KEY),
    ] {
        if let Some(name) = environment.get(variable) {
            let source = of_profile(Some(variable), name);
            sources.push((Choice::Profile(name.to_owned()), source));
        }
        match key_in(environment, &key) {
            Ok(Some(found)) => sources.push((Choice::Key(found), CredentialSource::Key(key.id))),
            Err(incomplete) if sources.is_empty() => return Err(incomplete),
            Ok(None) | Err(_) => {}
        }
    }
    let mut sources = sources.into_iter();
    let (choice, source) = sources
        .next()
        .unwrap_or((Choice::Chain, CredentialSource::Chain));
    Ok(Chosen {
        choice,
        shadowed: sources
            .map(|(_, source)| source)
            .filter(|shadowed| *shadowed != source)
            .collect(),
        source,
    })
}

fn of_profile(variable: Option<Variable>, name: &str) -> CredentialSource {
    CredentialSource::Profile {
        variable,
        name: name.to_owned(),
    }
}

fn key_in(
    environment: &Environment,
    variables: &KeyVariables,
) -> Result<Option<AccessKey>, IncompleteKey> {
    let incomplete = |set, missing| Err(IncompleteKey { set, missing });
    match (
        environment.get(variables.id),
        environment.get(variables.secret),
    ) {
        (Some(id), Some(secret)) => Ok(Some(AccessKey {
            id: id.to_owned(),
            secret: secret.to_owned(),
            session_token: environment.get(variables.token).map(str::to_owned),
        })),
        (Some(_), None) => incomplete(variables.id, variables.secret),
        (None, Some(_)) => incomplete(variables.secret, variables.id),
        (None, None) => Ok(None),
    }
}

/// The first whole key that `environment` holds in variables: Remotion's, then AWS's.
///
/// # Errors
/// [`IncompleteKey`] if one half of the first that is named is missing.
pub fn key_of(environment: &Environment) -> Result<Option<AccessKey>, IncompleteKey> {
    match key_in(environment, &REMOTION_KEY)? {
        Some(key) => Ok(Some(key)),
        None => key_in(environment, &AWS_KEY),
    }
}

/// The variables of AWS credentials that are set, which an embedded cloud's clients ignore.
pub fn sources_in(environment: &Environment) -> Vec<Variable> {
    let credentials = [
        env::REMOTION_AWS_PROFILE,
        REMOTION_KEY.id,
        REMOTION_KEY.secret,
        REMOTION_KEY.token,
        env::AWS_PROFILE,
        AWS_KEY.id,
        AWS_KEY.secret,
        AWS_KEY.token,
    ];
    let mut set = credentials.to_vec();
    set.retain(|variable| environment.get(*variable).is_some());
    set
}

/// The region that the environment names: `REMOTION_AWS_REGION`, `AWS_REGION`, `AWS_DEFAULT_REGION`.
pub fn region(environment: &Environment) -> Option<&str> {
    let variables = [
        env::REMOTION_AWS_REGION,
        env::AWS_REGION,
        env::AWS_DEFAULT_REGION,
    ];
    environment.first(&variables).map(|(_, region)| region)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All sources at once, for tests to take away from.
    const EVERYTHING: [(Variable, &str); 8] = [
        (env::REMOTION_AWS_PROFILE, "rp"),
        (env::REMOTION_AWS_ACCESS_KEY_ID, "rid"),
        (env::REMOTION_AWS_SECRET_ACCESS_KEY, "rs"),
        (env::REMOTION_AWS_SESSION_TOKEN, "rt"),
        (env::AWS_PROFILE, "ap"),
        (env::AWS_ACCESS_KEY_ID, "aid"),
        (env::AWS_SECRET_ACCESS_KEY, "as"),
        (env::AWS_SESSION_TOKEN, "at"),
    ];

    fn check(first: usize, expected: &str) {
        let environment = Environment::of(EVERYTHING.into_iter().skip(first));
        let text = match choose(&environment, None) {
            Ok(chosen) => chosen.source.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(text, expected);
    }

    #[test]
    fn sources_come_in_the_documented_order() {
        check(0, "profile `rp` (REMOTION_AWS_PROFILE)");
        check(1, "REMOTION_AWS_ACCESS_KEY_ID");
        check(3, "profile `ap` (AWS_PROFILE)");
        check(5, "AWS_ACCESS_KEY_ID");
        check(7, "the AWS SDK's default chain");
        check(8, "the AWS SDK's default chain");
    }

    #[test]
    fn half_a_key_is_an_error_and_not_the_next_source() {
        check(
            2,
            "`REMOTION_AWS_SECRET_ACCESS_KEY` is set, but `REMOTION_AWS_ACCESS_KEY_ID` is not",
        );
        check(
            6,
            "`AWS_SECRET_ACCESS_KEY` is set, but `AWS_ACCESS_KEY_ID` is not",
        );
    }

    #[test]
    fn the_first_whole_key_is_taken() {
        let id = |first: usize| {
            let environment = Environment::of(EVERYTHING.into_iter().skip(first));
            key_of(&environment).map(|key| key.map(|key| key.id))
        };
        assert_eq!(id(0), Ok(Some("rid".to_owned())));
        assert_eq!(id(3), Ok(Some("aid".to_owned())));
        assert_eq!(id(7), Ok(None));
        assert!(id(2).is_err() && id(6).is_err());
    }

    #[test]
    fn a_key_keeps_its_session() {
        let environment = Environment::of(EVERYTHING.into_iter().skip(5));
        let choice = choose(&environment, None).expect("a whole key").choice;
        let key = AccessKey {
            id: "aid".into(),
            secret: "as".into(),
            session_token: Some("at".into()),
        };
        assert_eq!(choice, Choice::Key(key));
    }

    #[test]
    fn what_comes_first_hides_the_rest() {
        let environment = Environment::of(EVERYTHING);
        let chosen = choose(&environment, Some("p")).expect("a source");
        let shadowed: Vec<_> = chosen.shadowed.iter().map(ToString::to_string).collect();
        assert_eq!(chosen.source.to_string(), "profile `p`");
        assert_eq!(
            shadowed,
            [
                "profile `rp` (REMOTION_AWS_PROFILE)",
                "REMOTION_AWS_ACCESS_KEY_ID",
                "profile `ap` (AWS_PROFILE)",
                "AWS_ACCESS_KEY_ID"
            ]
        );
    }

    #[test]
    fn half_a_key_that_nothing_would_use_is_no_error() {
        let environment = Environment::of([(env::AWS_PROFILE, "p"), (env::AWS_ACCESS_KEY_ID, "a")]);
        let chosen = choose(&environment, None).expect("a source");
        assert_eq!(chosen.source.to_string(), "profile `p` (AWS_PROFILE)");
    }

    #[test]
    fn what_is_ignored_is_named() {
        let environment = Environment::of(EVERYTHING.into_iter().skip(6));
        assert_eq!(
            sources_in(&environment),
            [env::AWS_SECRET_ACCESS_KEY, env::AWS_SESSION_TOKEN]
        );
    }
}
