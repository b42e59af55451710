//! Rights of the render function's role in a VPC, which Lambda makes sure of before it makes a function there.

use deploy::calls::{Part, Resource, Scope, of};
use deploy::permissions::RENDER_POLICY;
use deploy::policy::generate;
use serde_json::Value;

use super::chain;
use super::deploying::in_vpc;
use super::lacking::one_less;
use super::place::Place;

/// What is said where a function is deployed into a VPC and its role may do what `policy` allows alone.
async fn told(place: &Place, scope: &Scope, policy: &Value) -> String {
    let iam = place.account.root_iam();
    let put = iam.put_role_policy().role_name(&scope.render_role);
    let put = put.policy_name("alone").policy_document(policy.to_string());
    put.send().await.unwrap();
    let root = place.root().await;
    let deployed = root.deploy(&place.package(), &in_vpc()).await;
    chain(deployed.expect_err("this cloud has no VPCs").as_ref())
}

#[tokio::test]
async fn a_function_in_a_vpc_needs_each_right_of_its_role() {
    let place = Place::new().await;
    place.root().await.make_bucket().await.unwrap();
    let mut scope = place.account.scope();
    scope.vpc = true;
    let iam = place.account.root_iam();
    let detach = iam.detach_role_policy().role_name(&scope.render_role);
    let detach = detach.policy_arn(scope.policy_arn(RENDER_POLICY));
    detach.send().await.unwrap();
    let whole = generate(Part::RenderFunction, &scope).to_value();
    let refused = told(&place, &scope, &whole).await;
    assert!(refused.contains("this cloud has no VPCs"), "{refused}");
    let of_vpc = of(Part::RenderFunction, &scope)
        .filter(|call| call.resource == Resource::Everything && call.action.starts_with("ec2:"));
    let mut shown = 0;
    for call in of_vpc {
        for policy in one_less(call, &scope) {
            let refused = told(&place, &scope, &policy).await;
            let name = call.action.trim_start_matches("ec2:");
            let named = format!("permissions to call {name} on EC2");
            assert!(
                refused.contains(&named),
                "without {}: {refused}",
                call.action
            );
            shown += 1;
        }
    }
    assert_eq!(shown, 3);
    // Whoever asked, what was decided about the role is in the history.
    let events = place.account.events().await;
    let mut decisions = events.iter().flat_map(|event| &event.decisions);
    assert!(decisions.any(|one| one.action == "ec2:DeleteNetworkInterface"));
}
