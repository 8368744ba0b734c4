// SPDX-License-Identifier: Apache-2.0
//
// put.js ENDPOINT KEY FILE [KEY FILE]...: puts files into the bucket "snaps".
// An empty FILE is an empty object.
const fs = require('fs');
const http = require('http');
const { sha256, encodePath, signature } = require('./sign.js');

function put(endpoint, key, body) {
	const url = new URL(endpoint);
	const path = `/snaps/${encodePath(key)}`;
	const headers = {
		host: url.host,
		'x-amz-content-sha256': sha256(body),
		'x-amz-date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
	};
	const names = Object.keys(headers).sort();
	const signed = signature({ method: 'PUT', path, query: '', headers, names,
		region: 'us-east-1', secret: 'S3RVER' });
	const day = headers['x-amz-date'].slice(0, 8);

	headers['content-length'] = body.length;
	headers.authorization = 'AWS4-HMAC-SHA256 Credential=S3RVER/' +
		`${day}/us-east-1/s3/aws4_request, SignedHeaders=${names.join(';')}` +
		`, Signature=${signed}`;
	return new Promise((resolve, reject) => {
		const request = http.request({ host: url.hostname, port: url.port,
			method: 'PUT', path, headers }, (reply) => {
			reply.resume();
			reply.on('end', () => reply.statusCode === 200 ? resolve() :
				reject(new Error(`${key}: ${reply.statusCode}`)));
		});
		request.on('error', reject);
		request.end(body);
	});
}

async function main() {
	const [endpoint, ...rest] = process.argv.slice(2);
	for (let i = 0; i < rest.length; i += 2)
		await put(endpoint, rest[i], rest[i + 1] === '' ?
			Buffer.alloc(0) : fs.readFileSync(rest[i + 1]));
}

main().catch((e) => {
	console.error(e.message);
	process.exit(1);
});
