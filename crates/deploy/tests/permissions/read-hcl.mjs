// node read-hcl.mjs NODE_MODULES FILE…: what each file says as JSON, and how it is formatted, as one JSON array.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';

const [packages, ...files] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const {parse} = require('@cdktf/hcl2json');
const {format} = require('@cdktf/hcl-tools');

const read = [];
for (const file of files) {
	const text = readFileSync(file, 'utf8');
	read.push({parsed: await parse(file, text), formatted: await format(text)});
}
process.stdout.write(JSON.stringify(read));
