import { artifactActions } from './artifact/flags.js';
import { artifactOptions } from './artifact/options.js';
import type { Definer } from './archive-commands.js';

/** The commands for what lies in a bucket or folder: `artifact`, `publish`, `index`. */
export function defineStoreCommands({ define, runs, examples }: Definer): void {
  runs(
    artifactOptions(
      define('artifact').argument('[words...]', `${artifactActions.join(', ')}, and what it takes`),
    )
      .description(
        'push, pull and look after libraries with their licences and dependencies, in a bucket or folder',
      )
      .addHelpText(
        'after',
        examples([
          'artifact --push --static --libmxnet lib/libmxnet.so --licenses licenses/*.txt --dependencies deps/*.so',
          'artifact --pull --static --variant=cu102 ./dist',
          'artifact list --git-sha 73b29fa90d3eac0b1fae403b7583fdd1529942dc',
          'artifact verify COMMIT/ubuntu16.04/cu102/static/',
          'artifact gc --older-than 7d --dry-run',
        ]),
      ),
    async (words, options) => (await import('./commands/artifact.js')).artifact(words, options),
  );
  runs(
    define('publish')
      .description('put wheels into the package index of a bucket or folder, from which pip and uv install')
      .argument('<words...>', 'wheels, and last s3://BUCKET/PREFIX or a folder')
      .option('--no-verify', 'publish without comparing every file with RECORD')
      .addHelpText('after', examples(['publish dist/*.whl s3://my-wheels/simple'])),
    async (words, options) => (await import('./commands/publish.js')).publish(words, options),
  );
  runs(
    define('index')
      .description('look after a package index: check, rebuild, yank, serve, url')
      .argument('[words...]', 'check, rebuild, yank, serve or url; the address; for yank: PROJECT VERSION')
      .option('--reason <text>', 'yank: why')
      .option('--undo', 'yank: take it back', false)
      .option('--port <number>', 'serve: the port of 127.0.0.1 (8080)')
      .option('--website <url>', 'url: where the bucket is a web site, if not on Amazon')
      .addHelpText(
        'after',
        examples([
          'index check s3://my-wheels/simple',
          'index rebuild s3://my-wheels/simple',
          'index yank s3://my-wheels/simple demo-ops 1.0 --reason "crashes on import"',
          'index serve s3://my-wheels/simple --port 8080',
          'index url s3://my-wheels/simple',
        ]),
      ),
    async (words, options) => (await import('./commands/index-command.js')).index(words, options),
  );
}
