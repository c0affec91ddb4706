/** What a server has sent on a connection, as answers. */

export interface ReceivedAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

export interface ReceivedAnswers {
  /** Without interim ones. */
  readonly answers: readonly ReceivedAnswer[];
  /** What is no whole answer. */
  readonly rest: string;
}

const HEAD = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n/;

/** @param received in Latin-1, one character per byte. No body of this server begins as an answer does. */
export function readAnswers(received: string): ReceivedAnswers {
  const answers: ReceivedAnswer[] = [];
  let rest = received;
  for (;;) {
    const [head, digits] = HEAD.exec(rest) ?? [];
    if (head === undefined) {
      return { answers, rest };
    }
    const status = Number(digits);
    const behind = rest.slice(head.length);
    if (status < 200) {
      rest = behind;
      continue;
    }
    const isBodyless = status === 204 || status === 304 || /^(HTTP\/1\.1 |$)/.test(behind);
    const body = isBodyless ? '' : bodyOf(head, behind);
    if (body === undefined) {
      return { answers, rest };
    }
    answers.push({ status, head, body });
    rest = behind.slice(body.length);
  }
}

/** Undefined where it is not whole. */
function bodyOf(head: string, behind: string): string | undefined {
  const length = /^content-length: (\d+)\r$/im.exec(head)?.[1];
  if (length === undefined) {
    throw new Error(`an answer without a length: ${head}`);
  }
  return behind.length < Number(length) ? undefined : behind.slice(0, Number(length));
}
