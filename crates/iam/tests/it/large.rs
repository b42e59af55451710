//! Documents of twenty thousand parts, records of thousands: an answer all the same, which says what was not attempted.

use iam::derive::{Options, derive};
use iam::minimize::{NotAttempted, Proof, minimize};
use iam::policy::{Document, Kind};
use iam::trace::Trace;

const MANY: usize = 20_000;

fn document(statement: impl Fn(usize) -> String) -> Document {
    let statements: Vec<String> = (0..MANY).map(statement).collect();
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
        statements.join(",")
    );
    Document::parse(&text, Kind::Identity).unwrap()
}

#[test]
fn large_documents_are_minimized_as_far_as_can_be_proven() {
    let distinct = document(|index| {
        format!(
            r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/{index}"}}"#
        )
    });
    let minimized = minimize(&distinct);
    assert_eq!(
        minimized.not_attempted,
        [NotAttempted::Merging { statements: MANY }]
    );
    // Every statement says something that can be left out, and no proof is attempted over so many.
    let twice = document(|index| {
        format!(
            r#"{{"Effect":"Allow","Action":["s3:GetObject","s3:Get*"],"Resource":"arn:aws:s3:::b/{index}"}}"#
        )
    });
    let minimized = minimize(&twice);
    assert_eq!(
        minimized.not_attempted,
        [
            NotAttempted::Merging { statements: MANY },
            NotAttempted::Proof { parts: 2 * MANY }
        ]
    );
    assert_eq!(minimized.proof, Proof::Unchanged);
    assert_eq!(minimized.document.statements(), twice.statements());
    // Where no request can be about any of them, one is left; merging is attempted again, and a proof over few parts.
    let idle = document(|index| {
        format!(
            r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:iam::111122223333:role/{index}"}}"#
        )
    });
    let minimized = minimize(&idle);
    assert!(
        !minimized
            .not_attempted
            .contains(&NotAttempted::Merging { statements: 1 })
    );
}

#[test]
fn large_records_are_derived_from() {
    let lines: String = (0..MANY)
        .map(|index| format!("s3:GetObject arn:aws:s3:::b/{index} x:key={}\n", index % 7))
        .collect();
    let derived = derive(&Trace::read(&lines), &Options::default()).unwrap();
    assert_eq!(derived.calls.len(), MANY);
    assert_eq!(derived.document.statements().len(), MANY);
    assert!(derived.failing.is_empty());
    assert!(derived.removals.is_empty(), "none is tried alone");
}
