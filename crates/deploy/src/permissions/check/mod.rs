//! Whether every row of the table would be allowed: for the caller, for a principal, for the render function's role.

mod ahead;
mod decide;
mod drift;
mod trust;
mod verdict;

use aws_config::SdkConfig;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::PolicyEvaluationDecisionType;

use super::last_name;
use crate::call::CallFailed;
use crate::calls::{Call, Caller, Part, Question, Scope, of};
use crate::principal::{Held, policies_of};
use crate::simulate;
pub use ahead::{Ahead, Needs};
use decide::decide;
pub use verdict::{Finding, Mark, Report};

/// Who is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// An IAM user, by its path and name.
    User(String),
    /// A role, by its path and name.
    Role(String),
}

/// Nobody of the account is named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrincipalError {
    /// The text names no user and no role.
    #[error("`{0}` is the ARN of no IAM user, role or role session")]
    Nobody(String),
    /// The user or role is another account's.
    #[error("`{arn}` is not of account {account}, which is asked")]
    Elsewhere {
        /// Who is named.
        arn: String,
        /// The account.
        account: String,
    },
}

impl Principal {
    /// Reads the ARN of a user, a role or a session of a role, which stands for its role.
    ///
    /// # Errors
    /// [`PrincipalError`] for everything else: root, whom no policy limits, federated users, services.
    pub fn parse(arn: &str) -> Result<Self, PrincipalError> {
        let refused = || PrincipalError::Nobody(arn.to_owned());
        let resource = arn.splitn(6, ':').nth(5).ok_or_else(refused)?;
        match resource.split_once('/') {
            Some(("user", name)) if !name.is_empty() => Ok(Self::User(name.to_owned())),
            Some(("role", name)) if !name.is_empty() => Ok(Self::Role(name.to_owned())),
            Some(("assumed-role", rest)) => match rest.split_once('/') {
                Some((role, _)) if !role.is_empty() => Ok(Self::Role(role.to_owned())),
                _ => Err(refused()),
            },
            _ => Err(refused()),
        }
    }

    /// As [`Self::parse`], of a user or role in `account`.
    ///
    /// # Errors
    /// [`PrincipalError::Elsewhere`], too, for one of another account.
    pub fn parse_in(account: &str, arn: &str) -> Result<Self, PrincipalError> {
        let principal = Self::parse(arn)?;
        if arn.split(':').nth(4) == Some(account) {
            return Ok(principal);
        }
        Err(PrincipalError::Elsewhere {
            arn: arn.to_owned(),
            account: account.to_owned(),
        })
    }

    /// The ARN in the account of `scope`.
    #[must_use]
    pub fn arn(&self, scope: &Scope) -> String {
        match self {
            Self::User(name) => {
                format!("arn:{}:iam::{}:user/{name}", scope.partition, scope.account)
            }
            Self::Role(name) => scope.role_arn(name),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::User(name) | Self::Role(name) => last_name(name),
        }
    }

    /// As the policy engine knows it; a role stands for any session of it.
    fn caller(&self, scope: &Scope) -> Option<iam::Caller> {
        let arn = self.arn(scope);
        match self {
            Self::User(_) => iam::Caller::parse(&arn).ok(),
            Self::Role(_) => iam::Caller::role_session(iam::Arn::parse(&arn).ok()?, "check").ok(),
        }
    }
}

/// Asks about permissions. Nothing is changed.
#[derive(Debug, Clone)]
pub struct Checker {
    config: SdkConfig,
    iam: Client,
    scope: Scope,
    with_drift: bool,
}

impl Checker {
    /// Clients for the endpoint and credentials of `config`.
    #[must_use]
    pub fn new(config: &SdkConfig, scope: Scope) -> Self {
        Self {
            config: config.clone(),
            iam: Client::new(config),
            scope,
            with_drift: true,
        }
    }

    /// Asks about calls alone, and not whether policies are what is generated in this scope: where that names one bucket
    /// and one function, and setup was told more.
    #[must_use]
    pub fn without_drift(mut self) -> Self {
        self.with_drift = false;
        self
    }

    /// Checks that `principal` may make every call of `parts`, and what its policies say.
    ///
    /// AWS decides where it may be asked to simulate; where not, the policies that may be read decide here. What
    /// neither can tell is [`Mark::NotChecked`].
    ///
    /// # Errors
    /// A call that fails for another reason than a denial.
    pub async fn principal(
        &self,
        principal: &Principal,
        parts: &[Part],
    ) -> Result<Report, CallFailed> {
        let principal = self.with_path(principal).await?;
        let mut scope = self.scope.clone();
        if let Principal::Role(name) = &principal {
            let compute = match &scope.caller {
                Caller::Role { compute, .. } => *compute,
                Caller::User => None,
            };
            scope.caller = Caller::Role {
                name: name.clone(),
                compute,
            };
        }
        let held = match principal.caller(&scope) {
            Some(caller) => Box::pin(policies_of(&self.config, &caller)).await?,
            None => Held::default(),
        };
        let mut report = Report {
            principal: principal.arn(&scope),
            parts: parts.to_vec(),
            is_simulated: true,
            findings: Vec::new(),
        };
        for part in parts {
            for call in of(*part, &scope) {
                let can_simulate = &mut report.is_simulated;
                match self
                    .row(&principal, call, &scope, &held, can_simulate)
                    .await
                {
                    Ok(finding) => report.findings.push(finding),
                    Err(error) if error.code() == Some("NoSuchEntity") => {
                        report.findings = vec![decide::missing(&principal, &scope)];
                        return Ok(report);
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        report.findings.extend(decide::unread(&held));
        report.findings.extend(decide::placeholders(&held));
        report.findings.extend(decide::boundary(&held));
        if self.with_drift {
            report.findings.extend(drift::drift(&held, &scope));
        }
        Ok(report)
    }

    /// Checks the render function's role: its calls, and that Lambda, and nobody else, may assume it.
    ///
    /// # Errors
    /// As [`Self::principal`].
    pub async fn render_role(&self) -> Result<Report, CallFailed> {
        let principal = Principal::Role(self.scope.render_role.clone());
        let parts = [Part::RenderFunction, Part::OutputWriter];
        let mut report = self.principal(&principal, &parts).await?;
        report
            .findings
            .push(trust::trust(&self.iam, &principal, &self.scope).await?);
        Ok(report)
    }

    /// A session's ARN lacks the path of its role; the role itself knows it.
    async fn with_path(&self, principal: &Principal) -> Result<Principal, CallFailed> {
        let Principal::Role(name) = principal else {
            return Ok(principal.clone());
        };
        match self.iam.get_role().role_name(last_name(name)).send().await {
            Ok(answer) => {
                let found = answer.role().map(|role| role.arn().to_owned());
                let found = found.and_then(|arn| Principal::parse(&arn).ok());
                Ok(found.unwrap_or_else(|| principal.clone()))
            }
            Err(error) if crate::call::is_denied(&error) || super::setup::is_missing(&error) => {
                Ok(principal.clone())
            }
            Err(error) => Err(CallFailed::of("look for the role")(error)),
        }
    }

    async fn row(
        &self,
        principal: &Principal,
        call: &'static Call,
        scope: &Scope,
        held: &Held,
        can_simulate: &mut bool,
    ) -> Result<Finding, CallFailed> {
        let mut mark = Mark::Good;
        let mut reason = None;
        for question in call.questions(scope, principal.name()) {
            let (answer, why) = if *can_simulate {
                match self.simulated(principal, &question, scope).await {
                    Ok(answer) => answer,
                    Err(error) if error.is_denied() => {
                        *can_simulate = false;
                        decide(held, principal, &question, scope)
                    }
                    Err(error) => return Err(error),
                }
            } else {
                decide(held, principal, &question, scope)
            };
            if answer > mark {
                mark = answer;
                reason = why;
            }
        }
        let by_boundary = reason.as_deref() == Some(decide::BOUNDARY);
        let limits = held.boundary.as_deref().filter(|_| by_boundary);
        Ok(Finding::of_row(call, mark, reason, limits, scope))
    }

    async fn simulated(
        &self,
        principal: &Principal,
        question: &Question,
        scope: &Scope,
    ) -> Result<(Mark, Option<String>), CallFailed> {
        let user = match principal {
            Principal::User(_) => Some(("aws:username".to_owned(), principal.name().to_owned())),
            Principal::Role(_) => None,
        };
        let asked = simulate::asked(
            &self.iam,
            &principal.arn(scope),
            question.action,
            &question.resource,
            question.context.iter().cloned().chain(user),
        );
        let answer = asked.send().await.map_err(CallFailed::of("simulate"))?;
        let result = answer.evaluation_results().first();
        let decision = result.map(|result| result.eval_decision().clone());
        let limits = result
            .and_then(|result| result.permissions_boundary_decision_detail())
            .is_some_and(|detail| !detail.allowed_by_permissions_boundary());
        Ok(match decision {
            Some(PolicyEvaluationDecisionType::Allowed) => (Mark::Good, None),
            Some(PolicyEvaluationDecisionType::ExplicitDeny) => {
                (Mark::Bad, Some("a statement denies it".to_owned()))
            }
            Some(_) if limits => (Mark::Bad, Some(decide::BOUNDARY.to_owned())),
            Some(_) => (Mark::Bad, Some("no policy allows it".to_owned())),
            None => (Mark::NotChecked, Some("AWS gave no decision".to_owned())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Principal;

    #[test]
    fn principals_are_read_from_their_arns() {
        let parse = |arn| Principal::parse(arn).ok();
        let user = Principal::User("team/alice".into());
        assert_eq!(
            parse("arn:aws:iam::123456789012:user/team/alice"),
            Some(user)
        );
        let role = Some(Principal::Role("render".into()));
        assert_eq!(
            parse("arn:aws:sts::123456789012:assumed-role/render/s"),
            role
        );
        assert_eq!(parse("arn:aws-cn:iam::123456789012:role/render"), role);
        for none in [
            "arn:aws:iam::123456789012:root",
            "alice",
            "arn:aws:iam::1:user/",
        ] {
            assert_eq!(parse(none), None, "{none}");
        }
    }
}
