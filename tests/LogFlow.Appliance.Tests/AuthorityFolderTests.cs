using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LogFlow.Hosting;
using LogFlow.Testing;

namespace LogFlow.Appliance.Tests;

public sealed class AuthorityFolderTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    private readonly TempDirectory _directory = new();

    private string Folder => _directory.File("certs");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Issue_OfAServer_IsTrustedThroughTheAuthorityAndNamesItsHosts()
    {
        var files = new AuthorityFolder(Folder);
        var fingerprint = files.Create(Now, Year * 10);
        var path = files.Issue("queue", ["queue.example.com", "10.0.0.1"], Now, Year);

        using var authority = X509CertificateLoader.LoadCertificateFromFile(files.CertificatePath);
        using var issued = X509Certificate2.CreateFromPemFile(path);
        Assert.Equal(
            fingerprint, authority.GetCertHashString(HashAlgorithmName.SHA256),
            ignoreCase: true);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = Now.UtcDateTime;
        Assert.True(chain.Build(issued));
        Assert.True(issued.HasPrivateKey);
        Assert.True(issued.MatchesHostname("queue.example.com"));
        Assert.True(issued.MatchesHostname("10.0.0.1"));
        Assert.False(issued.MatchesHostname("other.example.com"));
    }

    [RequiresFact(Requirement.Linux)]
    public void Keys_AreTheirOwnersAlone()
    {
        var files = new AuthorityFolder(Folder);
        files.Create(Now, Year);
        var path = files.Issue("agent", [], Now, Year);
        foreach (var secret in (string[])[files.KeyPath, path])
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(secret));
        }
    }

    [Fact]
    public void WhatIsThere_IsNotWrittenOver()
    {
        var files = new AuthorityFolder(Folder);
        AssertRefused("logflow certs ca", () => files.Issue("a", [], Now, Year));
        files.Create(Now, Year);
        files.Issue("a", [], Now, Year);
        AssertRefused("is there already", () => files.Create(Now, Year));
        AssertRefused("is there already", () => files.Issue("a", [], Now, Year));
        AssertRefused("no name", () => files.Issue("../a", [], Now, Year));
        AssertRefused("no name", () => files.Issue("ca", [], Now, Year));
    }

    private static void AssertRefused(string reason, Func<object> act) =>
        Assert.Contains(reason, Assert.Throws<StartupException>(act).Message, StringComparison.Ordinal);
}
