import { hostname } from 'node:os';
import { afterAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { launchS3Server } from '@wheelwright/testing/s3';
import { startCluster } from '../../testing/kubernetes/cluster.js';
import { JobBench } from '../../testing/job-bench.js';
import { clusterRunner, ground, ownPossessions } from '../../testing/kubernetes/runners.js';
import { bucketTransfer } from '../../testing/bucket-transfer.js';

const server = await launchS3Server();
afterAll(() => server.close());
const cluster = await startCluster();
afterAll(() => cluster.stop());
process.env['KUBECONFIG'] = cluster.kubeconfig;
ground.cluster = cluster;
ground.transfer = bucketTransfer(server, await server.makeBucket('transfer'));

// One cluster for all: each of these is a suite of its own elsewhere.
await import('../../conformance/ending.spec.js');
await import('../../conformance/libraries.spec.js');
await import('../../conformance/words.spec.js');

const root = await temporaryFolder('kubernetes');

describe('a pod', () => {
  it('may do nothing that a build does not need', async () => {
    const bench = await JobBench.below(root);
    const script = [
      'echo "uid $(id -u)"',
      'grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status',
      'touch /usr/x 2>/dev/null || echo read-only',
      'ls /var/run/secrets /wheelwright/links 2>/dev/null || echo no secrets',
      'echo "value $SECRET"; sleep 2',
    ].join('; ');
    const word = `word-${process.pid}-of-nobody`;
    let manifests = '';
    const step = bench.step(['sh', '-c', script], { SECRET: word });
    const result = await bench.run(clusterRunner(), [step], {
      onOutput: () => {
        manifests += cluster.kubectl('get', 'jobs,pods', '-o', 'yaml');
      },
    });
    expect(result).toEqual({ status: 'done' });
    for (const said of ['uid 65532', 'read-only', 'no secrets', `value ${word}`])
      expect(bench.tail).toContain(said);
    expect(bench.tail).toMatch(/CapEff:\t0+\nCapBnd:\t0+\nNoNewPrivs:\t1\nSeccomp:\t2\n/);
    expect(manifests).toContain('step-0');
    expect(manifests).not.toContain(word);
    expect(manifests).not.toContain('X-Amz-Signature');
    expect(cluster.kubectl('get', 'secrets', '-o', 'name')).toBe('');
  });

  it('is one of an indexed Job where jobs come together; one that fails is nobody else\u2019s', async () => {
    const runner = clusterRunner({ cpus: 0.2, memory: '64m' });
    const benches = await Promise.all([0, 1, 2, 3].map(() => JobBench.below(root)));
    let jobs = '';
    const results = await Promise.all(
      benches.map((bench, index) =>
        bench.run(
          runner,
          [bench.sh(`echo ${index}; [ ${index} != 2 ] || exit 9`), bench.sh('echo again > made')],
          {
            onOutput: () => {
              jobs = cluster.kubectl(
                'get',
                'jobs',
                '-o',
                'jsonpath={range .items[*]}{.spec.completions} {end}',
              );
            },
          },
        ),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(['done', 'done', 'failed', 'done']);
    expect(results[2]).toMatchObject({ exitCode: 9 });
    expect(benches.map(({ tail }) => tail)).toEqual(['0\n', '1\n', '2\n', '3\n']);
    expect(jobs.trim()).toBe('4');
    expect(ownPossessions()).toEqual([]);
  });

  it('that somebody deletes is lost, and told so', async () => {
    const bench = await JobBench.below(root);
    let deleted = false;
    const result = bench.run(clusterRunner(), [bench.sh('echo up; sleep 100')], {
      onOutput: () => {
        if (!deleted) cluster.kubectl('delete', 'pods', '--all', '--wait=false');
        deleted = true;
      },
    });
    await expect(result).rejects.toMatchObject({ code: expect.stringMatching(/^(node|engine)-lost$/) });
    expect(ownPossessions()).toEqual([]);
  });

  it('goes on while the API server is away for a moment', async () => {
    const bench = await JobBench.below(root);
    let away = false;
    const result = await bench.run(clusterRunner(), [bench.sh('echo up; sleep 6; echo down')], {
      onOutput: () => {
        if (away) return;
        away = true;
        cluster.signal('kube-apiserver', 'SIGSTOP');
        setTimeout(() => {
          cluster.signal('kube-apiserver', 'SIGCONT');
        }, 3000);
      },
    });
    expect(result).toEqual({ status: 'done' });
    expect(bench.tail).toBe('up\ndown\n');
  });

  it('of a run that died is removed by the next', async () => {
    const owner = `{"metadata":{"annotations":{"wheelwright/owner":"${hostname()}:4194303:1"}}}`;
    cluster.kubectl('create', 'job', 'abandoned', '--image=wheelwright-test:bookworm', '--', 'sleep', '1000');
    cluster.kubectl('label', 'job', 'abandoned', 'app.kubernetes.io/managed-by=wheelwright');
    cluster.kubectl('patch', 'job', 'abandoned', '-p', owner);
    const bench = await JobBench.below(root);
    expect(await bench.run(clusterRunner(), [bench.sh('true')])).toEqual({ status: 'done' });
    expect(cluster.kubectl('get', 'jobs', '-o', 'name')).toBe('');
  });
});
