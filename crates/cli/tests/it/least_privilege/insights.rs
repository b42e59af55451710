//! Rights of the render function's role by which Lambda Insights writes: its extension is a layer of another account, which
//! this cloud lacks, so a program stands for it that makes the same calls with the same role.

use deploy::calls::{Part, Resource, Scope, of};
use deploy::policy::generate;
use serde_json::Value;

use super::{RENDER_POLICY, RENDER_ROLE, make_function, one_less};
use crate::harness::Place;
use crate::served::{ACCOUNT, REGION, Served};
use crate::snippets::packaged;

const FUNCTION: &str = "stands-for-insights";
const GROUP: &str = "/aws/lambda-insights";

/// A log group where there is none, a stream, and metrics.
const PROGRAM: &str = r#"
import {
	CloudWatchLogsClient,
	CreateLogGroupCommand,
	CreateLogStreamCommand,
	PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';

const logs = new CloudWatchLogsClient({});
const logGroupName = '/aws/lambda-insights';
const logStreamName = 'stands-for-insights';

export const program = async () => {
	await logs.send(new CreateLogGroupCommand({logGroupName}));
	await logs.send(new CreateLogStreamCommand({logGroupName, logStreamName}));
	const message = JSON.stringify({memory_utilization: 12});
	const logEvents = [{timestamp: Date.now(), message}];
	await logs.send(new PutLogEventsCommand({logGroupName, logStreamName, logEvents}));
	return {written: logEvents.length};
};
"#;

struct Proof {
    served: Served,
    scope: Scope,
}

impl Proof {
    fn new() -> Self {
        let served = Served::start(Place::new(), &[]);
        let mut scope = Scope::new("aws", ACCOUNT, REGION);
        scope.insights = true;
        let zip = packaged(&served.place, FUNCTION, PROGRAM);
        make_function(&served, FUNCTION, RENDER_ROLE, &zip, "program");
        Self { served, scope }
    }

    /// What comes of writing metrics with `policy`, where there is no log group yet.
    fn written(&self, policy: &Value) -> Value {
        let served = &self.served;
        served.role_may(RENDER_ROLE, RENDER_POLICY, &policy.to_string());
        let out = served.place.path("answer.json");
        let invoke = ["lambda", "invoke", "--function-name", FUNCTION];
        served.aws(&[&invoke[..], &[out.to_str().unwrap()]].concat());
        let delete = ["logs", "delete-log-group", "--log-group-name", GROUP];
        // What could not be made need not be deleted.
        served.aws_as(&served.root(), &delete);
        serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap()
    }
}

#[test]
fn metrics_of_insights_need_each_right_of_the_function() {
    let proof = Proof::new();
    let whole = generate(Part::RenderFunction, &proof.scope).to_value();
    assert_eq!(proof.written(&whole)["written"], 1);
    let mut shown = 0;
    for call in of(Part::RenderFunction, &proof.scope) {
        let is_of_insights = matches!(
            call.resource,
            Resource::InsightsLogGroup | Resource::InsightsLogStreams
        );
        if !is_of_insights {
            continue;
        }
        for policy in one_less(call, &proof.scope) {
            let answer = proof.written(&policy);
            let told = answer["errorMessage"].as_str().unwrap_or_default();
            assert!(
                told.contains(call.action),
                "without {}: {answer}",
                call.action
            );
            shown += 1;
        }
    }
    assert_eq!(shown, 3);
}
