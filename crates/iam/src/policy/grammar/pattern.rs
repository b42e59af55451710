//! Patterns of actions and resources.

use super::Grammar;
use super::value::{Read, refuse, strings};
use crate::json::Member;
use crate::policy::error::DocumentErrorKind as Wrong;
use crate::policy::{Kind, ResourceElement, Text};

impl Grammar {
    // spec: iam/grammar#resource
    pub(super) fn resource(&self, member: &Member<'_>) -> Read<ResourceElement> {
        let negated = member.key == "NotResource";
        let element = if negated { "NotResource" } else { "Resource" };
        if !self.kind.has_resource() {
            return self.misplaced(element, member);
        }
        let patterns = strings(element, &member.value)?;
        for pattern in &patterns {
            if !self.takes_resource(&pattern.value) {
                return refuse(
                    Wrong::Value {
                        element: "resource",
                        value: pattern.value.to_string(),
                    },
                    pattern.span,
                );
            }
        }
        Ok(if negated {
            ResourceElement::NotResource(patterns)
        } else {
            ResourceElement::Resource(patterns)
        })
    }

    fn takes_resource(&self, pattern: &str) -> bool {
        match self.kind {
            // Services with policies of their own have short forms of their own.
            Kind::Resource => !pattern.is_empty(),
            Kind::Rcp => {
                pattern == "*" || (pattern.starts_with("arn:") && pattern.matches(':').count() >= 5)
            }
            _ => pattern == "*" || pattern.starts_with("arn:"),
        }
    }
}

// spec: iam/grammar#action
pub(super) fn actions(member: &Member<'_>) -> Read<Vec<Text>> {
    let element = if member.key == "Action" {
        "Action"
    } else {
        "NotAction"
    };
    let patterns = strings(element, &member.value)?;
    for pattern in &patterns {
        if &*pattern.value != "*" && !is_action(&pattern.value) {
            return refuse(
                Wrong::Value {
                    element: "action",
                    value: pattern.value.to_string(),
                },
                pattern.span,
            );
        }
    }
    Ok(patterns)
}

/// Whether a pattern has a service and a name, and no white space.
fn is_action(pattern: &str) -> bool {
    let colon = pattern.bytes().position(|byte| byte == b':');
    let has_parts = colon.is_some_and(|colon| colon > 0 && colon + 1 < pattern.len());
    let is_graphic = pattern.bytes().all(|byte| byte.is_ascii_graphic());
    has_parts && (is_graphic || !pattern.contains(char::is_whitespace))
}
