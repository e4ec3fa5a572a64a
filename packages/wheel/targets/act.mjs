/** usage: act.mjs pack|retag|unpack SOURCE FOLDER: one act of the package, as it's built. */
import { packFolder, retagWheel, unpackWheel } from '@wheelwright/wheel';

const [act, source, folder] = process.argv.slice(2);
if (act === 'pack') await packFolder(source, folder);
if (act === 'retag') await retagWheel(source, { build: '1' }, { folder });
if (act === 'unpack') await unpackWheel(source, folder, { replace: true });
