import io.getlime.security.powerauth.crypto.client.token.ClientTokenGenerator;
import io.getlime.security.powerauth.http.PowerAuthTokenHttpHeader;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import java.util.Base64;
import java.util.HexFormat;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Token headers with the vendor's client class; speaks as ../native/program.h says. */
public final class Headers {

    private static final String VERSION = "3.3";

    private final ClientTokenGenerator generator = new ClientTokenGenerator();
    private final String tokenId;
    private final byte[] secret;

    private Headers(String tokenId, byte[] secret) {
        this.tokenId = tokenId;
        this.secret = secret;
    }

    private String make() throws Exception {
        final byte[] nonce = generator.generateTokenNonce();
        final byte[] timestamp = generator.generateTokenTimestamp();
        final byte[] digest = generator.computeTokenDigest(nonce, timestamp, VERSION, secret);
        final Base64.Encoder base64 = Base64.getEncoder();
        return new PowerAuthTokenHttpHeader(
                        tokenId,
                        base64.encodeToString(digest),
                        base64.encodeToString(nonce),
                        new String(timestamp, StandardCharsets.US_ASCII),
                        VERSION)
                .buildHttpHeader();
    }

    private double time(double seconds) throws Exception {
        final long start = System.nanoTime();
        final long end = start + (long) (seconds * 1e9);
        long made = 0;
        long characters = 0;
        long now;
        do {
            for (int i = 0; i < 1000; i++) {
                characters += make().length();
            }
            made += 1000;
            now = System.nanoTime();
        } while (now < end);
        if (characters < made) {
            throw new IllegalStateException();
        }
        return (double) (now - start) / made;
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        final Headers headers = new Headers(arguments[0], HexFormat.of().parseHex(arguments[1]));
        System.out.println("powerauth-java-crypto 1.9.0, Java " + Runtime.version().feature());
        final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            final String[] words = line.split(" ");
            switch (words[0]) {
                case "sample" -> {
                    for (int left = Integer.parseInt(words[1]); left > 0; left--) {
                        System.out.println(headers.make());
                    }
                }
                case "time" -> System.out.println(headers.time(Double.parseDouble(words[1])));
                default -> throw new IllegalArgumentException(words[0]);
            }
        }
    }
}
