/** The style of a picture, and its background. */
export const PICTURE_STYLE: string;
