/** README with the table of its section "Speed" written anew. @param results those of a run of the bench. */
export function fillSpeed(readme: string, results: object): string;
