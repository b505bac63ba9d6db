/** Stands in for `react-native`: the one thing of it that the SDK's tests ask for. */
export const Platform = { OS: process.env.PEER_OS };
