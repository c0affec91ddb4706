/** Functions that console.test.ts runs inside the page; none uses anything outside its body. */

/** Texts with less contrast to their background than WCAG AA requires. */
export function faintTexts() {
  const pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const paint = (color) => {
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
  };
  /** Paints the backgrounds of all ancestors, one over the other. */
  const paintBackground = (element) => {
    if (element.parentElement) {
      paintBackground(element.parentElement);
    } else {
      paint('Canvas');
    }
    paint(getComputedStyle(element).backgroundColor);
  };
  const luminance = () => {
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map((byte) => {
      const value = byte / 255;
      return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (element) => {
    paintBackground(element);
    const behind = luminance();
    paint(getComputedStyle(element).color);
    const [dark, bright] = [behind, luminance()].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const hasText = ({ childNodes }) =>
    [...childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  return [...document.querySelectorAll('body *')]
    .filter((element) => element.checkVisibility() && hasText(element))
    .filter((element) => contrast(element) < 4.5)
    .map((element) => `${element.tagName} ${element.className}: ${element.textContent}`);
}

/** Parts that are cut, or need scrolling sideways. */
export function tooWide() {
  return [...document.querySelectorAll('html, .legend, .panel')]
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
    .map(({ tagName, className }) => `${tagName} ${className}`);
}

/** Pixels of the languages chart that have the colour of an alarm that needs action. */
export function alarmPixels() {
  const canvas = document.querySelector('#languages-chart canvas');
  const pen = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', {
    willReadFrequently: true,
  });
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = 'var(--act-1)';
  pen.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
  pen.drawImage(canvas, 0, 0);
  const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
  let pixels = 0;
  for (let i = 0; i < data.length; i += 4) {
    pixels += Number(data[i] === r && data[i + 1] === g && data[i + 2] === b);
  }
  return pixels;
}

/** Selects the text of an element, as a reader would who wants to copy it. */
export function selectContents(element) {
  getSelection().selectAllChildren(element);
}
