//! The policies that are given as files, as layers.

use std::sync::Arc;

use iam::policy::Kind;
use iam::{Layers, Level, Policy, Request};

use super::input::{InputError, document};
use crate::args::PolicyFiles;
use crate::show::Shown;

/// The layers, and what the inline policies take together; `None` if none are given.
pub(super) fn layers(
    files: &PolicyFiles,
    request: Option<&Request>,
    shown: &Shown,
) -> Result<(Layers, Option<usize>), InputError> {
    let read = |file: &String, kind: Kind| -> Result<Arc<Policy>, InputError> {
        Ok(Policy::inline(file, document(file, kind, shown)?))
    };
    let all = |files: &[String], kind: Kind| -> Result<Vec<Arc<Policy>>, InputError> {
        files.iter().map(|file| read(file, kind)).collect()
    };
    let some = |policies: Vec<Arc<Policy>>| Some(policies).filter(|policies| !policies.is_empty());
    let levels = |policies: Vec<Arc<Policy>>| -> Vec<Level> {
        let level = |(place, policy)| Level {
            target: format!("level {place}").into(),
            policies: vec![policy],
        };
        policies.into_iter().enumerate().map(level).collect()
    };
    let inline = all(&files.inline, Kind::Identity)?;
    let counted = inline
        .iter()
        .map(|policy| policy.document().counted_characters())
        .sum();
    let is_known = !inline.is_empty() || files.complete;
    let mut identity = inline;
    identity.extend(all(&files.managed, Kind::Identity)?);
    let kind = if request.is_some_and(is_trust) {
        Kind::Trust
    } else {
        Kind::Resource
    };
    let layers = Layers {
        identity,
        boundary: files
            .boundary
            .as_ref()
            .map(|file| read(file, Kind::Boundary))
            .transpose()?,
        session: some(all(&files.session, Kind::Session)?),
        scp: Some(levels(all(&files.scp, Kind::Scp)?)).filter(|levels| !levels.is_empty()),
        rcp: levels(all(&files.rcp, Kind::Rcp)?),
        resource: files
            .resource_policy
            .as_ref()
            .map(|file| read(file, kind))
            .transpose()?,
        vpce: some(all(&files.vpce, Kind::Vpce)?),
        ..Layers::default()
    };
    Ok((layers, is_known.then_some(counted)))
}

fn is_trust(request: &Request) -> bool {
    let is_role = request
        .resource
        .arn()
        .is_some_and(|arn| arn.resource().starts_with("role/"));
    request.action.service() == "sts" && is_role
}
