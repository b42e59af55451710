import {readFileSync} from 'node:fs';
import {App} from 'aws-cdk-lib';
import {TriggerStack} from '../lib/trigger-stack';

const app = new App();

const given = (name: string): string => {
	const value: unknown = app.node.tryGetContext(name);
	if (typeof value !== 'string' || value === '') {
		throw new Error(`say where renders happen: --context ${name}=… is missing (see docs/triggers.md)`);
	}
	return value;
};

new TriggerStack(app, 'FramewrightTrigger', {
	code: given('code'),
	renderFunction: given('renderFunction'),
	renderBucket: given('renderBucket'),
	renderPolicy: JSON.parse(readFileSync(given('policy'), 'utf8')),
});
