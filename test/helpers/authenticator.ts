import type { CDPSession, Page } from 'playwright-core';

/** Options of Chromium's virtual authenticator; see `WebAuthn.VirtualAuthenticatorOptions` of its DevTools protocol. */
export interface VirtualAuthenticatorOptions {
  readonly hasPrf?: boolean;
  readonly hasHmacSecret?: boolean;
  readonly hasUserVerification?: boolean;
  readonly hasResidentKey?: boolean;
  readonly isUserVerified?: boolean;
  readonly transport?: 'internal' | 'usb';
}

/** A virtual authenticator of one tab, and the user in front of it. */
export interface VirtualAuthenticator {
  /** From now on the user is not the right one. The first attempt locks the authenticator for good. */
  readonly refuseUser: () => Promise<void>;
  /** From now on the user touches it, or leaves dialogs open until they time out. */
  readonly touch: (touched: boolean) => Promise<void>;
  /** From now on it says that it did not verify the user. */
  readonly denyVerification: () => Promise<void>;
  /** How many passkeys it has. */
  readonly count: () => Promise<number>;
  /** How often the passkeys that it has were used. */
  readonly uses: () => Promise<number>;
  /** Deletes its passkeys, as a user does in the settings of the device. */
  readonly clear: () => Promise<void>;
  /** Takes it out of the device. */
  readonly remove: () => Promise<void>;
}

/** Gives a tab of Chromium a platform authenticator with PRF, whose user says yes, unless the options say otherwise. */
export async function addAuthenticator(
  page: Page,
  options: VirtualAuthenticatorOptions = {},
): Promise<VirtualAuthenticator> {
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...options,
    },
  });
  const passkeys = async () => {
    const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId });
    return credentials;
  };
  return {
    async refuseUser() {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    },
    async touch(enabled) {
      await session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
    },
    async denyVerification() {
      await session.send('WebAuthn.setResponseOverrideBits', { authenticatorId, isBadUV: true });
    },
    count: async () => (await passkeys()).length,
    uses: async () => (await passkeys()).reduce((sum, { signCount }) => sum + signCount, 0),
    async clear() {
      await session.send('WebAuthn.clearCredentials', { authenticatorId });
    },
    async remove() {
      await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    },
  };
}
