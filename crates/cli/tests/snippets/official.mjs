// What npm's client of Remotion Lambda does to deploy: `node official.mjs bucket`, then, when there is a function,
// `node official.mjs site PROJECT` and `node official.mjs delete`. It finds the cloud by AWS's variables. The last line is a JSON object of what each
// step told.
import {createRequire} from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const remotion = require('@remotion/lambda');

const [what, project] = process.argv.slice(2);
const region = process.env.AWS_REGION;

const steps = {
	async bucket() {
		const regions = remotion.getRegions({enabledByDefaultOnly: true});
		const made = await remotion.getOrCreateBucket({region, enableFolderExpiry: true});
		const again = await remotion.getOrCreateBucket({region, enableFolderExpiry: true});
		return {regions, made, again};
	},

	async site() {
		const {bucketName} = await remotion.getOrCreateBucket({region});
		const entryPoint = path.join(project, 'src/index.tsx');
		const options = {rootDir: project, rspack: true, enableCaching: false};
		const deploy = () => remotion.deploySite({bucketName, entryPoint, siteName: 'square', region, options});
		const first = await deploy();
		const again = await deploy();
		const sites = await remotion.getSites({region});
		const functions = await remotion.getFunctions({region, compatibleOnly: true});
		const anonymous = async (key) => (await fetch(`${process.env.AWS_ENDPOINT_URL}/${bucketName}/${key}`)).status;
		const seen = {
			page: await anonymous('sites/square/index.html'),
			script: await anonymous('sites/square/bundle.js'),
			listing: await anonymous('?list-type=2'),
		};
		return {first, again, sites, functions, seen};
	},

	async delete() {
		const {bucketName} = await remotion.getOrCreateBucket({region});
		const deleted = await remotion.deleteSite({region, bucketName, siteName: 'square'});
		const left = await remotion.getSites({region});
		return {deleted, left};
	},
};

console.log(JSON.stringify(await steps[what]()));
// Connections that are kept alive would keep the process alive.
process.exit(0);
