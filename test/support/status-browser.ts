import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { runCommand } from '../../scripts/support/run-command.ts';
import { requireProgram } from './require-program.ts';

/** A violation of an accessibility rule, as axe-core tells it. */
interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What went wrong in a page, and where it went besides its own server. */
export interface Seen {
  readonly problems: string[];
  readonly elsewhere: string[];
}

/** Debian's Chromium without a window, looking at the status page of one operator. */
export class StatusBrowser {
  readonly address: string;
  readonly #browser: Browser;

  private constructor(browser: Browser, address: string) {
    this.#browser = browser;
    this.address = address;
  }

  /** Skips the test or suite of the context where there is no Chromium. */
  static async open(context: Mocha.Context, address: string): Promise<StatusBrowser> {
    await requireProgram(context, 'chromium');
    const { output } = await runCommand(['sh', '-c', 'command -v chromium']);
    // Chromium's own sandbox does not start for root; it looks at nothing but our own server.
    const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
    return new StatusBrowser(await chromium.launch({ executablePath: output.trim(), args }), address);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  /** The page, opened in a profile of its own. What it reports and asks for is collected in `seen`. */
  async visit(options: BrowserContextOptions = {}): Promise<Page & { readonly seen: Seen }> {
    const context = await this.#browser.newContext(options);
    const seen: Seen = { problems: [], elsewhere: [] };
    context.on('request', (request) => {
      if (!request.url().startsWith(`${this.address}/`) && !request.url().startsWith('data:'))
        seen.elsewhere.push(request.url());
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => seen.problems.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) seen.problems.push(message.text());
    });
    // Before the page's own script, and past its policy, which keeps out what is put into it afterwards.
    await page.addInitScript({ content: readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8') });
    await page.goto(`${this.address}/`);
    return Object.assign(page, { seen });
  }

  /** Violations of axe-core's rules, its best practices included, as text; empty when there is none. */
  async violations(page: Page): Promise<string[]> {
    const { violations } = await page.evaluate<{ violations: readonly Violation[] }>('axe.run()');
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}\n${nodes.map(({ html, failureSummary = '' }) => `  ${html}\n  ${failureSummary}`).join('\n')}`,
    );
  }
}
