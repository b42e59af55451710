//! Whether a deployment would be denied something, asked before it makes anything.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::{Checker, Finding, Mark, Principal};
use crate::call::CallFailed;
use crate::calls::{Call, Part, of};

/// Questions that are under way at once.
const PARALLEL: usize = 4;

/// What a deployment is certain to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs {
    /// The bucket is not there.
    pub bucket: bool,
    /// The function is not there.
    pub function: bool,
    /// A zip of the function that is not there passes through the bucket.
    pub large_package: bool,
    /// The site is not there, or differs.
    pub site: bool,
}

/// What simulation says of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ahead {
    /// Nothing that is needed is denied.
    Allowed,
    /// These calls, at least one, would be denied.
    Denied(Vec<Finding>),
    /// Nobody could tell, and why.
    NotChecked(String),
}

impl Needs {
    /// Whether anything is made.
    #[must_use]
    pub fn any(&self) -> bool {
        *self != Self::default()
    }

    /// Whether the deployment fails without `call`. What others can stand in for is no need.
    fn cover(&self, call: &Call) -> bool {
        let Some(step) = call.without.step() else {
            return false;
        };
        match step {
            "make the bucket" => self.bucket,
            "functions deploy"
            | "functions deploy with layers"
            | "functions deploy with own layers"
            | "functions deploy with Lambda Insights"
            | "deploy into a VPC" => self.function,
            "functions deploy of a large package" => self.function && self.large_package,
            "sites create" | "sites create --public" => self.site,
            _ => false,
        }
    }
}

impl Checker {
    /// Simulates those of the deployer's calls that `needs` tells, for the identity `arn`. AWS alone is asked, and the
    /// first denial of the question itself ends it.
    pub async fn ahead(&self, arn: &str, needs: &Needs) -> Ahead {
        if arn.ends_with(":root") {
            return Ahead::Allowed;
        }
        let principal = match Principal::parse(arn) {
            Ok(principal) => principal,
            Err(error) => return Ahead::NotChecked(error.to_string()),
        };
        let rows = of(Part::Deployer, &self.scope).filter(|call| needs.cover(call));
        let asked = stream::iter(rows).map(|call| self.judged(&principal, call));
        let found: Result<Vec<Finding>, _> = asked.buffered(PARALLEL).try_collect().await;
        match found {
            Err(error) if error.is_denied() => {
                Ahead::NotChecked("you may not simulate your own policies".to_owned())
            }
            Err(error) => Ahead::NotChecked(error.to_string()),
            Ok(found) => {
                let bad: Vec<_> = found
                    .into_iter()
                    .filter(|finding| finding.mark == Mark::Bad)
                    .collect();
                if bad.is_empty() {
                    Ahead::Allowed
                } else {
                    Ahead::Denied(bad)
                }
            }
        }
    }

    async fn judged(
        &self,
        principal: &Principal,
        call: &'static Call,
    ) -> Result<Finding, CallFailed> {
        let (mut mark, mut reason) = (Mark::Good, None);
        for question in call.questions(&self.scope, principal.name()) {
            let (answer, why) = self.simulated(principal, &question, &self.scope).await?;
            if answer > mark {
                (mark, reason) = (answer, why);
            }
        }
        Ok(Finding::of_row(call, mark, reason, None, &self.scope))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Needs, Part};
    use crate::calls::{Scope, of};

    fn covered(needs: Needs) -> BTreeSet<&'static str> {
        let scope = Scope::new("aws", "123456789012", "us-east-1").with_every_variant();
        let rows = of(Part::Deployer, &scope).filter(|call| needs.cover(call));
        rows.filter_map(|call| call.without.step()).collect()
    }

    #[test]
    fn what_is_needed_are_steps_of_the_table() {
        let function = Needs {
            function: true,
            large_package: true,
            ..Needs::default()
        };
        assert_eq!(covered(Needs::default()), BTreeSet::new());
        assert_eq!(
            covered(function),
            BTreeSet::from([
                "deploy into a VPC",
                "functions deploy",
                "functions deploy of a large package",
                "functions deploy with Lambda Insights",
                "functions deploy with layers",
                "functions deploy with own layers",
            ])
        );
        let rest = Needs {
            bucket: true,
            site: true,
            ..Needs::default()
        };
        assert_eq!(
            covered(rest),
            BTreeSet::from(["make the bucket", "sites create", "sites create --public"])
        );
    }
}
