//! AWS's words for a denial: written from a record, and read back from what people paste.

mod fixed;
mod listing;
mod parse;
mod reason;
mod render;
mod resource;
mod style;
mod text;

pub use fixed::{
    PublicAccessBlock, acls_not_supported, decoded_denial, encoded_denial, kms_denial,
    public_access_block, tagged_log_group,
};
pub use parse::{Form, NamedResource, Parsed, parse};
pub use render::denial;
pub use style::{ForeignForm, ResourceForm, Style};
