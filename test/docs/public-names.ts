/**
 * What the documentation says of each public name, read from the sources.
 *
 * @module
 */

import { relative } from 'node:path';
import ts from 'typescript';

/** A public name, or a method or constructor of a public class. */
export interface PublicName {
  /** For example `PowerAuth.configure`. */
  readonly name: string;
  /** Where it is declared, `src/power-auth/instance.ts:80`. */
  readonly place: string;
  /** What it does; empty where nothing is said. */
  readonly summary: string;
  /** The code of its examples. */
  readonly examples: readonly string[];
  /** What its parameters are called, and which of them are described. */
  readonly parameters: readonly string[];
  readonly described: readonly string[];
}

/** The public names of all entry points; what is `@internal` is not among them. */
export function publicNames(entries: readonly string[], program: ts.Program): PublicName[] {
  const checker = program.getTypeChecker();
  const found = new Map<string, PublicName>();
  for (const entry of entries) {
    const source = program.getSourceFile(entry);
    const module = source && checker.getSymbolAtLocation(source);
    for (const exported of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const aliased = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const symbol = aliased ? checker.getAliasedSymbol(exported) : exported;
      for (const name of namesOf(checker, symbol, exported.name))
        found.set(`${name.place} ${name.name}`, name);
    }
  }
  return [...found.values()];
}

function namesOf(checker: ts.TypeChecker, symbol: ts.Symbol, name: string): PublicName[] {
  const names = [describe(name, symbol.declarations ?? [])];
  if ((symbol.flags & ts.SymbolFlags.Class) === 0) return names;
  const type = checker.getTypeOfSymbol(symbol);
  const members = [
    ...checker.getPropertiesOfType(type),
    ...checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)),
  ];
  for (const member of members) {
    const own = member.declarations?.filter((declaration) =>
      declaration.getSourceFile().fileName.includes('/src/'),
    );
    if ((member.flags & ts.SymbolFlags.Method) === 0 || own?.length === 0) continue;
    names.push(describe(`${name}.${member.name}`, own ?? []));
  }
  const [constructor] = type.getConstructSignatures().flatMap(({ declaration }) => declaration ?? []);
  if (
    constructor !== undefined &&
    ts.isConstructorDeclaration(constructor) &&
    constructor.parameters.length > 0
  ) {
    names.push(describe(`new ${name}`, [constructor]));
  }
  return names.filter(({ place }) => place !== '');
}

function describe(name: string, declarations: readonly ts.Declaration[]): PublicName {
  const nodes = declarations.filter(
    (node) =>
      !hasTag(node, 'internal') &&
      (ts.getCombinedModifierFlags(node) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0 &&
      !ts.isPrivateIdentifier(ts.getNameOfDeclaration(node) ?? node),
  );
  const [first] = nodes;
  const source = first?.getSourceFile();
  const line = first && source ? source.getLineAndCharacterOfPosition(first.getStart()).line + 1 : 0;
  const tags = nodes.flatMap((node) => ts.getJSDocTags(commented(node)));
  const text = (comment: ts.JSDocTag['comment']) => ts.getTextOfJSDocComment(comment) ?? '';
  return {
    name,
    place: source === undefined ? '' : `${relative(process.cwd(), source.fileName)}:${line}`,
    summary: nodes
      .flatMap((node) => ts.getJSDocCommentsAndTags(commented(node)))
      .filter(ts.isJSDoc)
      .map(({ comment }) => text(comment))
      .join('\n'),
    examples: tags
      .filter((tag) => tag.tagName.text === 'example')
      .map((tag) => /```ts\n([\s\S]*?)```/.exec(text(tag.comment))?.[1] ?? text(tag.comment)),
    parameters: [
      ...new Set(
        nodes.flatMap((node) =>
          ts.isFunctionLike(node) ? node.parameters.map((parameter) => parameter.name.getText()) : [],
        ),
      ),
    ],
    described: tags.filter(ts.isJSDocParameterTag).map((tag) => tag.name.getText()),
  };
}

/** Comments on a constant stand before its statement. */
function commented(node: ts.Node): ts.Node {
  return ts.isVariableDeclaration(node) ? node.parent.parent : node;
}

function hasTag(node: ts.Node, name: string): boolean {
  return ts.getJSDocTags(commented(node)).some((tag) => tag.tagName.text === name);
}
