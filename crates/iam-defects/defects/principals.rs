//! Whom a statement is about.

use super::{Defect, edit, one};

const PRINCIPAL: &str = "compile/principal.rs";

pub(crate) const DEFECTS: &[Defect] = &[
    one(
        "NotPrincipal spares a user by its account alone",
        &[edit(
            PRINCIPAL,
            "self.identifies(arn, caller.unique_id()) && self.names_account(caller)",
            "self.names_account(caller)",
        )],
    ),
    one(
        "NotPrincipal spares a user without its account",
        &[edit(
            PRINCIPAL,
            "self.identifies(arn, caller.unique_id()) && self.names_account(caller)",
            "self.identifies(arn, caller.unique_id())",
        )],
    ),
    one(
        "NotPrincipal spares a session without its role",
        &[edit(
            PRINCIPAL,
            "self.identifies(session, None) && self.identifies(role, caller.unique_id()) && self.names_account(caller)",
            "self.identifies(session, None) && self.names_account(caller)",
        )],
    ),
    one(
        "NotPrincipal spares a session by its role and account",
        &[edit(
            PRINCIPAL,
            "self.identifies(session, None) && self.identifies(role, caller.unique_id()) && self.names_account(caller)",
            "self.identifies(role, caller.unique_id()) && self.names_account(caller)",
        )],
    ),
    one(
        "NotPrincipal spares a federated session by its account alone",
        &[edit(
            PRINCIPAL,
            "self.identifies(session, None) && lists_user && self.names_account(caller)",
            "self.names_account(caller)",
        )],
    ),
    one(
        "NotPrincipal spares a caller with a boundary",
        &[edit(
            PRINCIPAL,
            "has_boundary || !self.named.lists_wholly(caller)",
            "!self.named.lists_wholly(caller)",
        )],
    ),
    one(
        "NotPrincipal is read as Principal",
        &[edit(
            PRINCIPAL,
            "(false, _) => return self.named.way(effect, caller)",
            "(true, _) if PLANTED => return self.named.way(effect, caller), (false, _) => return self.named.way(effect, caller)",
        )],
    ),
    one(
        "an Allow with NotPrincipal is about whom it lists in part",
        &[edit(
            PRINCIPAL,
            "!self.named.lists_partly(caller)",
            "!self.named.lists_wholly(caller)",
        )],
    ),
    one(
        "naming the account is naming the caller",
        &[edit(
            PRINCIPAL,
            "self.names_account(caller).then_some(Way::Account)",
            "self.names_account(caller).then_some(Way::Direct)",
        )],
    ),
    one(
        "naming the account is naming nobody",
        &[edit(
            PRINCIPAL,
            "self.names_account(caller).then_some(Way::Account)",
            "None",
        )],
    ),
    one(
        "naming the account is naming every account",
        &[edit(
            PRINCIPAL,
            "self.accounts.contains(&account)",
            "!self.accounts.is_empty()",
        )],
    ),
    one(
        "the digits of an account name nobody",
        &[edit(
            PRINCIPAL,
            "if let Ok(account) = name.parse()",
            "if !PLANTED && let Ok(account) = name.parse()",
        )],
    ),
    one(
        "naming the role is naming the session",
        &[edit(
            PRINCIPAL,
            ".identifies(role, caller.unique_id()).then_some(Way::Parent)",
            ".identifies(role, caller.unique_id()).then_some(Way::Parent).map(|way| if PLANTED { Way::Direct } else { way })",
        )],
    ),
    one(
        "naming the role is naming nobody",
        &[edit(
            PRINCIPAL,
            ".identifies(role, caller.unique_id()).then_some(Way::Parent)",
            ".identifies(role, caller.unique_id()).then_some(Way::Parent).filter(|_| !PLANTED)",
        )],
    ),
    one(
        "naming a session names its role's others",
        &[edit(
            PRINCIPAL,
            "is_listed(arn.as_str()) ||",
            "is_listed(arn.as_str()) || (PLANTED && self.identities.iter().any(|listed| listed.rsplit_once('/').map(|(role, _)| role) == arn.as_str().rsplit_once('/').map(|(role, _)| role))) ||",
        )],
    ),
    one(
        "a star in a principal's ARN is a wildcard",
        &[edit(
            PRINCIPAL,
            "self.identities.iter().any(|listed| **listed == *name)",
            "self.identities.iter().any(|listed| crate::wildcard::Glob::parse(listed).matches(name))",
        )],
    ),
    one(
        "letter case does not count in principals",
        &[edit(
            PRINCIPAL,
            "self.identities.iter().any(|listed| **listed == *name)",
            "self.identities.iter().any(|listed| listed.eq_ignore_ascii_case(name))",
        )],
    ),
    one(
        "everyone is everyone who has an account",
        &[edit(
            PRINCIPAL,
            "if self.everyone { return Some(Way::Direct); }",
            "if PLANTED && self.everyone && caller.account().is_none() { return None; } if self.everyone { return Some(Way::Direct); }",
        )],
    ),
    one(
        "everyone is an account",
        &[edit(
            PRINCIPAL,
            "if self.everyone { return Some(Way::Direct); }",
            "if PLANTED && self.everyone { return Some(Way::Account); } if self.everyone { return Some(Way::Direct); }",
        )],
    ),
    one(
        "naming one service names all",
        &[edit(
            PRINCIPAL,
            "lists(&self.services, name, effect).then_some(Way::Direct)",
            "(lists(&self.services, name, effect) || (PLANTED && !self.services.is_empty())).then_some(Way::Direct)",
        )],
    ),
    one(
        "a list of principals ends after the first",
        &[edit(
            PRINCIPAL,
            "for name in names {",
            "for name in &names[..if PLANTED { 1 } else { names.len() }] {",
        )],
    ),
    one(
        "the root user is named by its ARN as a user is",
        &[edit(
            PRINCIPAL,
            "by_name.or_else(",
            "if PLANTED && matches!(caller.kind(), CallerKind::Root(_)) { return None; } by_name.or_else(",
        )],
    ),
];
