//! Whom a statement is about.

use crate::policy::{Effect, PrincipalElement, PrincipalKind, PrincipalMap};
use crate::{AccountId, Arn, Caller, CallerKind};

/// `Principal` or `NotPrincipal`, compiled.
#[derive(Debug)]
pub(crate) struct Principals {
    negated: bool,
    named: Named,
}

#[derive(Debug, Default)]
struct Named {
    everyone: bool,
    accounts: Vec<AccountId>,
    // ARNs and unique ids.
    identities: Vec<Box<str>>,
    services: Vec<Box<str>>,
    providers: Vec<Box<str>>,
    canonical_ids: Vec<Box<str>>,
}

/// In which way a statement is about the caller; later ways are stronger.
// spec: iam/matching#principal-ways
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// By the account, which only delegates to it.
    Account,
    /// By the role of which the caller is a session, or the user behind a federated session.
    Parent,
    /// By its own name, or as anyone.
    Direct,
}

impl Principals {
    pub(crate) fn of(element: &PrincipalElement) -> Self {
        match element {
            PrincipalElement::Principal(map) => Self {
                negated: false,
                named: Named::of(map),
            },
            PrincipalElement::NotPrincipal(map) => Self {
                negated: true,
                named: Named::of(map),
            },
        }
    }

    /// In which way a statement of this `effect` is about `caller`; `None` if it is not.
    pub(crate) fn cover(&self, effect: Effect, caller: &Caller, has_boundary: bool) -> Option<Way> {
        let applies = match (self.negated, effect) {
            (false, _) => return self.named.way(effect, caller),
            // spec: iam/matching#not-principal
            (true, Effect::Deny) => has_boundary || !self.named.lists_wholly(caller),
            (true, Effect::Allow) => !self.named.lists_partly(caller),
        };
        applies.then_some(Way::Direct)
    }
}

impl Named {
    fn of(map: &PrincipalMap) -> Self {
        let PrincipalMap::Named(map) = map else {
            return Self {
                everyone: true,
                ..Self::default()
            };
        };
        let mut named = Self::default();
        for (kind, names) in map {
            for name in names {
                match kind {
                    PrincipalKind::Aws => named.add_aws(&name.value),
                    PrincipalKind::Service => named.services.push(name.value.clone()),
                    PrincipalKind::Federated => named.providers.push(name.value.clone()),
                    PrincipalKind::CanonicalUser => named.canonical_ids.push(name.value.clone()),
                }
            }
        }
        named
    }

    fn add_aws(&mut self, name: &str) {
        match (name, account_named_by(name)) {
            ("*", _) => self.everyone = true,
            (_, Some(account)) => self.accounts.push(account),
            _ => self.identities.push(name.into()),
        }
    }

    fn way(&self, effect: Effect, caller: &Caller) -> Option<Way> {
        if self.everyone {
            return Some(Way::Direct);
        }
        let by_name = match caller.kind() {
            CallerKind::Anonymous | CallerKind::Root(_) => None,
            CallerKind::Service(name) => lists(&self.services, name, effect).then_some(Way::Direct),
            CallerKind::Provider(name) => {
                lists(&self.providers, name, effect).then_some(Way::Direct)
            }
            CallerKind::User(arn) => self
                .identifies(arn, caller.unique_id())
                .then_some(Way::Direct),
            CallerKind::RoleSession { session, .. } if self.identifies(session, None) => {
                Some(Way::Direct)
            }
            CallerKind::RoleSession { role, .. } => self
                .identifies(role, caller.unique_id())
                .then_some(Way::Parent),
            CallerKind::FederatedUser { session, .. } if self.identifies(session, None) => {
                Some(Way::Direct)
            }
            CallerKind::FederatedUser { user, .. } => {
                let names_user = user
                    .as_ref()
                    .is_some_and(|user| self.identifies(user, caller.unique_id()));
                names_user.then_some(Way::Parent)
            }
        };
        by_name.or_else(|| self.names_account(caller).then_some(Way::Account))
    }

    fn names_account(&self, caller: &Caller) -> bool {
        let by_canonical_id = caller
            .canonical_id()
            .is_some_and(|id| self.canonical_ids.iter().any(|listed| **listed == *id));
        by_canonical_id
            || caller
                .account()
                .is_some_and(|account| self.accounts.contains(&account))
    }

    fn identifies(&self, arn: &Arn, unique_id: Option<&str>) -> bool {
        let is_listed = |name: &str| self.identities.iter().any(|listed| **listed == *name);
        is_listed(arn.as_str()) || unique_id.is_some_and(is_listed)
    }

    /// Whether the list holds the caller in every form that it goes by: itself, its role or user, its account.
    fn lists_wholly(&self, caller: &Caller) -> bool {
        if self.everyone {
            return true;
        }
        match caller.kind() {
            CallerKind::Anonymous => false,
            CallerKind::Service(name) => lists(&self.services, name, Effect::Allow),
            CallerKind::Provider(name) => lists(&self.providers, name, Effect::Allow),
            CallerKind::Root(_) => self.names_account(caller),
            CallerKind::User(arn) => {
                self.identifies(arn, caller.unique_id()) && self.names_account(caller)
            }
            CallerKind::RoleSession { session, role } => {
                self.identifies(session, None)
                    && self.identifies(role, caller.unique_id())
                    && self.names_account(caller)
            }
            CallerKind::FederatedUser { session, user } => {
                let lists_user = user
                    .as_ref()
                    .is_none_or(|user| self.identifies(user, caller.unique_id()));
                self.identifies(session, None) && lists_user && self.names_account(caller)
            }
        }
    }

    fn lists_partly(&self, caller: &Caller) -> bool {
        self.way(Effect::Deny, caller).is_some()
    }
}

/// The account that `123456789012` or `arn:aws:iam::123456789012:root` names.
fn account_named_by(name: &str) -> Option<AccountId> {
    if let Ok(account) = name.parse() {
        return Some(account);
    }
    let arn = Arn::parse(name).ok()?;
    let is_root = arn.service() == "iam" && arn.region().is_empty() && arn.resource() == "root";
    is_root.then(|| arn.account().parse().ok()).flatten()
}

/// Whether `name` is listed. What `*` means for services and providers is not documented: it is taken
/// to name them where that denies.
fn lists(listed: &[Box<str>], name: &str, effect: Effect) -> bool {
    listed
        .iter()
        .any(|listed| **listed == *name || (effect == Effect::Deny && **listed == *"*"))
}
