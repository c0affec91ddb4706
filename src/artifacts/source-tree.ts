/** Text files as trees that keep, beside what each part means, the text that its author wrote. */

/** A value, or a container of named ones. */
export interface SourceNode {
  readonly text: string;
  /** The same for two nodes exactly where they mean the same, however they are spelled. */
  readonly meaning: string;
  /** Absent for what is one value to the people who change it. */
  readonly content?: Container;
}

/** Its text is `open`, the members, `close`. */
export interface Container {
  readonly kind: 'object' | 'array' | 'lines' | 'requirement';
  readonly open: string;
  readonly members: readonly Member[];
  readonly close: string;
}

export interface Member {
  /** Names the member among the others, once. */
  readonly key: string;
  /** From the member before to this one: comma, line end, indent. The first has that of the second. */
  readonly lead: string;
  /** From there to the value: the key as it is written. */
  readonly head: string;
  readonly node: SourceNode;
}

/** The text of a whole file as one value. */
export function wholeFile(text: string): SourceNode {
  const value = text.trimEnd();
  return lines(
    text,
    [{ key: '', node: { text: value, meaning: value } }],
    text.slice(value.length),
  );
}

/** A container whose members stand on lines of their own. */
export function lines(
  text: string,
  members: readonly Pick<Member, 'key' | 'node'>[],
  close: string,
  kind: 'lines' | 'requirement' = 'lines',
): SourceNode & { readonly content: Container } {
  const content: Container = {
    kind,
    open: '',
    members: members.map((member) => ({ ...member, lead: '\n', head: '' })),
    close,
  };
  return { text, meaning: text, content };
}
