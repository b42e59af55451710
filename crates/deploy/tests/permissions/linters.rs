//! Generated policies and templates before linters that nobody here wrote.

use std::path::{Path, PathBuf};
use std::process::Command;

use deploy::calls::{Compute, Part, Scope};
use deploy::permissions::{CallerChoice, Desired, Wanted, show};
use deploy::policy::generate;

/// The Python environment of the test set-up.
pub(crate) fn venv() -> PathBuf {
    let set = std::env::var_os("FRAMEWRIGHT_TEST_VENV");
    set.map(PathBuf::from)
        .expect("FRAMEWRIGHT_TEST_VENV is not set: run `cargo xtask test`")
}

fn run(program: &str, arguments: &[&Path]) -> (bool, String) {
    let done = Command::new(venv().join("bin").join(program))
        .args(arguments)
        .output()
        .unwrap();
    let said = [done.stdout, done.stderr].concat();
    let text = String::from_utf8_lossy(&said).into_owned();
    (done.status.success(), text)
}

fn scopes() -> [Scope; 2] {
    let plain = Scope::new("aws", "123456789012", "us-east-1");
    [plain.clone(), plain.with_every_variant()]
}

/// Actions whose resources parliament's data, older than ours, does not know: AWS lists `quota` for both.
const OUT_OF_DATE: [&str; 2] = [
    "servicequotas:GetServiceQuota",
    "servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota",
];

/// Not errors but remarks. Lambda makes network interfaces in whatever subnet a function names, so AWS's own policy for that
/// says `*`, too. Lifecycle rules do delete what whoever sets them may not delete otherwise, which is what they
/// are for, and whoever deploys or administers has rights that could be abused.
const REMARKS: [&str; 3] = [
    "RESOURCE_STAR",
    "RESOURCE_POLICY_PRIVILEGE_ESCALATION",
    "PRIVILEGE_ESCALATION",
];

/// What parliament says about a policy, a finding a line, without what is out of date.
fn findings(policy: &str) -> Vec<String> {
    let (_, told) = run("parliament", &["--json", "--string", policy].map(Path::new));
    let is_known = |line: &&str| {
        let finding: serde_json::Value = serde_json::from_str(line).unwrap();
        let details = finding["detail"].as_array().into_iter().flatten();
        let mut actions = details.filter_map(|detail| detail["action"].as_str());
        let is_remark = REMARKS.iter().any(|remark| finding["issue"] == **remark);
        // The account of policies that AWS manages is `aws`.
        let is_of_aws = finding["location"]["string"] == "arn:aws:iam::aws:policy/*";
        is_remark
            || (finding["issue"] == "INVALID_ARN" && is_of_aws)
            || finding["issue"] == "RESOURCE_MISMATCH"
                && actions.all(|action| OUT_OF_DATE.contains(&action))
    };
    let lines = told.lines().filter(|line| !line.trim().is_empty());
    lines
        .filter(|line| !is_known(line))
        .map(str::to_owned)
        .collect()
}

#[test]
fn parliament_finds_no_error_in_any_policy() {
    let wrong = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObjekt","Resource":"*"}}"#;
    assert!(
        findings(wrong)[0].contains("UNKNOWN_ACTION"),
        "parliament does not look"
    );
    for scope in scopes() {
        for part in Part::ALL {
            let found = findings(&generate(part, &scope).to_json());
            assert!(found.is_empty(), "{part}: {found:#?}");
        }
    }
}

/// Every part by itself, and what setup makes for every caller.
pub(crate) fn desired() -> Vec<(Scope, Desired)> {
    let callers = [
        CallerChoice::User,
        CallerChoice::Made(Compute::Ec2),
        CallerChoice::Made(Compute::Fargate),
        CallerChoice::Existing {
            role: "team/api".into(),
            compute: None,
        },
    ];
    let [_, whole] = scopes();
    let of_part = |part| (whole.clone(), Desired::of_part(part, &whole));
    let mut desired: Vec<_> = Part::ALL.map(of_part).into();
    for scope in scopes() {
        for caller in &callers {
            let wanted = Wanted::new(scope.clone(), caller.clone()).with_clip(true);
            desired.push((wanted.scope().clone(), Desired::of(&wanted).unwrap()));
        }
    }
    desired
}

#[test]
fn cfn_lint_finds_nothing_in_any_template() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (number, (_, desired)) in desired().iter().enumerate() {
        let file = folder.path().join(format!("{number}.json"));
        let template = serde_json::to_string_pretty(&show::cloudformation(desired)).unwrap();
        std::fs::write(&file, template).unwrap();
        files.push(file);
    }
    let files: Vec<_> = files.iter().map(PathBuf::as_path).collect();
    let (is_good, told) = run("cfn-lint", &files);
    assert!(is_good, "{told}");
}
