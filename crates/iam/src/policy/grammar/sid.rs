//! The ids of statements.

use std::collections::HashSet;

use super::Grammar;
use super::value::{Read, refuse, string};
use crate::json::Value;
use crate::policy::error::DocumentErrorKind as Wrong;
use crate::policy::{Statement, Text};

/// Up to so many statements are compared pair by pair.
const FEW: usize = 16;

impl Grammar {
    // spec: iam/grammar#sid
    pub(super) fn sid(&self, value: &Value<'_>) -> Read<Text> {
        let sid = string("Sid", value)?;
        if self.kind.has_strict_sids()
            && !sid.value.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return refuse(
                Wrong::Value {
                    element: "Sid",
                    value: sid.value.into(),
                },
                value.span,
            );
        }
        Ok(sid)
    }

    /// Refuses a Sid that an earlier statement has; an empty one is none.
    pub(super) fn check_sids(&self, statements: &[Statement]) -> Read<()> {
        if !self.kind.has_strict_sids() {
            return Ok(());
        }
        let sids = || {
            statements
                .iter()
                .filter_map(|statement| statement.sid.as_ref())
        };
        let named = || sids().filter(|sid| !sid.value.is_empty());
        let mut seen = HashSet::new();
        for (index, sid) in named().enumerate() {
            let is_known = if statements.len() <= FEW {
                named()
                    .take(index)
                    .any(|earlier| earlier.value == sid.value)
            } else {
                !seen.insert(&*sid.value)
            };
            if is_known {
                return refuse(Wrong::DuplicateSid(sid.value.to_string()), sid.span);
            }
        }
        Ok(())
    }
}
