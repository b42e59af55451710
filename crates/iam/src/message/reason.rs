//! Why a denial says that it is one.

use super::PublicAccessBlock;
use super::parse::{split_word, trim_end};
use crate::{Arn, Denial, DenialKind, Layer};

/// A reason, read.
pub(super) struct Reason {
    /// The layer that is named, and how it denies.
    pub(super) denial: Option<Denial>,
    /// The setting of Block Public Access that refuses.
    pub(super) block: Option<PublicAccessBlock>,
    /// The policy that is named.
    pub(super) policy: Option<Arn>,
    /// How far it goes, in bytes of the text that it begins.
    pub(super) length: usize,
}

const LAYERS: [(&str, Layer); 9] = [
    ("identity-based policy", Layer::Identity),
    ("resource-based policy", Layer::Resource),
    ("permissions boundary", Layer::Boundary),
    ("session policy", Layer::Session),
    ("sessions policy", Layer::Session),
    ("service control policy", Layer::Scp),
    ("resource control policy", Layer::Rcp),
    ("VPC endpoint policy", Layer::Vpce),
    ("role trust policy", Layer::Resource),
];

/// Where AWS names the setting last.
const BLOCK_ENDS: &str = "S3 Block Public Access";

/// Where in `text` a reason may start.
pub(super) fn start(text: &str) -> Option<usize> {
    [" because ", " with an explicit deny "]
        .into_iter()
        .filter_map(|start| text.find(start))
        .min()
}

/// Reads the reason that `text` begins with, after white space.
pub(super) fn read(text: &str) -> Option<Reason> {
    let reason = text.trim_start();
    let indent = text.len() - reason.len();
    if let Some(block) = public_access_block(reason) {
        let end = reason
            .find(BLOCK_ENDS)
            .map_or(0, |at| at + BLOCK_ENDS.len());
        return Some(Reason {
            denial: None,
            block: Some(block),
            policy: None,
            length: indent + end,
        });
    }
    let (kind, named) = match reason.strip_prefix("because no ") {
        Some(named) => (DenialKind::Implicit, named),
        None => (
            DenialKind::Explicit,
            reason.strip_prefix("with an explicit deny in ")?,
        ),
    };
    let named = ["an ", "a ", "the "]
        .iter()
        .find_map(|article| named.strip_prefix(article))
        .unwrap_or(named);
    let (words, layer) = LAYERS.iter().find(|(words, _)| named.starts_with(words))?;
    let after = allowed(&named[words.len()..]);
    let (policy, after) = policy(after);
    Some(Reason {
        denial: Some(Denial {
            layer: *layer,
            kind,
        }),
        block: None,
        policy,
        length: text.len() - after.len(),
    })
}

/// What follows ` allows the ACTION action`.
fn allowed(text: &str) -> &str {
    let Some(action) = text.strip_prefix(" allows the ") else {
        return text;
    };
    let (_, rest) = split_word(action);
    rest.strip_prefix(" action").unwrap_or(rest)
}

/// The ARN after the reason's colon, and what follows it.
fn policy(text: &str) -> (Option<Arn>, &str) {
    let found = text.strip_prefix(": ").and_then(|after| {
        let word = trim_end(split_word(after).0);
        let arn = Arn::parse(word).ok()?;
        Some((arn, &after[word.len()..]))
    });
    match found {
        Some((arn, rest)) => (Some(arn), rest),
        None => (None, text),
    }
}

fn public_access_block(reason: &str) -> Option<PublicAccessBlock> {
    let reason = reason.strip_prefix("because public ")?;
    if reason.contains("BlockPublicPolicy") {
        Some(PublicAccessBlock::Policies)
    } else if reason.contains("BlockPublicAcls") {
        Some(PublicAccessBlock::Acls)
    } else {
        None
    }
}
