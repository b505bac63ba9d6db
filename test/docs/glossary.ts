/** Phrases that native readers stumble on, and what to write instead: the table in CONTRIBUTING.md, as far as text shows it. */

/** Each phrase with its replacement. A phrase is only listed if no good English sentence contains it. */
export const GLOSSARY: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\bunder way\b/, 'in progress'],
  [/(?<=[\p{L}\d`)'"],? )meanwhile\b/u, 'in the meantime'],
  [/\b(?:none|one|text|those|errors?|keys?|headers?) of ours\b/, 'our'],
  [/\ba (?:key|storage|driver|function|text|server|request|cryptogram) of (?:yours|theirs)\b/, 'your, their'],
  [/\ba caller's own\b|\bof the caller's(?! \w)/, "the caller's"],
  [/\bminds? no\b/, 'ignores'],
  [/\bwithout leave\b/, 'without permission'],
  [/\btwice is fine\b/i, 'calling it again has no effect'],
  [/\bwhatever comes\b/, 'anything else'],
  [/\bsee to the (?:disk|network|server)\b/, 'check the'],
  [/\bwhat (?:is|are) (?:no|none|neither)\b/i, "anything that isn't"],
  [/\b(?:headers|names|options|descriptors|parameters|bytes) that are none\b/, 'invalid'],
  [/\bfor want of\b/, 'because there is no'],
  [/\bnobody's(?! (?:fault|own)\b)/, 'say the fact'],
  [/\bnothing but its import\b/, 'after changing only the'],
  [/\b(?:made|sealed|wrapped|opened|encrypted|written|begins?|begun) anew\b/, 'again'],
  [/\b(?:come|comes|came|coming) to be\b/, 'is created, exists'],
  [/\b(?:can't|cannot|could not|not to) be had\b/, 'is not available'],
  [/\bwhere there (?:is|are) none\b/, 'if there is none'],
  [/\b(?:told|known) by its (?:silence|beat)\b/, 'noticed because'],
  [/\bis the (?:holder|caller)'s, who\b/, 'the caller must'],
  [/\bthe (?:caller|holder) wipes (?:it|them|its|both|the)\b(?! at once)/, 'the caller must wipe'],
  // A relative "Who" or "Whoever" as the subject: "Who holds it wipes it."
  [
    /(?:^|[.:;] )Who(?:ever)? (?:holds?|reads?|asks?|has|wants?|may|owns?|can|takes?|calls?|gives?|waits?|needs?|knows|comes|makes?|uses?|opens?|writes?|removes?)\b(?![^.]*\?)(?! import whom)/,
    'a noun: "The holder must wipe it."',
  ],
];

/** The breaches in a text whose paragraphs are lines. */
export function breaches(text: string): string[] {
  return GLOSSARY.flatMap(([phrase, instead]) =>
    [...text.matchAll(new RegExp(phrase.source, `${phrase.flags}gm`))].map(
      ({ 0: found, index }) =>
        `"${found.trim()}" in "…${text.slice(Math.max(0, index - 40), index + 40).replaceAll('\n', ' ')}…": ${instead}`,
    ),
  );
}

/** The comments of a source file, each block or group of lines as one line. */
export function comments(source: string): string {
  return source
    .split('\n')
    .map((line) => /(?:^|\s)(?:\/\/|\/?\*\*?)(?= |$)(.*?)(?:\*\/)?$/.exec(line)?.[1]?.trim() ?? '\n')
    .join(' ');
}

/** The strings of a source file, one on each line. */
export const strings = (source: string): string =>
  source
    .replace(/^\s*(?:\/\/|\/?\*).*$/gm, '')
    .match(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g)
    ?.join('\n') ?? '';
