// The Runtime API, asked for one event after another; what the program of the documents ends with is the answer.
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

for (;;) {
	const next = await fetch(`${api}/next`);
	const id = next.headers.get('lambda-runtime-aws-request-id');
	await next.text();
	let kind = 'response';
	let answer;
	try {
		const {program} = await import('./program.mjs');
		answer = await program();
	} catch (error) {
		kind = 'error';
		answer = {errorType: error.name, errorMessage: error.message, stackTrace: []};
	}
	const taken = await fetch(`${api}/${id}/${kind}`, {method: 'POST', body: JSON.stringify(answer)});
	await taken.text();
}
