import type { EditorPage } from './editor-page';

/** WCAG 2.2, 1.4.3: text of normal size. */
const MIN_CONTRAST = 4.5;

const DIALOG =
    '.mailflow-form :is(label, summary, h4, p, .form-tips, .mailflow-problem, select, [type="text"]):visible';

/**
 * Texts of our own, in the open dialog unless told otherwise, that are hard to read, run out of their box, or were not
 * translated.
 */
export async function flawsOf(editor: EditorPage, selector = DIALOG): Promise<string[]> {
    return editor.page.locator(selector).evaluateAll((elements, minContrast) => {
        const channels = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
        const luminance = (color: string): number => {
            const [r = 0, g = 0, b = 0] = channels(color).map(value => {
                const part = value / 255;
                return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const backgroundOf = (element: Element | null): string => {
            const color = element ? getComputedStyle(element).backgroundColor : 'rgb(255, 255, 255)';
            return channels(color)[3] === 0 ? backgroundOf(element?.parentElement ?? null) : color;
        };
        const opacityOf = (element: Element | null): number =>
            element ? Number(getComputedStyle(element).opacity) * opacityOf(element.parentElement) : 1;
        /** What is seen of a colour through which the background shines. */
        const mix = (color: string, background: string, opacity: number): string => {
            const [front, back] = [channels(color), channels(background)];
            return `rgb(${[0, 1, 2].map(at => (front[at] ?? 0) * opacity + (back[at] ?? 0) * (1 - opacity)).join(', ')})`;
        };
        return (elements as HTMLElement[])
            .filter(element => element.closest('[style*="-2000px"]') === null)
            .flatMap(element => {
                const text = element.textContent.trim();
                const name = `${element.id || element.tagName}: ${text.slice(0, 40)}`;
                const background = backgroundOf(element);
                const color = mix(getComputedStyle(element).color, background, opacityOf(element));
                const [light = 0, dark = 0] = [color, background].map(luminance).sort((a, b) => b - a);
                const contrast = (light + 0.05) / (dark + 0.05);
                const isCut = !element.matches('input, select') && element.scrollWidth > element.clientWidth + 1;
                return [
                    contrast < minContrast ? `${name} has a contrast of ${contrast.toFixed(1)}` : '',
                    isCut ? `${name} is wider than its box` : '',
                    /^[a-z-]+\.[a-z]+\.[\w-]+$/i.test(text) ? `${name} is not translated` : ''
                ].filter(Boolean);
            });
    }, MIN_CONTRAST);
}
