import { type Command as Commander, Help, type HelpConfiguration, Option } from 'commander';

/** What every command takes, told once by `wheelwright --help` and in one line by each command's own. */
const GLOBAL_OPTIONS: readonly (readonly [flags: string, description: string])[] = [
  ['--json', 'print exactly one JSON document on standard output'],
  ['--quiet', 'print nothing but the result and errors'],
  ['--verbose', 'print each step, also when piped'],
  ['--no-color', 'no colours (also: NO_COLOR)'],
  ['--cwd <folder>', 'the folder that relative paths start from'],
];

const GLOBAL_NAMES = new Set(GLOBAL_OPTIONS.map(([flags]) => new Option(flags).long));

/** Gives a command the options that all have. */
export function withGlobalOptions(command: Commander): Commander {
  for (const [flags, description] of GLOBAL_OPTIONS) command.option(flags, description);
  return command.addHelpText('after', `\nAnd: ${GLOBAL_OPTIONS.map(([flags]) => flags).join(', ')}`);
}

/** The options that all commands take, for the help of the whole. */
export const globalHelp = `
Every command also takes:
${GLOBAL_OPTIONS.map(([flags, description]) => `  ${flags.padEnd(16)}  ${description}`).join('\n')}`;

/** The last part of a help text. */
export function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  wheelwright ${line}`).join('\n')}`;
}

/** A help that fits a screen: commands by their names, a flag without its `false`, what all take left out. */
export function screenHelp(): HelpConfiguration {
  const usual = new Help();
  return {
    subcommandTerm: (command) => command.name(),
    subcommandDescription: (command) => command.description().split(';', 1)[0] ?? '',
    visibleOptions: (command) =>
      usual.visibleOptions(command).filter(({ long }) => !GLOBAL_NAMES.has(long ?? undefined)),
    optionDescription: (option) =>
      option.defaultValue === false ? option.description : usual.optionDescription(option),
  };
}
