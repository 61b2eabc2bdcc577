import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An issuer that signs everybody in at once. Its tokens are of one user. */
export interface FakeIssuer {
  readonly url: string;
  readonly token: string;
  /** Fields of each request for a token. */
  readonly exchanges: Readonly<Record<string, string>>[];
  /** While set, people are sent back with this error instead of a code. */
  error: string | undefined;
  stop(): Promise<void>;
}

/** @param user The claim `sub` of the tokens. */
export async function startFakeIssuer(user: string): Promise<FakeIssuer> {
  const challenges = new Map<string, string>();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', issuer.url);
    const json = (status: number, body: unknown) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'access-control-allow-origin': '*' })
        .end(JSON.stringify(body));
    if (url.pathname === '/.well-known/openid-configuration')
      return json(200, {
        issuer: issuer.url,
        authorization_endpoint: `${issuer.url}/authorize`,
        token_endpoint: `${issuer.url}/token`,
      });
    if (url.pathname === '/authorize') {
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      const code = `code-${challenges.size}`;
      challenges.set(code, url.searchParams.get('code_challenge') ?? '');
      if (issuer.error === undefined) back.searchParams.set('code', code);
      else back.searchParams.set('error', issuer.error);
      back.searchParams.set('state', url.searchParams.get('state') ?? '');
      return response.writeHead(302, { location: back.href }).end();
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    const form = Object.fromEntries(new URLSearchParams(body));
    issuer.exchanges.push(form);
    const challenge = createHash('sha256')
      .update(form.code_verifier ?? '')
      .digest('base64url');
    if (challenges.get(form.code ?? '') !== challenge) return json(400, { error: 'invalid_grant' });
    challenges.delete(form.code ?? '');
    return json(200, { access_token: issuer.token, token_type: 'Bearer', expires_in: 300 });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const payload = Buffer.from(JSON.stringify({ sub: user })).toString('base64url');
  const issuer: FakeIssuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: `e30.${payload}.signature`,
    exchanges: [],
    error: undefined,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return issuer;
}
