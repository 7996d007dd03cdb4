/** The part of WebAssembly that is used here; TypeScript knows it only together with browsers. */
declare namespace WebAssembly {
  class Module {
    private constructor();
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  function compile(program: Uint8Array<ArrayBuffer>): Promise<Module>;
}
