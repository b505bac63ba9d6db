/** Stands in for `react-native-config`: where the servers are. */
import { embedded } from './test-client.mjs';

export const Config = { ENROLLMENT_SERVER_URL: embedded.baseUrl, POWERAUTH_SERVER_AUTOCOMMIT: 'false' };
