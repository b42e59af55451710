//! Which bucket policies S3 calls public.
use super::Document;

impl Document {
    /// Whether S3 takes the policy for public: a statement allows everyone, without a condition that fixes who that is.
    pub fn is_public(&self) -> bool {
        todo!()
    }
}
