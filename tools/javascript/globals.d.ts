/** A style sheet imported as a text: modules.py puts it into the bundle as a string. */
declare module "*.css" {
  const text: string;
  export default text;
}

/** Data, imported in the same way. */
declare module "*.txt" {
  const text: string;
  export default text;
}

interface Window {
  /** The sources of the page's widgets, by module: what infersent.widgets.sphinx writes. */
  BOOK_WIDGETS?: Record<string, string>;
  /** The book's sections, for its search: what book/_ext/section_search.py writes. */
  BOOK_SECTIONS?: unknown;
}

interface Navigator {
  /** Where a browser tells it: whether its reader wants to save data. */
  connection?: { saveData?: boolean };
}

/** There in a worker alone. */
declare const WorkerGlobalScope: unknown;

// What Sphinx's scripts declare on the search page.
declare const stopwords: string[];
declare class Stemmer {
  stemWord(word: string): string;
}
declare const Search: {
  query(query: string): void;
  stopPulse(): void;
  title: HTMLElement;
  status: HTMLElement;
  output: HTMLElement;
};
