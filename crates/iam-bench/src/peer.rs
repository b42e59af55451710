//! iam-rs on the cases that it can be asked: identity policies alone.

use std::hint::black_box;

use iam_rs::{
    Arn, ContextValue, Decision, IAMPolicy, IAMRequest, PolicyEvaluator, Principal, PrincipalId,
};
use serde_json::Value;

use crate::corpus::{Corpus, Entry};
use crate::{Failure, clock};

/// The answers of one engine.
#[derive(Default)]
struct Score {
    right: usize,
    errors: usize,
    false_allows: usize,
    false_denials: usize,
}

impl Score {
    /// Counts an answer: whether it allows, or that there is none.
    fn count(&mut self, expected: bool, found: Option<bool>) {
        match (expected, found) {
            (_, None) => self.errors += 1,
            (false, Some(true)) => self.false_allows += 1,
            (true, Some(false)) => self.false_denials += 1,
            _ => self.right += 1,
        }
    }
}

pub(crate) fn print(corpora: &[Corpus]) -> Result<(), Failure> {
    println!("\n## Beside iam-rs 0.8, cases with identity policies alone\n");
    println!(
        "| cases | engine | right | errors | false allows | false denials | millions a second |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for corpus in corpora {
        let asked: Vec<_> = corpus
            .entries
            .iter()
            .filter(|entry| is_identity_only(entry))
            .collect();
        let (mut ours, mut theirs) = (Score::default(), Score::default());
        let mut questions = Vec::new();
        for entry in &asked {
            let expected = expects_allow(entry)?;
            ours.count(
                expected,
                Some(iam::decide(&entry.layers, &entry.request).is_allowed()),
            );
            let question = ask(entry);
            theirs.count(expected, question.as_ref().and_then(answer));
            questions.extend(question);
        }
        let our_seconds = clock::best(|| {
            for entry in &asked {
                black_box(iam::evaluate(&entry.layers, &entry.request));
            }
        })?;
        let their_seconds = clock::best(|| {
            for question in &questions {
                black_box(answer(question));
            }
        })?;
        row(corpus.name, "ours", &ours, asked.len(), our_seconds);
        row(
            corpus.name,
            "iam-rs",
            &theirs,
            questions.len(),
            their_seconds,
        );
    }
    Ok(())
}

fn row(corpus: &str, engine: &str, score: &Score, asked: usize, seconds: f64) {
    println!(
        "| {corpus} | {engine} | {} | {} | {} | {} | {:.3} |",
        score.right,
        score.errors,
        score.false_allows,
        score.false_denials,
        asked as f64 / seconds / 1e6
    );
}

fn is_identity_only(entry: &Entry) -> bool {
    let layers = &entry.layers;
    let no_other = layers.boundary.is_none()
        && layers.session.is_none()
        && layers.scp.is_none()
        && layers.rcp.is_empty()
        && layers.resource.is_none()
        && layers.vpce.is_none();
    no_other && !layers.identity.is_empty() && entry.request.is_same_account()
}

fn expects_allow(entry: &Entry) -> Result<bool, Failure> {
    let line: Value = serde_json::from_str(entry.line)?;
    Ok(line["expect"]["decision"] == "allowed")
}

/// The case as iam-rs takes it; `None` where it takes the request or a policy for invalid.
fn ask(entry: &Entry) -> Option<(PolicyEvaluator, IAMRequest)> {
    let policy = |policy: &std::sync::Arc<iam::Policy>| {
        IAMPolicy::from_json(policy.document().source()).ok()
    };
    let policies = entry
        .layers
        .identity
        .iter()
        .map(policy)
        .collect::<Option<_>>()?;
    let request = &entry.request;
    // From the line, since our own context does not keep the letter case of keys.
    let line: Value = serde_json::from_str(entry.line).ok()?;
    let mut context = iam_rs::Context::new();
    for (key, value) in line["request"]["context"].as_object().into_iter().flatten() {
        context.insert(
            key.clone(),
            serde_json::from_value::<ContextValue>(value.clone()).ok()?,
        );
    }
    let principal = Principal::Aws(PrincipalId::String(request.caller.as_str().to_owned()));
    let resource = Arn::parse(request.resource.as_str()).ok()?;
    let request =
        IAMRequest::new_with_context(principal, request.action.as_str(), resource, context);
    Some((PolicyEvaluator::with_policies(policies), request))
}

fn answer((engine, request): &(PolicyEvaluator, IAMRequest)) -> Option<bool> {
    engine
        .evaluate(request)
        .ok()
        .map(|result| result.decision == Decision::Allow)
}
