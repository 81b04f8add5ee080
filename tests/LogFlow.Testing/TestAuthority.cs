using LogFlow.Platform;

namespace LogFlow.Testing;

/// <summary>An authority of the test's own, and files with what it issued, in a folder of the test's own.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly CertificateAuthority _authority;

    /// <summary>Makes one, valid since a year ago: what it issued may have expired.</summary>
    public TestAuthority(string name = "LogFlow test CA")
    {
        _authority = CertificateAuthority.Create(name, Now.AddYears(-1), TimeSpan.FromDays(3650));
        File.WriteAllText(CaFile, _authority.CertificatePem);
    }

    /// <summary>The authority's certificate.</summary>
    public string CaFile => _folder.File("ca.crt");

    /// <summary>The authority's certificate as text.</summary>
    public string CaPem => _authority.CertificatePem;

    /// <summary>SHA-256 of it, hexadecimal.</summary>
    public string Fingerprint => _authority.Fingerprint;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Writes a certificate and its key; the same name again replaces them.</summary>
    public (string Certificate, string Key) Issue(string name, params string[] hosts) =>
        Write(name, _authority.Issue(name, hosts, Now, Now.AddDays(30)));

    /// <summary>Writes one whose time is over.</summary>
    public (string Certificate, string Key) IssueExpired(string name, params string[] hosts) =>
        Write(name, _authority.Issue(name, hosts, Now.AddDays(-30), Now.AddDays(-1)));

    /// <summary>A path in the same folder.</summary>
    public string PathOf(string name) => _folder.File(name);

    /// <inheritdoc/>
    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private (string Certificate, string Key) Write(string name, IssuedCertificate issued)
    {
        var files = (Certificate: _folder.File(name + ".crt"), Key: _folder.File(name + ".key"));
        File.WriteAllText(files.Certificate, issued.CertificatePem);
        File.WriteAllText(files.Key, issued.KeyPem);
        return files;
    }
}
