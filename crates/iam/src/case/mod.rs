//! Decisions as lines of JSON (`iamcase/v1`): one request with its policies per line in, one answer per line out.
//!
//! ```
//! let line = r#"{"v":"iamcase/v1","id":"a","request":{"principal":"arn:aws:iam::111122223333:user/alice",
//!   "action":"s3:GetObject","resource":"arn:aws:s3:::b/k","resource_account":"111122223333","context":{}},
//!   "policies":{"identity":[{"name":"p","document":{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}}]}}"#;
//! let case = iam::case::Case::parse(line)?;
//! let record = iam::evaluate(&case.layers, &case.request);
//! assert_eq!(record.decision, iam::Decision::Allowed);
//! # Ok::<(), iam::case::CaseError>(())
//! ```

mod answer;
mod read;

pub use answer::{answer, error_answer};
pub use read::{Case, CaseError, Problem, id_of};
