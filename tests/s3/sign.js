// SPDX-License-Identifier: Apache-2.0
//
// sign.js: AWS Signature Version 4 for S3, written after its specification to
// check what kubeshark sends. selfTest() is the example of that specification
// ("GET Object").
const crypto = require('crypto');

const hmac = (key, text) =>
	crypto.createHmac('sha256', key).update(text).digest();
const sha256 = (text) =>
	crypto.createHash('sha256').update(text).digest('hex');
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g,
	(c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());
const encodePath = (path) => path.split('/').map(encode).join('/');

// "a=b&c=" with names and values encoded anew and sorted.
function canonicalQuery(query) {
	return query.split('&').filter((p) => p !== '').map((p) => {
		const [name, ...value] = p.split('=');
		return [name, value.join('=')].map((t) =>
			encode(decodeURIComponent(t))).join('=');
	}).sort().join('&');
}

// `path` is encoded as it is sent; `names` are the signed headers, sorted.
function signature({ method, path, query, headers, names, region, secret }) {
	const when = headers['x-amz-date'];
	const day = when.slice(0, 8);
	const canonical = [method, path, canonicalQuery(query),
		...names.map((n) => `${n}:${headers[n].trim()}`), '',
		names.join(';'), headers['x-amz-content-sha256']].join('\n');
	const scope = `${day}/${region}/s3/aws4_request`;
	const text = `AWS4-HMAC-SHA256\n${when}\n${scope}\n${sha256(canonical)}`;
	let key = hmac('AWS4' + secret, day);
	for (const part of [region, 's3', 'aws4_request'])
		key = hmac(key, part);
	return hmac(key, text).toString('hex');
}

function selfTest() {
	const names = ['host', 'range', 'x-amz-content-sha256', 'x-amz-date'];
	const got = signature({
		method: 'GET', path: '/test.txt', query: '', names,
		region: 'us-east-1',
		secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
		headers: {
			host: 'examplebucket.s3.amazonaws.com', range: 'bytes=0-9',
			'x-amz-content-sha256': sha256(''),
			'x-amz-date': '20130524T000000Z',
		},
	});
	return got === 'f0e8bdb87c964420e857bd35b5d6ed31' +
		'0bd44f0170aba48dd91039c6036bdb41';
}

module.exports = { sha256, encodePath, signature, selfTest };
