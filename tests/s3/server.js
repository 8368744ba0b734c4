// SPDX-License-Identifier: Apache-2.0
//
// server.js FOLDER: an S3-compatible store (s3rver) on a free port of this
// machine, which it prints. s3rver does not check signatures of version 4, so
// requests come to a guard first, which does (sign.js) and then passes them on.
// Key and secret are both S3RVER. A session token has to be signed as well.
const http = require('http');
const path = require('path');
const { sha256, signature, selfTest } = require('./sign.js');
const S3rver = require(path.join(process.env.S3_MODULES, 's3rver'));

if (!selfTest())
	throw new Error('sign.js does not sign as the specification does');

const store = new S3rver({
	address: '127.0.0.1',
	port: 0,
	silent: true,
	directory: process.argv[2],
	configureBuckets: [{ name: 'snaps' }, { name: 'empty' }],
});

function refuse(reply, code, message) {
	reply.writeHead(403, { 'content-type': 'application/xml' });
	reply.end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}` +
		`</Code><Message>${message}</Message></Error>`);
}

// Why the request is not to be passed on, or null.
function fault(request) {
	const said = request.headers.authorization || '';
	const m = said.match(new RegExp('^AWS4-HMAC-SHA256 Credential=([^/]+)/' +
		'[0-9]{8}/([^/]+)/s3/aws4_request, ?SignedHeaders=([^,]+), ?' +
		'Signature=([0-9a-f]{64})$'));
	if (!m)
		return 'AccessDenied';
	const names = m[3].split(';');
	const [target, query] = request.url.split('?');
	if (m[1] !== 'S3RVER')
		return 'InvalidAccessKeyId';
	for (const name of Object.keys(request.headers)) {
		if (name.startsWith('x-amz-') && !names.includes(name))
			return 'AccessDenied';
	}
	if (request.method === 'GET' &&
	    request.headers['x-amz-content-sha256'] !== sha256(''))
		return 'XAmzContentSHA256Mismatch';
	const want = signature({
		method: request.method, path: target, query: query || '',
		headers: request.headers, names, region: m[2], secret: 'S3RVER',
	});
	return want === m[4] ? null : 'SignatureDoesNotMatch';
}

store.run().then(({ port }) => {
	const guard = http.createServer((request, reply) => {
		const why = fault(request);
		if (why)
			return refuse(reply, why, 'the request is not signed well');
		const { host, authorization, ...headers } = request.headers;
		headers.authorization = authorization;
		headers.host = host;
		request.pipe(http.request({
			host: '127.0.0.1', port, method: request.method,
			path: request.url, headers,
		}, (answer) => {
			reply.writeHead(answer.statusCode, answer.headers);
			answer.pipe(reply);
		}));
	});
	guard.listen(0, '127.0.0.1', () => console.log(guard.address().port));
});
