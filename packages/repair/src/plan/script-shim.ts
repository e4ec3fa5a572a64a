/**
 * What stands in the place of a program of `NAME.data/scripts`: pip puts scripts where no relative path leads to
 * site-packages, so the program itself moves there and this starts it. pip writes the interpreter into the first line
 * (PyPA binary distribution format, "Recommended installer features").
 *
 * @param program - where the program lies below site-packages
 */
export function scriptShim(program: string): string {
  return [
    '#!python',
    'import os',
    'import sys',
    'import sysconfig',
    '',
    'if __name__ == "__main__":',
    `    program = os.path.join(sysconfig.get_path("platlib"), *${JSON.stringify(program.split('/'))})`,
    '    os.execv(program, sys.argv)',
    '',
  ].join('\n');
}
