/** A call of docs/api.md with the answer that the page shows. */
export interface DocumentedCall {
  readonly command: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** The text of the answer on the page. */
  readonly answer: string;
}

const CALL = /```sh\n(curl [^\n]+)\n```\n\n```json\n([\s\S]*?)```/g;

/** Finds the calls of a page: a line of curl, and the answer after it. */
export const callsOf = (page: string): DocumentedCall[] =>
  [...page.matchAll(CALL)].map(([, command = '', answer = '']) => ({ command, answer, ...parsed(command) }));

/** Parses the options of curl that the page uses. */
function parsed(command: string): Omit<DocumentedCall, 'command' | 'answer'> {
  const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, ...groups]) => groups.find((group) => group !== undefined) ?? '',
  );
  const after = (option: string) =>
    words.flatMap((word, index) => (words[index - 1] === option ? [word] : []));
  const url = words.find((word) => word.startsWith('$API'))?.replace('$API', '') ?? '';
  const [body] = after('-d');
  const [method = body === undefined ? 'GET' : 'POST'] = after('-X');
  const headers = Object.fromEntries(
    after('-H').map((header) => {
      const [name = '', value = ''] = header.split(': ');
      return [name, value];
    }),
  );
  return { method, url, headers, body };
}
