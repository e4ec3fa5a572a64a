import { stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileLibrary } from '@wheelwright/testing';
import type { Isolation } from '../libinfo/isolation.js';
import { probeLibinfo, type LibinfoProbe, type ProbeOptions } from '../libinfo/probe.js';

/** The isolation of machines without namespaces. */
export const processGroup: Isolation = { kind: 'process-group', why: 'asked for' };

/** MXNet's libinfo as its header has it, with two features. */
export const libinfo = `
#include <stdbool.h>
#include <stddef.h>
struct LibFeature { const char *name; bool enabled; };
static const struct LibFeature features[] = { { "CUDA", false }, { "MKLDNN", true } };
int MXLibInfoFeatures(const struct LibFeature **list, size_t *size) { *list = features; *size = 2; return 0; }
`;
/** Such a library that does something when it's loaded. */
export const constructor = (body: string, includes = '') => `#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
${includes}${libinfo}
__attribute__((constructor)) static void at_load(void) { ${body} }`;

/** A line as the child would write it, with a nonce that the library made up. */
export const forged = String.raw`"{\"nonce\":\"0\",\"outcome\":\"features\",\"features\":[[\"CUDA\",true]]}\n"`;
/** Says that it lives, by the time of a file (which takes no space), until a file tells it to stop. */
export const beat = (file: string) =>
  `while (access("${file}.stop", F_OK) != 0) { utimensat(AT_FDCWD, "${file}", NULL, 0); usleep(50000); } _exit(0);`;
/** Gives a child that was started the time to begin. */
export const meanwhile = 'usleep(300000);';

let count = 0;

/** Compiles a library and probes it. */
export async function probe(folder: string, code: string, options: ProbeOptions = {}): Promise<LibinfoProbe> {
  const library = await compileLibrary(folder, `libprobed${(count += 1)}`, code);
  return probeLibinfo(library, { timeout: 10, ...options });
}

/** The file of somebody who will say that he lives. */
export async function heart(folder: string, name: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, '');
  await utimes(file, 0, 0);
  return file;
}

/** Whether somebody who has begun to say that he lives still does. */
export async function state(file: string): Promise<'never began' | 'alive' | 'stopped'> {
  const time = async () => (await stat(file)).mtimeMs;
  await sleep(200);
  const before = await time();
  if (before === 0) return 'never began';
  await sleep(400);
  return (await time()) === before ? 'stopped' : 'alive';
}
