/**
 * Stands in for `react-native-powerauth-mobile-sdk`: this package, and the register of native objects that only the SDK's
 * own tests look into.
 *
 * @module
 */
export * from 'powerauth-wasm';

export const NativeObjectRegister = {
  async debugCommand(command) {
    // What the tests set up for all of them; a test that asks for more fails.
    if (command !== 'setPeriod') throw new Error('There are no native objects');
  },
};
