namespace LogFlow.Platform;

/// <summary>A certificate and its private key as PEM texts. The key is secret.</summary>
/// <param name="CertificatePem">The certificate.</param>
/// <param name="KeyPem">Its private key, PKCS#8, not encrypted.</param>
public sealed record IssuedCertificate(string CertificatePem, string KeyPem);
