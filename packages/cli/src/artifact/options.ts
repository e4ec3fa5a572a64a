import type { Command as Commander } from 'commander';

/** The options of `artifact`: those of MXNet's artifact_repository.py as they are, and ours. */
export function artifactOptions(command: Commander): Commander {
  return command
    .option('--push', 'the same as the word push', false)
    .option('--pull', 'the same as the word pull', false)
    .option('--static', 'the dependencies are linked statically', false)
    .option('--dynamic', 'the dependencies are linked dynamically', false)
    .option('--libmxnet, --library <path>', 'the library to push')
    .option('--licenses <path...>', 'license files or globs')
    .option('--dependencies <path...>', 'libraries that go along, or globs')
    .option('--require-licenses', 'refuse a push without license files', false)
    .option(
      '--variant <word>',
      'cpu, native, cu102 ...; a push asks the library itself, a pull has to be told',
    )
    .option('--git-sha <commit>', 'the commit (else MXNET_SHA, GIT_COMMIT ..., git)')
    .option('--os <word>', 'ubuntu16.04, manylinux2014_x86_64 ... (else /etc/os-release)')
    .option('--branch <name>', 'the branch, which then begins the key')
    .option('--python <tag>', 'for a library that belongs to one Python: cp311')
    .option('--layout <name>', 'default, mxnet, or a template such as {commit}/{os}/{variant}/{linking}/')
    .option('--store <url>', 's3://BUCKET/PREFIX, file:///FOLDER or a path (WHEELWRIGHT_STORE)')
    .option('--bucket <name>', 'a bucket (ARTIFACT_REPOSITORY_BUCKET)')
    .option('--replace', 'put this artifact in the place of another one', false)
    .option('--concurrency <n>', 'how many parts or files travel at once')
    .option('--older-than <age>', 'gc: only what is older, such as 7d, 12h, 30m (1d)')
    .option('--dry-run', 'rm, gc: tell what would be removed', false);
}
