// Tokens as an issuer makes them, with Node's own cryptography.

import { createHmac, generateKeyPairSync, sign } from 'node:crypto';

const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export const now = () => Math.floor(Date.now() / 1000);

/** "header.payload" → the signature's bytes. */
function signature(input, alg, key) {
  const hash = `sha${alg.slice(2)}`;
  if (alg === 'none') return Buffer.alloc(0);
  if (alg.startsWith('HS')) return createHmac(hash, key).update(input).digest();
  if (alg === 'EdDSA') return sign(null, Buffer.from(input), key);
  if (alg.startsWith('ES')) return sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  const pss = alg.startsWith('PS') ? { padding: 6, saltLength: Number(alg.slice(2)) / 8 } : {};
  return sign(hash, Buffer.from(input), { key, ...pss });
}

/** A compact token; `exp` is in five minutes unless the claims say otherwise. */
export function token(claims, key, { alg = 'HS256', header = {} } = {}) {
  const input = `${part({ alg, typ: 'JWT', ...header })}.${part(
    typeof claims === 'string' ? claims : { exp: now() + 300, ...claims })}`;
  return `${input}.${signature(input, alg, key).toString('base64url')}`;
}

const KINDS = {
  RS: ['rsa', { modulusLength: 2048 }],
  PS: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  ES384: ['ec', { namedCurve: 'P-384' }],
  ES512: ['ec', { namedCurve: 'P-521' }],
  EdDSA: ['ed25519', {}],
};

/** A new pair for an algorithm: { privateKey, pem, jwk }. */
export function keyPair(alg, kid) {
  const [type, options] = KINDS[alg] ?? KINDS[alg.slice(0, 2)];
  const { publicKey, privateKey } = generateKeyPairSync(type, options);
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg };
  return { privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }), jwk };
}
