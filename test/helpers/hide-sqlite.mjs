// Hides the SQLite of this Node from what asks for it as the package does: `node --import <this file> …`.
const { getBuiltinModule } = process;
process.getBuiltinModule = (name) => (name === 'node:sqlite' ? undefined : getBuiltinModule(name));
