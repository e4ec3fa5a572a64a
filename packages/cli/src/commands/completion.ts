import { ShellCompDirective } from '@bomb.sh/tab';
import tab from '@bomb.sh/tab/commander';
import type { Command as Commander } from 'commander';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';

/** `completion SHELL`: prints the script that a shell reads at its start; it asks `complete` then, word by word. */
export function completion(program: Commander, shell = ''): Command {
  return () => {
    const name = program.name();
    tab(program).setup(name, name, shell);
    // The library's own registration for bash would leave files out.
    const files = shell === 'bash' ? `complete -o default -F __${name}_complete ${name}` : '';
    return Promise.resolve({
      exitCode: EXIT.done,
      document: { schema: 'wheelwright/completion@1' },
      text: files,
    });
  };
}

/** Prints what may stand in the place of the last of some words. */
export function complete(program: Commander, words: readonly string[]): Promise<void> {
  // The options that a help leaves out can be completed all the same.
  for (const command of [program, ...program.commands]) command.configureHelp({});
  const answers = tab(program);
  // The library tells the shell not to complete files, and most of our arguments are files.
  const directive = ShellCompDirective.ShellCompDirectiveDefault;
  Object.defineProperty(answers, 'directive', { get: () => directive, set: () => undefined });
  answers.parse([...words]);
  return Promise.resolve();
}
