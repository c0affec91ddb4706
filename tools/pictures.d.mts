/** @returns the content of each picture of docs/pictures by the name of its file, drawn from its source. */
export function drawPictures(): Promise<Record<string, string>>;
