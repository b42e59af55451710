//! What takes longer than most of what holds the table against an account.

use deploy::calls::Part;

use crate::one_less::needs_each_right;

#[tokio::test]
async fn a_deployer_needs_each_of_its_rights() {
    needs_each_right(Part::Deployer).await;
}
