/**
 * What the server knows about the user of an activation.
 *
 * @module
 */

/**
 * The user's postal address (OpenID Connect Core 1.0, section 5.1.1).
 *
 * @example
 * ```ts
 * const { street, locality }: PowerAuthUserAddress = (await powerAuth.fetchUserInfo())?.userAddress ?? {};
 * ```
 */
export interface PowerAuthUserAddress {
  /** The whole address, perhaps in several lines. Claim `formatted`. */
  readonly formatted?: string | undefined;
  /** Street and number. Claim `street_address`. */
  readonly street?: string | undefined;
  /** City. Claim `locality`. */
  readonly locality?: string | undefined;
  /** State, province or region. Claim `region`. */
  readonly region?: string | undefined;
  /** Claim `postal_code`. */
  readonly postalCode?: string | undefined;
  /** Claim `country`. */
  readonly country?: string | undefined;
  /** The claims as the server sent them. */
  readonly allClaims?: Readonly<Record<string, unknown>>;
}

/**
 * Claims about the user (OpenID Connect Core 1.0, section 5.1). The claims are the object's own members, by their own
 * names, and all that JSON and copies contain; members with the React Native SDK's names can be read beside them. A
 * claim of another type than the standard's is undefined there.
 *
 * @example
 * ```ts
 * const user: PowerAuthUserInfo | undefined = await powerAuth.fetchUserInfo();
 * show(user?.givenName);
 * show(user?.allClaims?.['department']);
 * ```
 */
export interface PowerAuthUserInfo {
  /** Identifier of the user. Claim `sub`. */
  readonly subject?: string | undefined;
  /** Full name. */
  readonly name?: string | undefined;
  /** Claim `given_name`. */
  readonly givenName?: string | undefined;
  /** Claim `family_name`. */
  readonly familyName?: string | undefined;
  /** Claim `middle_name`. */
  readonly middleName?: string | undefined;
  /** Casual name. */
  readonly nickname?: string | undefined;
  /** The name by which the user wants to be addressed here. Claim `preferred_username`. */
  readonly preferredUsername?: string | undefined;
  /** Claim `profile`. */
  readonly profileUrl?: string | undefined;
  /** Claim `picture`. */
  readonly pictureUrl?: string | undefined;
  /** Claim `website`. */
  readonly websiteUrl?: string | undefined;
  /** E-mail address. */
  readonly email?: string | undefined;
  /** Whether the address is verified; false without the claim `email_verified`. */
  readonly isEmailVerified?: boolean;
  /** Claim `phone_number`. */
  readonly phoneNumber?: string | undefined;
  /** Whether the number is verified; false without the claim `phone_number_verified`. */
  readonly isPhoneNumberVerified?: boolean;
  /** Gender. */
  readonly gender?: string | undefined;
  /** `YYYY-MM-DD`. */
  readonly birthdate?: string | undefined;
  /** Time zone, such as `Europe/Prague`. Claim `zoneinfo`. */
  readonly zoneInfo?: string | undefined;
  /** Language, such as `cs-CZ`. */
  readonly locale?: string | undefined;
  /** Claim `address`. */
  readonly userAddress?: PowerAuthUserAddress | undefined;
  /** When the claims changed last, s since 1970. Claim `updated_at`. */
  readonly updatedAt?: number | undefined;
  /** The claims as the server sent them. */
  readonly allClaims?: Readonly<Record<string, unknown>>;
  /** Any claim by its own name. */
  readonly [claim: string]: unknown;
}

type Claims = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The names of the React Native SDK, as getters. A claim of such a name is only among `allClaims`. */
const NAMES: Readonly<Record<string, (claims: Claims) => unknown>> = {
  subject: ({ sub }) => text(sub),
  name: ({ name }) => text(name),
  givenName: ({ given_name: it }) => text(it),
  familyName: ({ family_name: it }) => text(it),
  middleName: ({ middle_name: it }) => text(it),
  nickname: ({ nickname }) => text(nickname),
  preferredUsername: ({ preferred_username: it }) => text(it),
  profileUrl: ({ profile }) => text(profile),
  pictureUrl: ({ picture }) => text(picture),
  websiteUrl: ({ website }) => text(website),
  email: ({ email }) => text(email),
  isEmailVerified: ({ email_verified: it }) => it === true,
  phoneNumber: ({ phone_number: it }) => text(it),
  isPhoneNumberVerified: ({ phone_number_verified: it }) => it === true,
  gender: ({ gender }) => text(gender),
  birthdate: ({ birthdate }) => text(birthdate),
  zoneInfo: ({ zoneinfo }) => text(zoneinfo),
  locale: ({ locale }) => text(locale),
  userAddress: ({ address }) => userAddress(address),
  updatedAt: ({ updated_at: it }) => (typeof it === 'number' ? it : undefined),
  allClaims: (claims) => claims,
};

function userAddress(address: unknown): PowerAuthUserAddress | undefined {
  if (typeof address !== 'object' || address === null) return undefined;
  const claims = address as Claims;
  return {
    formatted: text(claims['formatted']),
    street: text(claims['street_address']),
    locality: text(claims['locality']),
    region: text(claims['region']),
    postalCode: text(claims['postal_code']),
    country: text(claims['country']),
    allClaims: claims,
  };
}

/**
 * From the claims that a server sent.
 *
 * @internal
 */
export function userInfoOf(claims: Claims): PowerAuthUserInfo {
  const names: PropertyDescriptorMap = {};
  for (const [name, read] of Object.entries(NAMES)) names[name] = { get: () => read(claims) };
  const info = Object.create(Object.create(Object.prototype, names) as object) as PowerAuthUserInfo;
  for (const [name, value] of Object.entries(claims)) {
    const isOfStandard = Object.hasOwn(NAMES, name) && NAMES[name]?.(claims) !== value;
    // Defined, because assigning `__proto__` would do something else.
    if (!isOfStandard) Object.defineProperty(info, name, { value, enumerable: true });
  }
  return info;
}
