//! The inputs on which matchers that backtrack take seconds.

use iam::policy::Kind;
use iam::{Action, Caller, Context, Layers, Policy, Request, decide};
use iam_rs::Arn;

use crate::{Failure, clock};

pub(crate) fn print() -> Result<(), Failure> {
    let a = "a".repeat(131_000);
    let b = "a".repeat(20_000);
    println!("\n## Milliseconds of the worst patterns\n");
    println!("| pattern | text | ours | iam-rs |");
    println!("| --- | --- | --- | --- |");
    row(
        "`*`, 65,000 `a`, `b`",
        &format!("*{}b", "a".repeat(65_000)),
        "131,000 `a`",
        &a,
    )?;
    row(
        "`*`, 65,000 `a`, `b*`",
        &format!("*{}b*", "a".repeat(65_000)),
        "131,000 `a`",
        &a,
    )?;
    row(
        "30,000 `*a`, `b`",
        &format!("{}b", "*a".repeat(30_000)),
        "131,000 `a`",
        &a,
    )?;
    row(
        "30,000 `*a`, `b*`",
        &format!("{}b*", "*a".repeat(30_000)),
        "131,000 `a`",
        &a,
    )?;
    row(
        "`*`, 1,000 `?a`, `b*`",
        &format!("*{}b*", "?a".repeat(1_000)),
        "131,000 `a`",
        &a,
    )?;
    row(
        "`*`, 10,000 `?a`, `b*`",
        &format!("*{}b*", "?a".repeat(10_000)),
        "20,000 `a`",
        &b,
    )
}

fn row(pattern_name: &str, pattern: &str, text_name: &str, text: &str) -> Result<(), Failure> {
    let document = format!(
        r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"StringLike":{{"x:text":"{pattern}"}}}}}}}}"#
    );
    let layers = Layers {
        identity: vec![Policy::parse("p", &document, Kind::Identity)?],
        ..Layers::default()
    };
    let request = Request {
        caller: Caller::parse("arn:aws:iam::111122223333:user/alice")?,
        action: Action::parse("s3:GetObject")?,
        resource: "*".parse()?,
        resource_account: "111122223333".parse()?,
        context: Context::new().with("x:text", text),
    };
    let (decision, ours) = clock::once(|| decide(&layers, &request))?;
    let (matched, theirs) = clock::once(|| Arn::wildcard_match(text, pattern))?;
    let agree = if decision.is_allowed() == matched {
        ""
    } else {
        " (another answer)"
    };
    println!(
        "| {pattern_name} | {text_name} | {:.2} | {:.2}{agree} |",
        ours.as_secs_f64() * 1e3,
        theirs.as_secs_f64() * 1e3
    );
    Ok(())
}
