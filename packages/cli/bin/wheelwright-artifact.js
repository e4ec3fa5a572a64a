#!/usr/bin/env node
import { start } from './start.js';

await start(['artifact', ...process.argv.slice(2)]);
