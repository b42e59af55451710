//! Who makes a request.

use crate::{AccountId, Arn};

/// The principal of a request, as authentication established it.
///
/// Every rule that depends on who asks reads this type: which principals of a resource policy name
/// the caller, which layers bind it, and how a denial message calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    kind: CallerKind,
    account: Option<AccountId>,
    unique_id: Option<Box<str>>,
    canonical_id: Option<Box<str>>,
    in_management_account: bool,
}

/// The kinds of principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallerKind {
    /// An unsigned request.
    Anonymous,
    /// An AWS service on its own behalf, such as `lambda.amazonaws.com`.
    Service(Box<str>),
    /// Someone whom an identity provider vouches for, before a role is assumed; the provider's ARN or host name.
    Provider(Box<str>),
    /// The account's root user.
    Root(Arn),
    /// An IAM user, path included.
    User(Arn),
    /// A session of a role.
    RoleSession {
        /// `arn:aws:sts::A:assumed-role/ROLE/SESSION`.
        session: Arn,
        /// The role itself, path included.
        role: Arn,
    },
    /// A session made by GetFederationToken.
    FederatedUser {
        /// `arn:aws:sts::A:federated-user/NAME`.
        session: Arn,
        /// The IAM user whose keys made it, where known.
        user: Option<Arn>,
    },
}

/// The text names no principal that can make a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a principal that can make a request")]
pub struct CallerError(String);

impl Caller {
    fn new(kind: CallerKind, account: Option<AccountId>) -> Self {
        Self {
            kind,
            account,
            unique_id: None,
            canonical_id: None,
            in_management_account: false,
        }
    }

    /// An unsigned request.
    pub fn anonymous() -> Self {
        Self::new(CallerKind::Anonymous, None)
    }

    /// An AWS service, by its principal name.
    pub fn service(name: &str) -> Self {
        Self::new(CallerKind::Service(name.into()), None)
    }

    /// Someone whom the identity provider `provider` (ARN or host name) vouches for.
    pub fn provider(provider: &str) -> Self {
        Self::new(CallerKind::Provider(provider.into()), None)
    }

    /// A session of `role`, whose path the session's ARN does not carry.
    ///
    /// # Errors
    /// [`CallerError`] if `role` is no role ARN.
    pub fn role_session(role: Arn, session_name: &str) -> Result<Self, CallerError> {
        let refused = || CallerError(role.to_string());
        let account: AccountId = role.account().parse().map_err(|_| refused())?;
        let path_and_name = role.resource().strip_prefix("role/").ok_or_else(refused)?;
        let name = path_and_name.rsplit('/').next().unwrap_or(path_and_name);
        let resource = format!("assumed-role/{name}/{session_name}");
        let session = Arn::of(role.partition(), "sts", "", account.as_str(), &resource)
            .map_err(|_| refused())?;
        Ok(Self::new(
            CallerKind::RoleSession { session, role },
            Some(account),
        ))
    }

    /// Reads a principal: the ARN of a user, root user, role session or federated session, the name
    /// of a service, or `anonymous`.
    ///
    /// A role session's ARN does not carry the role's path: the role is taken to have none. Where
    /// the role is known, use [`Caller::role_session`].
    ///
    /// # Errors
    /// [`CallerError`] for everything else, role and group ARNs included.
    pub fn parse(text: &str) -> Result<Self, CallerError> {
        if text == "anonymous" {
            return Ok(Self::anonymous());
        }
        if is_service_name(text) {
            return Ok(Self::service(text));
        }
        Arn::parse(text)
            .ok()
            .and_then(Self::of_arn)
            .ok_or_else(|| CallerError(text.to_owned()))
    }

    fn of_arn(arn: Arn) -> Option<Self> {
        let account: AccountId = arn.account().parse().ok()?;
        let kind = match (arn.service(), arn.resource().split_once('/')) {
            ("iam", None) if arn.resource() == "root" => CallerKind::Root(arn),
            ("iam", Some(("user", name))) if !name.is_empty() => CallerKind::User(arn),
            ("sts", Some(("federated-user", name))) if !name.is_empty() => {
                CallerKind::FederatedUser {
                    session: arn,
                    user: None,
                }
            }
            ("sts", Some(("assumed-role", rest))) => {
                let (role, session_name) = rest.split_once('/')?;
                if role.is_empty() || session_name.is_empty() || session_name.contains('/') {
                    return None;
                }
                let role = Arn::of(
                    arn.partition(),
                    "iam",
                    "",
                    account.as_str(),
                    &format!("role/{role}"),
                )
                .ok()?;
                CallerKind::RoleSession { session: arn, role }
            }
            _ => return None,
        };
        Some(Self::new(kind, Some(account)))
    }

    /// Names the IAM user whose keys made a federated session. Other kinds stay as they are.
    #[must_use]
    pub fn with_federating_user(mut self, federating: Arn) -> Self {
        if let CallerKind::FederatedUser { user, .. } = &mut self.kind {
            *user = Some(federating);
        }
        self
    }

    /// Sets the unique id (`AIDA…` of a user, `AROA…` of a session's role) that saved resource policies name.
    #[must_use]
    pub fn with_unique_id(mut self, id: &str) -> Self {
        self.unique_id = Some(id.into());
        self
    }

    /// Sets the S3 canonical user id of the caller's account.
    #[must_use]
    pub fn with_canonical_id(mut self, id: &str) -> Self {
        self.canonical_id = Some(id.into());
        self
    }

    /// Says that the caller's account is its organization's management account, which SCPs do not bind.
    #[must_use]
    pub fn in_management_account(mut self) -> Self {
        self.in_management_account = true;
        self
    }

    /// What kind of principal this is.
    pub fn kind(&self) -> &CallerKind {
        &self.kind
    }

    /// The caller's account; none for anonymous callers, services and providers.
    pub fn account(&self) -> Option<AccountId> {
        self.account
    }

    /// The unique id, where it was set.
    pub fn unique_id(&self) -> Option<&str> {
        self.unique_id.as_deref()
    }

    /// The canonical user id of the account, where it was set.
    pub fn canonical_id(&self) -> Option<&str> {
        self.canonical_id.as_deref()
    }

    /// The ARN that denial messages and `GetCallerIdentity` show: of a session its own, not its role's.
    pub fn arn(&self) -> Option<&Arn> {
        match &self.kind {
            CallerKind::Anonymous | CallerKind::Service(_) | CallerKind::Provider(_) => None,
            CallerKind::Root(arn) | CallerKind::User(arn) => Some(arn),
            CallerKind::RoleSession { session, .. } | CallerKind::FederatedUser { session, .. } => {
                Some(session)
            }
        }
    }

    /// The name in a denial message: the ARN, a service's name, or `anonymous`.
    pub fn as_str(&self) -> &str {
        match (&self.kind, self.arn()) {
            (_, Some(arn)) => arn.as_str(),
            (CallerKind::Service(name) | CallerKind::Provider(name), None) => name,
            _ => "anonymous",
        }
    }

    /// Whether service control policies bind the caller.
    // spec: iam/layers#scp-exempt
    pub fn is_bound_by_scp(&self) -> bool {
        self.account.is_some() && !self.in_management_account && !self.is_service_linked()
    }

    /// Whether the caller is a session of a service-linked role, known by the role's path.
    pub fn is_service_linked(&self) -> bool {
        match &self.kind {
            CallerKind::RoleSession { role, .. } => {
                role.resource().starts_with("role/aws-service-role/")
            }
            _ => false,
        }
    }
}

fn is_service_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    (text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn"))
        && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_kind() {
        let kind = |text| Caller::parse(text).map(|caller| caller.kind().clone());
        assert!(matches!(kind("anonymous"), Ok(CallerKind::Anonymous)));
        assert!(matches!(
            kind("lambda.amazonaws.com"),
            Ok(CallerKind::Service(_))
        ));
        assert!(matches!(
            kind("arn:aws:iam::111122223333:root"),
            Ok(CallerKind::Root(_))
        ));
        assert!(matches!(
            kind("arn:aws:iam::111122223333:user/a/b"),
            Ok(CallerKind::User(_))
        ));
        assert!(matches!(
            kind("arn:aws:sts::111122223333:federated-user/f"),
            Ok(CallerKind::FederatedUser { .. })
        ));
        let Ok(CallerKind::RoleSession { role, .. }) =
            kind("arn:aws:sts::111122223333:assumed-role/r/s")
        else {
            panic!("a role session")
        };
        assert_eq!(role.as_str(), "arn:aws:iam::111122223333:role/r");
    }

    #[test]
    fn refuses_what_cannot_ask() {
        for text in [
            "",
            "*",
            "alice",
            "arn:aws:iam::111122223333:role/r",
            "arn:aws:iam::1:user/a",
            "arn:aws:sts::111122223333:assumed-role/r",
            "amazonaws.com.evil",
        ] {
            assert!(Caller::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_session_drops_the_path_of_its_role() {
        let role = Arn::parse("arn:aws:iam::111122223333:role/team/render").unwrap();
        let caller = Caller::role_session(role, "s").unwrap();
        assert_eq!(
            caller.as_str(),
            "arn:aws:sts::111122223333:assumed-role/render/s"
        );
        assert!(!caller.is_service_linked());
    }
}
