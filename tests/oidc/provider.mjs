// A real OpenID provider for the tests. Argument: our clients as JSON. Prints its issuer once it answers, and ends when
// its standard input does: a test run that is killed leaves none behind.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const key = (type, options, use) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }),
  ...use,
});

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: JSON.parse(process.argv[2]),
    jwks: {
      keys: [
        key('rsa', { modulusLength: 2048 }, { kid: 'r', alg: 'RS256', use: 'sig' }),
        key('ec', { namedCurve: 'P-256' }, { kid: 'e', alg: 'ES256', use: 'sig' }),
      ],
    },
    cookies: { keys: ['for the tests alone'] },
    pkce: { required: () => true },
    scopes: ['openid', 'read'],
    features: { clientCredentials: { enabled: true }, introspection: { enabled: true } },
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
process.stdin.resume().on('end', () => process.exit(0));
