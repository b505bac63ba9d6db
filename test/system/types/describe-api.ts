/**
 * A package's public types as lines of text, one for each name, member and signature: two such lists can be compared.
 *
 * @module
 */

import ts from 'typescript';

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
  strict: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
};

/**
 * Describes what a module exports. Lines look as in TypeScript:
 *
 *     class PowerAuth
 *     PowerAuth.createPassword(destroyOnUse?: boolean = true, onAutomaticCleanup?: () => void): PowerAuthPassword
 *     PowerAuthToken.tokenName: string
 *     PinTestIssue.NOT_UNIQUE = "NOT_UNIQUE"
 *
 * Private, protected and internal members are left out. A default is what the source says, in a declaration a comment behind the
 * parameter or the property: `destroyOnUse?: boolean /* = true *\/`. What may be undefined counts as optional.
 *
 * @param entry path of a `.ts` or `.d.ts` file
 * @param paths what the program's imports with `#` lead to
 */
export function describeApi(entry: string, paths: Record<string, string[]> = {}): string[] {
  const program = ts.createProgram([entry], { ...OPTIONS, paths });
  const source = program.getSourceFile(entry);
  if (source === undefined) throw new Error(`there is no ${entry}`);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${entry} exports nothing`);
  const describer = new Describer(checker);
  return checker
    .getExportsOfModule(module)
    .flatMap((symbol) => describer.name(symbol))
    .sort();
}

class Describer {
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  name(exported: ts.Symbol): string[] {
    const { name } = exported;
    const symbol =
      (exported.flags & ts.SymbolFlags.Alias) === 0 ? exported : this.#checker.getAliasedSymbol(exported);
    const lines: string[] = [];
    if ((symbol.flags & ts.SymbolFlags.Class) !== 0) lines.push(...this.#class(name, symbol));
    if ((symbol.flags & ts.SymbolFlags.Interface) !== 0) lines.push(...this.#interface(name, symbol));
    if ((symbol.flags & ts.SymbolFlags.TypeAlias) !== 0) lines.push(...this.#alias(name, symbol));
    if ((symbol.flags & ts.SymbolFlags.Enum) !== 0) lines.push(...this.#enum(name, symbol));
    if ((symbol.flags & ts.SymbolFlags.Variable) !== 0) lines.push(...this.#constant(name, symbol));
    if ((symbol.flags & ts.SymbolFlags.Function) !== 0) {
      const type = this.#checker.getTypeOfSymbol(symbol);
      lines.push(...type.getCallSignatures().map((signature) => `${name}${this.#signature(signature)}`));
    }
    return lines;
  }

  #class(name: string, symbol: ts.Symbol): string[] {
    const type = this.#checker.getTypeOfSymbol(symbol);
    const constructors = type
      .getConstructSignatures()
      .filter((signature) => signature.declaration === undefined || isPublic(signature.declaration))
      .map((signature) => `new ${name}${this.#parameters(signature)}`);
    const statics = this.#checker
      .getPropertiesOfType(type)
      .filter((member) => member.name !== 'prototype')
      .flatMap((member) => this.#member(`static ${name}`, member));
    return [`class ${name}`, ...constructors, ...statics, ...this.#members(name, symbol)];
  }

  #interface(name: string, symbol: ts.Symbol): string[] {
    return [`interface ${name}`, ...this.#members(name, symbol)];
  }

  /** Members of an object type are told one by one, because aliases and interfaces can be used alike. */
  #alias(name: string, symbol: ts.Symbol): string[] {
    const type = this.#checker.getDeclaredTypeOfSymbol(symbol);
    if (type.isUnion() || (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) === 0) {
      const union = type.isUnion() ? type.types.map((part) => this.#type(part)).sort() : [this.#type(type)];
      return [`type ${name} = ${union.join(' | ')}`];
    }
    return this.#interface(name, symbol);
  }

  #enum(name: string, symbol: ts.Symbol): string[] {
    const members = [...(symbol.exports?.values() ?? [])].map((member) => {
      const declaration = member.valueDeclaration as ts.EnumMember;
      return [member.name, JSON.stringify(this.#checker.getConstantValue(declaration))] as const;
    });
    const values = members.map(([, value]) => value).sort();
    return [
      `type ${name} = ${values.join(' | ')}`,
      ...members.map(([member, value]) => `${name}.${member} = ${value}`),
    ];
  }

  #constant(name: string, symbol: ts.Symbol): string[] {
    const members = this.#checker.getPropertiesOfType(this.#checker.getTypeOfSymbol(symbol));
    return members.map(
      (member) => `${name}.${member.name} = ${this.#type(this.#checker.getTypeOfSymbol(member))}`,
    );
  }

  #members(name: string, symbol: ts.Symbol): string[] {
    const type = this.#checker.getDeclaredTypeOfSymbol(symbol);
    return this.#checker.getPropertiesOfType(type).flatMap((member) => this.#member(name, member));
  }

  #member(owner: string, member: ts.Symbol): string[] {
    const declarations = member.declarations ?? [];
    if (!declarations.every(isPublic) || declarations.some(isHashNamed)) return [];
    const type = this.#checker.getTypeOfSymbol(member);
    if ((member.flags & ts.SymbolFlags.Method) !== 0) {
      return type
        .getCallSignatures()
        .map((signature) => `${owner}.${member.name}${this.#signature(signature)}`);
    }
    const optional = (member.flags & ts.SymbolFlags.Optional) !== 0 || mayBeUndefined(type);
    const prefix = isReadonly(declarations) ? 'readonly ' : '';
    const text = `${prefix}${owner}.${member.name}${optional ? '?' : ''}: ${this.#type(type)}`;
    return [text + declarations.map(defaultOf).join('')];
  }

  #signature(signature: ts.Signature): string {
    return `${this.#parameters(signature)}: ${this.#type(signature.getReturnType())}`;
  }

  #parameters(signature: ts.Signature): string {
    const parameters = signature.getParameters().map((parameter) => {
      const declaration = parameter.valueDeclaration as ts.ParameterDeclaration;
      const type = this.#checker.getTypeOfSymbol(parameter);
      const optional = this.#checker.isOptionalParameter(declaration) || mayBeUndefined(type);
      return `${parameter.name}${optional ? '?' : ''}: ${this.#type(type)}${defaultOf(declaration)}`;
    });
    return `(${parameters.join(', ')})`;
  }

  #type(type: ts.Type): string {
    // A return type that may be undefined says so inside its Promise, where this does not reach.
    const text = this.#checker.typeToString(type, undefined, TYPE_FORMAT);
    return text.replace(/ \| undefined$/, '').replace(/^\((\(.*\) => .*)\)$/, '$1');
  }
}

const TYPE_FORMAT: ts.TypeFormatFlags =
  ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

function mayBeUndefined(type: ts.Type): boolean {
  return type.isUnion() && type.types.some((part) => (part.flags & ts.TypeFlags.Undefined) !== 0);
}

function isPublic(declaration: ts.Declaration): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  return (
    (ts.getCombinedModifierFlags(declaration) & hidden) === 0 &&
    !ts.getJSDocTags(declaration).some((tag) => tag.tagName.text === 'internal')
  );
}

function isHashNamed(declaration: ts.Declaration): boolean {
  const name = ts.getNameOfDeclaration(declaration);
  return name !== undefined && ts.isPrivateIdentifier(name);
}

function isReadonly(declarations: readonly ts.Declaration[]): boolean {
  const [first] = declarations;
  if (first !== undefined && (ts.isGetAccessor(first) || ts.isSetAccessor(first))) {
    return !declarations.some((declaration) => ts.isSetAccessor(declaration));
  }
  return declarations.some(
    (declaration) => (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Readonly) !== 0,
  );
}

/** ` = value`, of an initializer or of a comment; `undefined` is what an optional parameter is anyhow. */
function defaultOf(declaration: ts.Declaration): string {
  if (!ts.isParameter(declaration) && !ts.isPropertyDeclaration(declaration)) return '';
  const text = declaration.getSourceFile().text;
  const comment = /^[,;]?\s*\/\* = (.*?) \*\//.exec(text.slice(declaration.end));
  const value = declaration.initializer?.getText() ?? comment?.[1];
  return value === undefined || value === 'undefined' ? '' : ` = ${value}`;
}
