/**
 * `--tls`: a certificate authority for this machine alone and a server certificate by it, made once in DATA_DIR/tls and
 * made again before they expire or when the machine's names change.
 */
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import { isIP } from "node:net";
import path from "node:path";
import * as x509 from "@peculiar/x509";
import type { Certificate } from "./port.ts";

export type LocalCertificate = Certificate & {
  /** The file that a browser or system has to trust. */
  readonly caFile: string;
  readonly names: readonly string[];
  readonly fresh: boolean;
};

const DAY_MS = 24 * 3_600_000;
const CA_DAYS = 3_650;
/** Apple's systems refuse server certificates that last longer than 825 days, browsers longer than 398. */
const SERVER_DAYS = 397;
/** Renewed when less than this is left. */
const RENEW_DAYS = 30;
const PRIVATE_MODE = 0o600;

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

type Pair = { readonly certificate: x509.X509Certificate; readonly keys: webcrypto.CryptoKeyPair };

/** Everything that this machine may be opened by in a browser. */
export const machineNames = (): readonly string[] => {
  const host = hostname().toLowerCase();
  const addresses = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? [])
      .filter((one) => !one.internal && !one.address.startsWith("fe80"))
      .map((one) => one.address),
  );
  const names = ["localhost", host, `${host.replace(/\.local$/u, "")}.local`];
  return [...new Set([...names, "127.0.0.1", "::1", ...addresses])].sort();
};

const serialNumber = (): string =>
  Buffer.from(webcrypto.getRandomValues(new Uint8Array(16))).toString("hex");

const makeAuthority = async (now: Date): Promise<Pair> => {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=Prove@Home local authority (${hostname()})`,
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + CA_DAYS * DAY_MS),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
};

const makeServer = async (authority: Pair, names: readonly string[], now: Date): Promise<Pair> => {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: "CN=Prove@Home coordinator",
    issuer: authority.certificate.subject,
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + SERVER_DAYS * DAY_MS),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value }) as const),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
    ],
  });
  return { certificate, keys };
};

const privatePem = async (keys: webcrypto.CryptoKeyPair): Promise<string> => {
  const bytes = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return `${x509.PemConverter.encode(bytes, "PRIVATE KEY")}\n`;
};

type Files = Readonly<Record<"caCert" | "caKey" | "cert" | "key", string>>;

const filesIn = (folder: string): Files => ({
  caCert: path.join(folder, "ca.crt"),
  caKey: path.join(folder, "ca.key"),
  cert: path.join(folder, "server.crt"),
  key: path.join(folder, "server.key"),
});

const readPair = async (certFile: string, keyFile: string): Promise<Pair | undefined> => {
  try {
    const certificate = new x509.X509Certificate(await readFile(certFile, "utf8"));
    const [pkcs8] = x509.PemConverter.decode(await readFile(keyFile, "utf8"));
    if (pkcs8 === undefined) return undefined;
    const privateKey = await webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]);
    const spki = certificate.publicKey.rawData;
    const publicKey = await webcrypto.subtle.importKey("spki", spki, algorithm, true, ["verify"]);
    return { certificate, keys: { privateKey, publicKey } };
  } catch {
    // Missing or damaged: a new pair takes its place.
    return undefined;
  }
};

const writePair = async (certFile: string, keyFile: string, pair: Pair): Promise<void> => {
  await writeFile(keyFile, await privatePem(pair.keys), { mode: PRIVATE_MODE });
  await writeFile(certFile, `${pair.certificate.toString("pem")}\n`);
};

const lasts = (certificate: x509.X509Certificate, now: Date): boolean =>
  certificate.notAfter.getTime() - now.getTime() > RENEW_DAYS * DAY_MS;

const namesOf = (certificate: x509.X509Certificate): readonly string[] => {
  const extension = certificate.getExtension(x509.SubjectAlternativeNameExtension);
  return extension?.names.items.map((name) => name.value) ?? [];
};

const covers = (certificate: x509.X509Certificate, names: readonly string[]): boolean => {
  const covered = new Set(namesOf(certificate));
  return names.every((name) => covered.has(name));
};

/** The certificate to serve with; made or renewed as needed. `now` is the wall clock. */
export const ensureLocalCertificate = async (
  folder: string,
  names: readonly string[],
  now: Date,
): Promise<LocalCertificate> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = filesIn(folder);
  const keptAuthority = await readPair(files.caCert, files.caKey);
  const authorityLasts = keptAuthority !== undefined && lasts(keptAuthority.certificate, now);
  const authority = authorityLasts ? keptAuthority : await makeAuthority(now);
  if (!authorityLasts) await writePair(files.caCert, files.caKey, authority);
  const kept = authorityLasts ? await readPair(files.cert, files.key) : undefined;
  const good =
    kept !== undefined && lasts(kept.certificate, now) && covers(kept.certificate, names);
  const server = good ? kept : await makeServer(authority, names, now);
  if (!good) await writePair(files.cert, files.key, server);
  return {
    key: await privatePem(server.keys),
    cert: `${server.certificate.toString("pem")}\n`,
    caFile: files.caCert,
    names,
    fresh: !authorityLasts,
  };
};

/** How to have a browser believe it, one line per system. */
export const trustAdvice = (caFile: string): readonly string[] => [
  `To have browsers trust this coordinator, trust its authority once: ${caFile}`,
  `  Linux   sudo cp ${caFile} /usr/local/share/ca-certificates/prove-at-home.crt && sudo update-ca-certificates`,
  `          Chromium, own store: certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n prove-at-home -i ${caFile}`,
  `  macOS   sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${caFile}`,
  `  Windows certutil -addstore -f Root ${caFile}   (as administrator)`,
  "  Firefox Settings > Privacy & Security > Certificates > View Certificates > Authorities > Import",
  "  Phones  send the file to the phone, open it, and trust it in the settings for certificates",
];
