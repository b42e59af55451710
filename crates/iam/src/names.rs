//! What names may look like.

use std::fmt;

/// A kind of name that a call's parameters carry.
// spec: iam/limits#names
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Name {
    /// Name of a user.
    User,
    /// Name of a role.
    Role,
    /// Name of a group.
    Group,
    /// Name of a managed or inline policy.
    Policy,
    /// Name of an instance profile.
    InstanceProfile,
    /// Path of a user, role, group or instance profile.
    Path,
    /// Path of a managed policy.
    PolicyPath,
    /// Key of a tag.
    TagKey,
    /// Value of a tag.
    TagValue,
    /// Id of an access key.
    AccessKeyId,
    /// Version of a managed policy, such as `v1`.
    PolicyVersion,
    /// Name of a role's session, and its source identity.
    RoleSession,
    /// The id that a third party names when it assumes a role.
    ExternalId,
    /// Name of a federated user.
    FederatedUser,
    /// Sid of a statement of a function's policy.
    FunctionStatement,
    /// Name of a log group.
    LogGroup,
    /// Name of a log stream.
    LogStream,
}

/// A name was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameError {
    /// The kind of name.
    pub name: Name,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Fewer characters than this.
    TooShort(usize),
    /// More characters than this.
    TooLong(usize),
    /// A character or form that [`Name::pattern`] does not allow.
    Pattern,
}

impl fmt::Display for NameError {
    /// The constraint, as AWS's validation errors word it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fault {
            Fault::TooShort(limit) => write!(
                f,
                "Member must have length greater than or equal to {limit}"
            ),
            Fault::TooLong(limit) => {
                write!(f, "Member must have length less than or equal to {limit}")
            }
            Fault::Pattern => write!(
                f,
                "Member must satisfy regular expression pattern: {}",
                self.name.pattern()
            ),
        }
    }
}

impl std::error::Error for NameError {}

impl Name {
    /// Checks length, counted in characters, and form.
    ///
    /// # Errors
    /// [`NameError`] with what is wrong.
    pub fn check(self, text: &str) -> Result<(), NameError> {
        let (shortest, longest) = self.lengths();
        let length = text.chars().count();
        let fault = if length < shortest {
            Fault::TooShort(shortest)
        } else if length > longest {
            Fault::TooLong(longest)
        } else if !self.takes(text) {
            Fault::Pattern
        } else {
            return Ok(());
        };
        Err(NameError { name: self, fault })
    }

    /// Shortest and longest, in characters.
    pub fn lengths(self) -> (usize, usize) {
        match self {
            Self::User | Self::Role => (1, 64),
            Self::Group | Self::Policy | Self::InstanceProfile | Self::TagKey => (1, 128),
            Self::Path | Self::PolicyPath | Self::LogGroup | Self::LogStream => (1, 512),
            Self::TagValue => (0, 256),
            Self::AccessKeyId => (16, 128),
            Self::PolicyVersion => (2, 128),
            Self::RoleSession => (2, 64),
            Self::ExternalId => (2, 1_224),
            Self::FederatedUser => (2, 32),
            Self::FunctionStatement => (1, 100),
        }
    }

    /// The form, as AWS's API model writes it.
    pub fn pattern(self) -> &'static str {
        match self {
            Self::User | Self::Role | Self::Group | Self::Policy | Self::InstanceProfile => {
                r"[\w+=,.@-]+"
            }
            Self::Path => r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)",
            Self::PolicyPath => r"((/[A-Za-z0-9\.,\+@=_-]+)*)/",
            Self::TagKey => r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+",
            Self::TagValue => r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*",
            Self::AccessKeyId => r"[\w]+",
            Self::PolicyVersion => r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?",
            Self::RoleSession | Self::FederatedUser => r"[\w+=,.@-]*",
            Self::ExternalId => r"[\w+=,.@:\/-]*",
            Self::FunctionStatement => r"([a-zA-Z0-9-_]+)",
            Self::LogGroup => r"[\.\-_/#A-Za-z0-9]+",
            Self::LogStream => r"[^:*]*",
        }
    }

    fn takes(self, text: &str) -> bool {
        match self {
            Self::User | Self::Role | Self::Group | Self::Policy | Self::InstanceProfile => {
                all(text, "+=,.@-_")
            }
            Self::RoleSession | Self::FederatedUser => all(text, "+=,.@-_"),
            Self::ExternalId => all(text, "+=,.@:/-_"),
            Self::Path => is_path(text, |character| ('!'..='~').contains(&character)),
            Self::PolicyPath => {
                is_path(text, |character| {
                    character.is_ascii_alphanumeric() || ".,+@=_-/".contains(character)
                }) && !text.contains("//")
            }
            Self::TagKey | Self::TagValue => text.chars().all(|character| {
                character.is_alphanumeric() || is_space(character) || "_.:/=+-@".contains(character)
            }),
            Self::AccessKeyId => all(text, "_"),
            Self::PolicyVersion => is_policy_version(text),
            Self::FunctionStatement => all(text, "-_"),
            Self::LogGroup => all(text, ".-_/#"),
            Self::LogStream => !text.contains([':', '*']),
        }
    }
}

/// Letters and digits of ASCII, and what `others` holds.
fn all(text: &str, others: &str) -> bool {
    text.chars()
        .all(|character| character.is_ascii_alphanumeric() || others.contains(character))
}

fn is_path(text: &str, takes: impl Fn(char) -> bool) -> bool {
    text == "/"
        || (text.len() > 2
            && text.starts_with('/')
            && text.ends_with('/')
            && text.chars().all(takes))
}

/// Separators of Unicode; control characters, which Rust also calls white space, are none.
fn is_space(character: char) -> bool {
    character.is_whitespace() && !character.is_control()
}

fn is_policy_version(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else {
        return false;
    };
    let (number, suffix) = rest.split_once('.').unwrap_or((rest, ""));
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit())
        && !number.is_empty()
        && !number.starts_with('0');
    is_number
        && suffix
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_takes_its_own() {
        for (name, good, bad) in [
            (
                Name::User,
                &["a", "remotion_user", "A+=,.@-"][..],
                &["", "a b", "a/b", "\u{e9}"][..],
            ),
            (Name::Role, &["remotion-lambda-role"], &["a:b"]),
            (
                Name::Path,
                &["/", "/a/", "/a/b/"],
                &["", "a", "/a", "a/", "//a b//"],
            ),
            (
                Name::PolicyPath,
                &["/", "/a/b/"],
                &["/a//b/", "/a b/", "a/"],
            ),
            (
                Name::TagKey,
                &["Team", "a b", "\u{e9}:/"],
                &["", "a\tb", "a!"],
            ),
            (Name::TagValue, &["", "x"], &["!"]),
            (
                Name::AccessKeyId,
                &["AKIAIOSFODNN7EXAMPLE"],
                &["AKIA", "AKIAIOSFODNN7EXAMPL-"],
            ),
            (
                Name::PolicyVersion,
                &["v1", "v10", "v1.a-b"],
                &["v0", "v", "1", "v01", "v1.a_b"],
            ),
            (Name::RoleSession, &["ab", "s@x"], &["a", "a b"]),
            (Name::ExternalId, &["a:/b"], &["a", "a b"]),
            (Name::FederatedUser, &["bob"], &["b"]),
            (Name::FunctionStatement, &["a-b_C1"], &["a.b"]),
            (
                Name::LogGroup,
                &["/aws/lambda/f", "a#b"],
                &["", "a:b", "a b"],
            ),
            (Name::LogStream, &["2026/01/01/[$LATEST]a"], &["a:b", "a*"]),
        ] {
            good.iter()
                .for_each(|text| assert_eq!(name.check(text), Ok(()), "{name:?} {text}"));
            bad.iter()
                .for_each(|text| assert!(name.check(text).is_err(), "{name:?} {text}"));
            let (_, longest) = name.lengths();
            assert!(name.check(&"a".repeat(longest + 1)).is_err());
        }
    }

    #[test]
    fn faults_read_as_aws_writes_them() {
        let message = |text: &str| Name::User.check(text).unwrap_err().to_string();
        assert_eq!(
            message("a b"),
            r"Member must satisfy regular expression pattern: [\w+=,.@-]+"
        );
        assert_eq!(
            message(&"a".repeat(65)),
            "Member must have length less than or equal to 64"
        );
    }
}
