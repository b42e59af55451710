//! The committed cases, ready to be decided and ready to be read.

use std::sync::Arc;

use iam::case::Case;
use iam::{Layers, Level, Policy, Request};

use crate::Failure;

pub(crate) const DOC_CASES: &str = include_str!("../../iam/tests/data/iam-doc-cases.jsonl");
pub(crate) const SEED_CASES: &str = include_str!("../../iam/tests/data/iam-seed-cases.jsonl");
pub(crate) const RULE_CASES: &str = include_str!("../../iam/tests/data/iam-rule-cases.jsonl");

/// A file of cases.
pub(crate) struct Corpus {
    pub(crate) name: &'static str,
    pub(crate) entries: Vec<Entry>,
}

/// One case: compiled, and with the texts of its policies.
pub(crate) struct Entry {
    pub(crate) line: &'static str,
    pub(crate) request: Request,
    pub(crate) layers: Layers,
}

impl Corpus {
    pub(crate) fn read(name: &'static str, file: &'static str) -> Result<Self, Failure> {
        let entry = |line| {
            let Case {
                request, layers, ..
            } = Case::parse(line)?;
            let layers = apart(&layers)?;
            Ok(Entry {
                line,
                request,
                layers,
            })
        };
        Ok(Self {
            name,
            entries: file.lines().map(entry).collect::<Result<_, Failure>>()?,
        })
    }

    /// Bytes of policy text in the mean set.
    pub(crate) fn bytes_per_set(&self) -> usize {
        let mut bytes = 0;
        for entry in &self.entries {
            for_each_policy(&entry.layers, |policy| {
                bytes += policy.document().source().len();
            });
        }
        bytes / self.entries.len()
    }
}

/// The layers with every policy read from a text of its own, as an account keeps them, and not from the case's line.
fn apart(layers: &Layers) -> Result<Layers, Failure> {
    map(layers, |policy| {
        let document = policy.document();
        Ok(Policy::parse(
            policy.name(),
            document.span().of(document.source()),
            document.kind(),
        )?)
    })
}

/// The layers with every policy read anew from its text.
pub(crate) fn reread(layers: &Layers) -> Result<Layers, Failure> {
    map(layers, |policy| {
        let document = policy.document();
        Ok(Policy::parse(
            policy.name(),
            document.source(),
            document.kind(),
        )?)
    })
}

fn for_each_policy(layers: &Layers, mut visit: impl FnMut(&Policy)) {
    let levels = layers.scp.iter().flatten().chain(&layers.rcp);
    let listed = layers.session.iter().chain(&layers.vpce).flatten();
    let single = layers.boundary.iter().chain(&layers.resource);
    let attached = levels.flat_map(|level| &level.policies);
    layers
        .identity
        .iter()
        .chain(attached)
        .chain(listed)
        .chain(single)
        .for_each(|policy| visit(policy));
}

fn map(
    layers: &Layers,
    read: impl Fn(&Policy) -> Result<Arc<Policy>, Failure>,
) -> Result<Layers, Failure> {
    let all = |policies: &Vec<Arc<Policy>>| policies.iter().map(|policy| read(policy)).collect();
    let one = |policy: &Option<Arc<Policy>>| policy.as_deref().map(&read).transpose();
    let levels = |levels: &Vec<Level>| {
        let level = |level: &Level| {
            Ok(Level {
                target: level.target.clone(),
                policies: all(&level.policies)?,
            })
        };
        levels
            .iter()
            .map(level)
            .collect::<Result<Vec<_>, Failure>>()
    };
    Ok(Layers {
        identity: all(&layers.identity)?,
        boundary: one(&layers.boundary)?,
        session: layers.session.as_ref().map(all).transpose()?,
        scp: layers.scp.as_ref().map(levels).transpose()?,
        rcp: levels(&layers.rcp)?,
        resource: one(&layers.resource)?,
        vpce: layers.vpce.as_ref().map(all).transpose()?,
        settings: layers.settings,
    })
}
