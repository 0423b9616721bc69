import { merged, parseKept, type Label } from './label';

const AUTHOR_KEY = 'antiphon.labels.author';

/** Labels of one batch, kept by the browser; where it keeps nothing (some pages opened from disk), as long as the page is open. */
export class LabelStore {
  /** false: what is added is lost with the page. */
  lasting = true;
  author: string;
  private labels: Label[];
  private readonly key: string;
  private readonly listeners = new Set<() => void>();

  constructor(batch: string) {
    this.key = `antiphon.labels.${batch}`;
    this.labels = parseKept(this.read(this.key));
    this.author = this.read(AUTHOR_KEY) ?? '';
    this.write(AUTHOR_KEY, this.author);
  }

  /** All of them, history included, oldest first. */
  all(): readonly Label[] {
    return this.labels;
  }

  add(label: Label): void {
    this.labels = [...this.withStored(), label];
    this.author = label.author;
    this.write(this.key, JSON.stringify(this.labels));
    this.write(AUTHOR_KEY, label.author);
    this.tell();
  }

  /** Takes in what other pages of this batch have added. */
  refresh(): void {
    this.labels = this.withStored();
    this.tell();
  }

  /** @returns ends it */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  // Another tab may have written since we read: what is written in its place holds both.
  private withStored(): Label[] {
    return merged(this.labels, parseKept(this.read(this.key)));
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private read(key: string): string | null {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  }

  private write(key: string, text: string): void {
    try {
      localStorage.setItem(key, text);
    } catch {
      this.lasting = false;
    }
  }
}
