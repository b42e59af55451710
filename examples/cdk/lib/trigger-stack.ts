import {CfnOutput, Duration, Stack, type StackProps} from 'aws-cdk-lib';
import {HttpApi, HttpMethod} from 'aws-cdk-lib/aws-apigatewayv2';
import {HttpLambdaIntegration} from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import {ManagedPolicy, PolicyDocument, Role, ServicePrincipal} from 'aws-cdk-lib/aws-iam';
import {Code, Function, Runtime} from 'aws-cdk-lib/aws-lambda';
import {SqsEventSource} from 'aws-cdk-lib/aws-lambda-event-sources';
import {LogGroup, RetentionDays} from 'aws-cdk-lib/aws-logs';
import {Queue} from 'aws-cdk-lib/aws-sqs';
import type {Construct} from 'constructs';

export interface TriggerProps extends StackProps {
	/** The zip of the trigger function. */
	readonly code: string;
	/** The name of the render function. */
	readonly renderFunction: string;
	/** The bucket of its sites and renders. */
	readonly renderBucket: string;
	/** What starting renders needs, as `framewright permissions show trigger` prints it. */
	readonly renderPolicy: unknown;
}

/** A function that starts renders, behind `POST /renders` and a queue of jobs. */
export class TriggerStack extends Stack {
	constructor(scope: Construct, id: string, props: TriggerProps) {
		super(scope, id, props);

		// What is no job comes back until it lands here.
		const dead = new Queue(this, 'DeadJobs', {enforceSSL: true, retentionPeriod: Duration.days(14)});
		const jobs = new Queue(this, 'Jobs', {
			enforceSSL: true,
			// Six times the function's timeout, as Lambda asks for.
			visibilityTimeout: Duration.minutes(6),
			deadLetterQueue: {queue: dead, maxReceiveCount: 3},
		});

		const logs = new LogGroup(this, 'Logs', {retention: RetentionDays.TWO_WEEKS});
		const role = new Role(this, 'Role', {
			assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
			description: 'Execution role of the function that starts renders',
		});
		new ManagedPolicy(this, 'StartsRenders', {
			document: PolicyDocument.fromJson(props.renderPolicy),
			roles: [role],
		});
		logs.grantWrite(role);

		const trigger = new Function(this, 'Trigger', {
			runtime: Runtime.PROVIDED_AL2023,
			handler: 'bootstrap',
			code: Code.fromAsset(props.code),
			role,
			logGroup: logs,
			timeout: Duration.minutes(1),
			memorySize: 256,
			environment: {
				FRAMEWRIGHT_RENDER_FUNCTION: props.renderFunction,
				FRAMEWRIGHT_RENDER_BUCKET: props.renderBucket,
			},
		});
		trigger.addEventSource(new SqsEventSource(jobs, {reportBatchItemFailures: true}));

		const api = new HttpApi(this, 'Api', {description: 'Starts renders'});
		api.addRoutes({
			path: '/renders',
			methods: [HttpMethod.POST],
			integration: new HttpLambdaIntegration('StartRender', trigger),
		});

		new CfnOutput(this, 'RendersUrl', {value: `${api.apiEndpoint}/renders`});
		new CfnOutput(this, 'JobsUrl', {value: jobs.queueUrl});
	}
}
