/** The part of elfy 1.0.0 that is used here: it publishes no types. What it returns is described in decode.ts. */
declare module 'elfy' {
  interface Parser {
    setEndian(endian: 'lsb' | 'msb'): void;
    parseHeader(bytes: Buffer): unknown;
    parseProgram(entry: Buffer, header: unknown, file: Buffer): unknown;
  }

  const elfy: { readonly Parser: new () => Parser };
  export default elfy;
}
