package interop;

import io.getlime.security.powerauth.crypto.lib.enums.PowerAuthSignatureTypes;
import io.getlime.security.powerauth.crypto.lib.util.KeyConvertor;
import io.getlime.security.powerauth.lib.cmd.consts.PowerAuthVersion;
import io.getlime.security.powerauth.lib.cmd.logging.ObjectStepLogger;
import io.getlime.security.powerauth.lib.cmd.logging.model.ExtendedActivationStatusBlobInfo;
import io.getlime.security.powerauth.lib.cmd.steps.BaseStep;
import io.getlime.security.powerauth.lib.cmd.steps.ComputeOfflineSignatureStep;
import io.getlime.security.powerauth.lib.cmd.steps.VerifySignatureStep;
import io.getlime.security.powerauth.lib.cmd.steps.VerifyTokenStep;
import io.getlime.security.powerauth.lib.cmd.steps.model.*;
import io.getlime.security.powerauth.lib.cmd.steps.v3.*;
import io.getlime.security.powerauth.rest.api.model.entity.ActivationRecovery;
import io.getlime.security.powerauth.rest.api.model.response.ActivationLayer2Response;
import io.getlime.security.powerauth.http.PowerAuthRequestCanonizationUtils;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.Security;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.json.simple.JSONObject;

/**
 * Goes through an activation's life with the vendor's client, one step for each line on standard input, and answers each
 * with one line: "ok", what came of it; or "failed" and why.
 */
public final class Main {

    private static final PowerAuthVersion VERSION = PowerAuthVersion.V3_3;
    private static final String PASSWORD = "interop password";

    private final String baseUrl;
    private final String applicationKey;
    private final String applicationSecret;
    private final PublicKey masterPublicKey;
    private final String statusFile;
    private final JSONObject status = new JSONObject();

    private Main(String[] configuration) throws Exception {
        baseUrl = configuration[0];
        applicationKey = configuration[1];
        applicationSecret = configuration[2];
        masterPublicKey = new KeyConvertor().convertBytesToPublicKey(Base64.getDecoder().decode(configuration[3]));
        final File file = File.createTempFile("interop", ".json");
        file.deleteOnExit();
        statusFile = file.getAbsolutePath();
    }

    public static void main(String[] args) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        final Main client = new Main(in.readLine().split(" "));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String answer;
            try {
                answer = "ok " + client.step(line.split(" "));
            } catch (Exception | AssertionError e) {
                answer = "failed " + e;
            }
            System.out.println("> " + answer.replace('\n', ' '));
        }
    }

    private String step(String[] words) throws Exception {
        return switch (words[0]) {
            case "activate" -> activate(words[1]);
            case "activate-custom" -> activateCustom(words[1]);
            case "recover" -> recover(words[1], words[2]);
            case "confirm-recovery" -> confirmRecovery(words[1]);
            case "encrypt" -> encrypt(words[1]);
            case "sign-offline" -> signOffline(words[1]);
            case "sign-get" -> signGet(decoded(words[1]));
            case "canonize" -> PowerAuthRequestCanonizationUtils.canonizeGetParameters(decoded(words[1]));
            case "status" -> status();
            case "sign" -> sign(PowerAuthSignatureTypes.getEnumFromString(words[1]), words.length > 2 ? words[2] : PASSWORD);
            case "create-token" -> createToken(PowerAuthSignatureTypes.getEnumFromString(words[1]));
            case "verify-token" -> verifyToken(words[1], words[2]);
            case "remove-token" -> removeToken(words[1]);
            case "unlock-vault" -> unlockVault();
            case "remove-activation" -> removeActivation();
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private <M extends BaseStepModel> M prepared(M model, String uri) {
        model.setUriString(uri);
        model.setVersion(VERSION);
        model.setHeaders(new HashMap<>());
        model.setResultStatusObject(status);
        return model;
    }

    private static ObjectStepLogger run(BaseStep step, BaseStepModel model) throws Exception {
        final ObjectStepLogger logger = new ObjectStepLogger();
        step.execute(logger, model.toMap());
        if (logger.getResult() == null || !logger.getResult().success()) {
            final int code = logger.getResponse() == null ? 0 : logger.getResponse().statusCode();
            throw new IllegalStateException("HTTP " + code + " " + logger.getErrors());
        }
        return logger;
    }

    private static Object found(ObjectStepLogger logger, String key) {
        for (var item : logger.getItems()) {
            if (item.object() instanceof Map<?, ?> map && map.get(key) != null) {
                return map.get(key);
            }
        }
        throw new IllegalStateException("The client did not report " + key);
    }

    private String activate(String code) throws Exception {
        final PrepareActivationStepModel model = prepared(new PrepareActivationStepModel(), baseUrl);
        model.setActivationCode(code);
        model.setActivationName("Java");
        model.setPlatform("java");
        model.setDeviceInfo("interop");
        model.setApplicationKey(applicationKey);
        model.setApplicationSecret(applicationSecret);
        model.setMasterPublicKey(masterPublicKey);
        model.setPassword(PASSWORD);
        model.setCustomAttributes(new HashMap<>());
        model.setStatusFileName(statusFile);
        return activationOf(run(new PrepareActivationStep(), model));
    }

    private String activateCustom(String username) throws Exception {
        final CreateActivationStepModel model = prepared(new CreateActivationStepModel(), baseUrl);
        model.setIdentityAttributes(Map.of("username", username));
        model.setActivationName("Java");
        model.setPlatform("java");
        model.setDeviceInfo("interop");
        model.setApplicationKey(applicationKey);
        model.setApplicationSecret(applicationSecret);
        model.setMasterPublicKey(masterPublicKey);
        model.setPassword(PASSWORD);
        model.setStatusFileName(statusFile);
        return activationOf(run(new CreateActivationStep(), model));
    }

    private String recover(String recoveryCode, String puk) throws Exception {
        final ActivationRecoveryStepModel model = prepared(new ActivationRecoveryStepModel(), baseUrl);
        model.setIdentityAttributes(Map.of("recoveryCode", recoveryCode, "puk", puk));
        model.setActivationName("Java");
        model.setPlatform("java");
        model.setDeviceInfo("interop");
        model.setApplicationKey(applicationKey);
        model.setApplicationSecret(applicationSecret);
        model.setMasterPublicKey(masterPublicKey);
        model.setPassword(PASSWORD);
        model.setStatusFileName(statusFile);
        return activationOf(run(new ActivationRecoveryStep(), model));
    }

    /** Activation id, fingerprint, recovery code and PUK of a new activation. */
    private static String activationOf(ObjectStepLogger logger) {
        for (var item : logger.getItems()) {
            if (item.object() instanceof ActivationLayer2Response response) {
                final ActivationRecovery recovery = response.getActivationRecovery();
                return response.getActivationId() + " " + found(logger, "deviceKeyFingerprint") + " "
                    + recovery.getRecoveryCode() + " " + recovery.getPuk();
            }
        }
        throw new IllegalStateException("The client did not report layer 2");
    }

    private String confirmRecovery(String recoveryCode) throws Exception {
        final ConfirmRecoveryCodeStepModel model = prepared(new ConfirmRecoveryCodeStepModel(), baseUrl);
        model.setApplicationKey(applicationKey);
        model.setApplicationSecret(applicationSecret);
        model.setMasterPublicKey(masterPublicKey);
        model.setPassword(PASSWORD);
        model.setRecoveryCode(recoveryCode);
        model.setStatusFileName(statusFile);
        return String.valueOf(found(run(new ConfirmRecoveryCodeStep(), model), "alreadyConfirmed"));
    }

    private String encrypt(String scope) throws Exception {
        final EncryptStepModel model = prepared(new EncryptStepModel(), baseUrl + "/api/encrypted/" + scope);
        model.setApplicationKey(applicationKey);
        model.setApplicationSecret(applicationSecret);
        model.setMasterPublicKey(masterPublicKey);
        model.setBaseUriString(baseUrl);
        model.setScope(scope);
        model.setData("{\"amount\":\"1 000 K\u010d\"}".getBytes(StandardCharsets.UTF_8));
        run(new EncryptStep(), model);
        return "HTTP 200";
    }

    private String signOffline(String payload) throws Exception {
        final ComputeOfflineSignatureStepModel model = prepared(new ComputeOfflineSignatureStepModel(), baseUrl);
        model.setQrCodeData(decoded(payload));
        model.setPassword(PASSWORD);
        model.setStatusFileName(statusFile);
        final ObjectStepLogger logger = new ObjectStepLogger();
        new ComputeOfflineSignatureStep().execute(logger, model.toMap());
        return String.valueOf(found(logger, "offlineSignature"));
    }

    private String status() throws Exception {
        final GetStatusStepModel model = prepared(new GetStatusStepModel(), baseUrl);
        final ObjectStepLogger logger = run(new GetStatusStep(), model);
        return ((ExtendedActivationStatusBlobInfo) found(logger, "statusBlob")).getActivationStatusName();
    }

    private String sign(PowerAuthSignatureTypes type, String password) throws Exception {
        final VerifySignatureStepModel model = prepared(new VerifySignatureStepModel(), baseUrl + "/api/possession/signature");
        model.setApplicationKey(applicationKey);
        model.setApplicationSecret(applicationSecret);
        model.setData("{\"amount\":\"1 000 K\u010d\"}".getBytes(StandardCharsets.UTF_8));
        model.setHttpMethod("POST");
        model.setResourceId("/api/possession/signature");
        model.setSignatureType(type);
        model.setPassword(password);
        model.setStatusFileName(statusFile);
        run(new VerifySignatureStep(), model);
        return "HTTP 200";
    }

    private String signGet(String query) throws Exception {
        final VerifySignatureStepModel model = prepared(new VerifySignatureStepModel(), baseUrl + "/api/possession/signature?" + query);
        model.setApplicationKey(applicationKey);
        model.setApplicationSecret(applicationSecret);
        model.setHttpMethod("GET");
        model.setResourceId("/api/possession/signature");
        model.setSignatureType(PowerAuthSignatureTypes.POSSESSION);
        model.setPassword(PASSWORD);
        model.setStatusFileName(statusFile);
        run(new VerifySignatureStep(), model);
        return "HTTP 200";
    }

    private String createToken(PowerAuthSignatureTypes type) throws Exception {
        final CreateTokenStepModel model = prepared(new CreateTokenStepModel(), baseUrl);
        model.setApplicationKey(applicationKey);
        model.setApplicationSecret(applicationSecret);
        model.setMasterPublicKey(masterPublicKey);
        model.setPassword(PASSWORD);
        model.setSignatureType(type);
        model.setStatusFileName(statusFile);
        final ObjectStepLogger logger = run(new CreateTokenStep(), model);
        return found(logger, "tokenId") + " " + found(logger, "tokenSecret");
    }

    private String verifyToken(String id, String secret) throws Exception {
        final VerifyTokenStepModel model = prepared(new VerifyTokenStepModel(), baseUrl + "/api/possession/token");
        model.setTokenId(id);
        model.setTokenSecret(secret);
        model.setHttpMethod("POST");
        model.setData(new byte[0]);
        run(new VerifyTokenStep(), model);
        return "HTTP 200";
    }

    private String removeToken(String id) throws Exception {
        final RemoveTokenStepModel model = prepared(new RemoveTokenStepModel(), baseUrl);
        model.setTokenId(id);
        model.setApplicationKey(applicationKey);
        model.setApplicationSecret(applicationSecret);
        model.setMasterPublicKey(masterPublicKey);
        model.setPassword(PASSWORD);
        model.setSignatureType(PowerAuthSignatureTypes.POSSESSION);
        model.setStatusFileName(statusFile);
        run(new RemoveTokenStep(), model);
        return "HTTP 200";
    }

    private String unlockVault() throws Exception {
        final VaultUnlockStepModel model = prepared(new VaultUnlockStepModel(), baseUrl);
        model.setApplicationKey(applicationKey);
        model.setApplicationSecret(applicationSecret);
        model.setPassword(PASSWORD);
        model.setReason("FETCH_ENCRYPTION_KEY");
        model.setSignatureType(PowerAuthSignatureTypes.POSSESSION_KNOWLEDGE);
        model.setStatusFileName(statusFile);
        run(new VaultUnlockStep(), model);
        return "HTTP 200";
    }

    private String removeActivation() throws Exception {
        final RemoveStepModel model = prepared(new RemoveStepModel(), baseUrl);
        model.setApplicationKey(applicationKey);
        model.setApplicationSecret(applicationSecret);
        model.setPassword(PASSWORD);
        model.setStatusFileName(statusFile);
        run(new RemoveStep(), model);
        return "HTTP 200";
    }
}
