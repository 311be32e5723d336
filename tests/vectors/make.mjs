// Makes jws.json, signature vectors of our own in the form that tests/jws_vectors.c reads, with Node's
// cryptography: node tests/vectors/make.mjs >tests/vectors/jws.json. Every run makes other keys.

import { keyPair, token } from '../e2e/lib/jwt.mjs';

const claims = '{"sub":"ada","exp":4102444800}';
let number = 0;
const test = (comment, jws, valid) => {
  number += 1;
  return { tcId: number, comment, jws, result: valid ? 'valid' : 'invalid', flags: [] };
};
const flip = (jws, part) => jws.split('.').map((text, i) =>
  (i === part ? text.slice(0, 5) + (text[5] === 'A' ? 'B' : 'A') + text.slice(6) : text)).join('.');
const group = (comment, key, tests) => ({ type: 'JsonWebSignature', comment, public: key, tests });

function publicKeys(alg) {
  const [own, other] = [keyPair(alg, 'own'), keyPair(alg, 'own')];
  const good = token(claims, own.privateKey, { alg });
  const wrong = { ...own.jwk, use: 'enc' };
  const pem = own.pem;
  return [
    group(alg, own.jwk, [
      test('accepts its signature', good, true),
      test('accepts it with the key named', token(claims, own.privateKey, { alg, header: { kid: 'own' } }), true),
      test('refuses another name', token(claims, own.privateKey, { alg, header: { kid: 'other' } }), false),
      test('refuses another key', token(claims, other.privateKey, { alg }), false),
      test('refuses a changed payload', flip(good, 1), false),
      test('refuses a changed signature', flip(good, 2), false),
      test('refuses no signature', good.replace(/[^.]*$/, ''), false),
      test('refuses padding', `${good}=`, false),
      test('refuses a fourth part', `${good}.`, false),
      test('refuses none', token(claims, '', { alg: 'none' }), false),
      test('refuses the public key as a secret', token(claims, pem, { alg: 'HS256' }), false),
      test('refuses a key of its own', token(claims, other.privateKey, { alg, header: { jwk: other.jwk } }), false),
      test('refuses what is critical',
        token(claims, own.privateKey, { alg, header: { crit: ['exp'], exp: 1 } }), false),
    ]),
    group(`${alg} key for encryption`, wrong, [test('refuses it', good, false)]),
    group(`${alg} key for another algorithm`, { ...own.jwk, alg: 'A256KW' }, [test('refuses it', good, false)]),
  ];
}

function secrets(alg, bytes) {
  const key = (n) => ({ kty: 'oct', k: Buffer.alloc(n, alg).toString('base64url'), alg });
  const good = (n) => token(claims, Buffer.alloc(n, alg), { alg });
  return [
    group(alg, key(bytes), [
      test('accepts its signature', good(bytes), true),
      test('refuses a changed payload', flip(good(bytes), 1), false),
      test('refuses a changed signature', flip(good(bytes), 2), false),
    ]),
    group(`${alg} short key`, key(bytes - 1), [test('refuses it', good(bytes - 1), false)]),
  ];
}

const testGroups = [
  ...['RS256', 'PS384', 'ES256', 'ES384', 'ES512', 'EdDSA'].flatMap(publicKeys),
  ...secrets('HS256', 32), ...secrets('HS384', 48), ...secrets('HS512', 64),
];
console.log(JSON.stringify({ numberOfTests: number, testGroups }, null, 1));
