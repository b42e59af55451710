//! The generated policies beside those that people were told to paste.

use deploy::calls::{Part, Scope};
use deploy::policy::generate_all;
use iam::diff::{Direction, diff};
use iam::policy::{Document, Kind, Prose};

const SETUP: &str = include_str!("../../../iam/tests/data/seeds/000-aws-iam-setup.txt");
const ROLES: &str =
    include_str!("../../../iam/tests/data/seeds/001-using-lambda-with-iam-roles.txt");

/// Where each statement of `seeds/000` gives more than is needed: its Sid, an action of it, and why ours is tighter.
const TIGHTER: [[&str; 3]; 8] = [
    [
        "HandleQuotas",
        "servicequotas:RequestServiceQuotaIncrease",
        "any quota of any service could be raised; ours is the one on executions",
    ],
    [
        "PermissionValidation",
        "iam:SimulatePrincipalPolicy",
        "what every identity may do could be read out; ours is oneself",
    ],
    [
        "LambdaInvokation",
        "iam:PassRole",
        "the role could be passed to any service; ours is Lambda",
    ],
    [
        "Storage",
        "s3:PutBucketAcl",
        "ACLs, and every action on every object; ours are sites and renders of one's own account",
    ],
    [
        "FunctionListing",
        "lambda:GetFunction",
        "code and variables of every function could be read; ours are render functions",
    ],
    [
        "FunctionManagement",
        "lambda:InvokeAsync",
        "every region and account, and a call that is deprecated",
    ],
    [
        "LogsRetention",
        "logs:CreateLogGroup",
        "every region and account; ours is one",
    ],
    [
        "FetchBinaries",
        "lambda:GetLayerVersion",
        "layers of Remotion, which we do not use",
    ],
];

fn document(text: &str) -> Document {
    let prose = Prose::read(text);
    prose.document(&prose.found()[0], Kind::Identity).unwrap()
}

fn ours() -> Document {
    let scope = Scope::new("aws", "123456789012", "us-east-1");
    let parts = [Part::Deployer, Part::Trigger, Part::Cleanup];
    Document::parse(&generate_all(&parts, &scope).to_json(), Kind::Identity).unwrap()
}

/// What `seed` gives and ours does not.
fn tighter(seed: &Document) -> Vec<String> {
    let found = diff(seed, &ours());
    let removed = found.changes.iter();
    removed
        .filter(|change| change.direction == Direction::Removed)
        .map(ToString::to_string)
        .collect()
}

#[test]
fn every_statement_is_tighter_but_the_listing_of_buckets() {
    for seed in [document(SETUP), document(ROLES)] {
        let removed = tighter(&seed);
        for [sid, action, why] in TIGHTER {
            let has = |statement: &iam::policy::Statement| {
                statement
                    .sid
                    .as_ref()
                    .is_some_and(|text| *text.value == *sid)
            };
            assert!(seed.statements().iter().any(has), "{sid}");
            let is_told = removed.iter().any(|change| change.contains(action));
            assert!(is_told, "{sid} ({why}): {removed:#?}");
        }
        assert_eq!(seed.statements().len(), TIGHTER.len() + 1);
        assert!(
            !removed
                .iter()
                .any(|change| change.contains("s3:ListAllMyBuckets"))
        );
    }
}

#[test]
fn nothing_that_is_added_is_about_somebody_else() {
    let scope = Scope::new("aws", "123456789012", "us-east-1");
    let found = diff(&document(SETUP), &ours());
    for change in found
        .changes
        .iter()
        .filter(|change| change.direction == Direction::Added)
    {
        let text = change.to_string();
        let is_own = text.contains(&scope.account) || text.contains("remotionlambda-useast1-");
        assert!(is_own || text.contains("logs:DescribeLogGroups"), "{text}");
    }
}

#[test]
fn each_statement_is_told_with_the_reasons_why_ours_is_tighter() {
    for seed in [document(SETUP), document(ROLES)] {
        let found = diff(&seed, &ours());
        for [sid, action, why] in TIGHTER {
            let told = found.tightenings.iter().any(|one| {
                one.sid.as_deref() == Some(sid)
                    && one.actions.iter().any(|name| name == action)
                    && !one.reasons.is_empty()
            });
            assert!(told, "{sid} ({why}): {:#?}", found.tightenings);
        }
        let pass = found
            .tightenings
            .iter()
            .filter(|one| one.actions == ["iam:PassRole"])
            .flat_map(|one| &one.reasons)
            .map(ToString::to_string)
            .collect::<Vec<_>>();
        assert!(
            pass.iter()
                .any(|reason| reason.contains("iam:PassedToService lambda.amazonaws.com")),
            "{pass:?}"
        );
    }
}
