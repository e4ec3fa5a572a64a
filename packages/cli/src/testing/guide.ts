import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '@wheelwright/testing';

/** A step of a guide: commands for a shell, and what the page shows of their output. */
export interface GuideStep {
  readonly commands: string;
  readonly output: readonly string[];
}

/** A page of `docs/guides`, as far as it can be executed or checked. */
export interface Guide {
  readonly steps: readonly GuideStep[];
  /** The configurations that it shows. */
  readonly configurations: readonly string[];
}

const BLOCK = /^```(\w+)\n([\s\S]*?)^```$/gm;

/** Reads a guide: blocks of `sh` are commands, `text` behind them is their output, `toml` is a configuration. */
export async function readGuide(name: string): Promise<Guide> {
  const page = await readFile(join(repositoryRoot, 'docs/guides', `${name}.md`), 'utf8');
  const steps: { commands: string; output: string[] }[] = [];
  const configurations: string[] = [];
  for (const [, language, text = ''] of page.matchAll(BLOCK)) {
    if (language === 'sh') steps.push({ commands: text, output: [] });
    if (language === 'text') steps.at(-1)?.output.push(...text.trimEnd().split('\n'));
    if (language === 'toml') configurations.push(text);
  }
  return { steps, configurations };
}

/** A line of shown output as a pattern: `...` stands for anything. */
export function lineOf(shown: string): RegExp {
  const parts = shown.split('...').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
