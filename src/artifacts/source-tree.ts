/** Text files as trees. Each node keeps its meaning, to compare by, and its text as the author wrote it. */

/** A value, or a container of named nodes. */
export interface SourceNode {
  readonly text: string;
  /** Equal for two nodes if and only if they mean the same, however they are spelled. */
  readonly meaning: string;
  /** Absent for a node that is compared and merged as one value. */
  readonly content?: Container;
  /** Merged by its members only where none of them conflicts; else as one value. */
  readonly isUnit?: boolean;
  /** Where all sides have the same, git's merge of the lines is right: a list, the hashes of one package. */
  readonly lineKind?: string;
}

/** Its text consists of `open`, the members and `close`. */
export interface Container {
  readonly kind: 'object' | 'array' | 'lines' | 'requirement';
  readonly open: string;
  readonly members: readonly Member[];
  readonly close: string;
}

export interface Member {
  /** Unique among the members. */
  readonly key: string;
  /** Text between the previous member and this one: comma, line end, indent. The first has that of the second. */
  readonly lead: string;
  /** Text between `lead` and the value: the key as it is written. */
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

/** A container with each member on lines of its own. */
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
