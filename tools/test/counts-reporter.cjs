/**
 * A Jest reporter that leaves `test-output/counts.json` in the package under test: how many tests passed,
 * failed and were skipped, with the names of the skipped ones, which carry their reason (see `describeIf` in
 * @wheelwright/testing). `npm test` adds these files up; Nx caches them with the test's result.
 */
const { mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');

module.exports = class CountsReporter {
  constructor(globalConfig) {
    this.folder = path.join(globalConfig.rootDir, 'test-output');
  }

  onRunComplete(_contexts, results) {
    const skips = results.testResults.flatMap((file) =>
      file.testResults
        .filter(({ status }) => status === 'pending' || status === 'todo')
        .map(({ fullName }) => fullName),
    );
    // A suite that could not even be loaded ran no test: it counts as one failure.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(
      path.join(this.folder, 'counts.json'),
      JSON.stringify({ passed: results.numPassedTests, failed, skipped: skips.length, skips }, null, 2) +
        '\n',
    );
  }
};
