//! What a decision costs as statements are added.

use std::hint::black_box;

use iam::policy::Kind;
use iam::{Action, Caller, Context, Layers, Policy, Request, decide};

use crate::{Failure, clock};

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

pub(crate) fn print() -> Result<(), Failure> {
    println!("\n## Nanoseconds of a verdict by the number of statements\n");
    println!("| statements | 10 | 100 | 1,000 | 10,000 |");
    println!("| --- | --- | --- | --- | --- |");
    // Each is a candidate: its pattern is of the request's service, and only the text after the prefix tells.
    row("share the action's prefix", |index| {
        format!("s3:GetObject{index}*")
    })?;
    row("name the same action", |_| "s3:GetObject".to_owned())?;
    row("unrelated, patterns", |index| format!("svc{index}:Get*"))?;
    row("unrelated, names", |index| format!("s3:Act{index}"))
}

fn row(name: &str, action: impl Fn(usize) -> String) -> Result<(), Failure> {
    print!("| {name} |");
    for size in SIZES {
        let statement = |index: usize| {
            let action = action(index);
            format!(
                r#"{{"Effect":"Allow","Action":"{action}","Resource":"arn:aws:s3:::bucket-{index}/*"}}"#
            )
        };
        let statements: Vec<_> = (0..size).map(statement).collect();
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
            statements.join(",")
        );
        let layers = Layers {
            identity: vec![Policy::parse("p", &text, Kind::Identity)?],
            ..Layers::default()
        };
        let request = request()?;
        let seconds = clock::best(|| {
            black_box(decide(black_box(&layers), black_box(&request)));
        })?;
        print!(" {:.0} |", seconds * 1e9);
    }
    println!();
    Ok(())
}

fn request() -> Result<Request, Failure> {
    Ok(Request {
        caller: Caller::parse("arn:aws:iam::111122223333:user/alice")?,
        action: Action::parse("s3:GetObject")?,
        resource: "arn:aws:s3:::renders/a/b.mp4".parse()?,
        resource_account: "111122223333".parse()?,
        context: Context::new(),
    })
}
