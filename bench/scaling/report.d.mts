/** The page with all of its tables written anew. @param root the folder of the project. */
export function fillBlocks(page: string, root: string): string;
