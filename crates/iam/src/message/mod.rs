//! AWS's words for a denial.

mod fixed;
mod render;
mod style;

pub use fixed::{
    PublicAccessBlock, acls_not_supported, decoded_denial, encoded_denial, kms_denial,
    public_access_block, tagged_log_group,
};
pub use render::denial;
pub use style::{ForeignForm, ResourceForm, Style};
