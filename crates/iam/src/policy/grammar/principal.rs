//! Whom a statement is about.

use super::Grammar;
use super::value::{Read, refuse, strings, unknown};
use crate::json::{Member, Value, ValueKind};
use crate::policy::error::DocumentErrorKind as Wrong;
use crate::policy::{Kind, PrincipalElement, PrincipalKind, PrincipalMap};

impl Grammar {
    // spec: iam/grammar#principal
    pub(super) fn principal(&self, member: &Member<'_>) -> Read<PrincipalElement> {
        let negated = member.key == "NotPrincipal";
        let element = if negated { "NotPrincipal" } else { "Principal" };
        if !self.kind.has_principal() || (negated && !self.kind.takes_not_principal()) {
            return self.misplaced(element, member);
        }
        let map = principal_map(element, &member.value)?;
        if self.kind == Kind::Rcp && !map.is_everyone() {
            let value = "a principal other than `*`".to_owned();
            return refuse(
                Wrong::Value {
                    element: "Principal of a resource control policy",
                    value,
                },
                member.value.span,
            );
        }
        Ok(if negated {
            PrincipalElement::NotPrincipal(map)
        } else {
            PrincipalElement::Principal(map)
        })
    }
}

fn principal_map(element: &'static str, value: &Value<'_>) -> Read<PrincipalMap> {
    let named = match &value.kind {
        ValueKind::String(text) if text == "*" => return Ok(PrincipalMap::Everyone),
        ValueKind::Object(members) if members.is_empty() => {
            return refuse(Wrong::Empty(element), value.span);
        }
        ValueKind::Object(members) => members,
        _ => {
            return refuse(
                Wrong::Type {
                    element,
                    wanted: "`*` or an object",
                },
                value.span,
            );
        }
    };
    let name = |member: &Member<'_>| {
        let kind = match &*member.key {
            "AWS" => PrincipalKind::Aws,
            "Service" => PrincipalKind::Service,
            "Federated" => PrincipalKind::Federated,
            "CanonicalUser" => PrincipalKind::CanonicalUser,
            _ => return unknown(member),
        };
        strings(kind.as_str(), &member.value).map(|names| (kind, names))
    };
    named
        .iter()
        .map(name)
        .collect::<Read<_>>()
        .map(PrincipalMap::Named)
}
