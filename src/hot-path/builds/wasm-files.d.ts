/** A file of WebAssembly, where its import gives a module. */
declare module '*.wasm' {
  const wasmModule: WebAssembly.Module;
  export default wasmModule;
}
