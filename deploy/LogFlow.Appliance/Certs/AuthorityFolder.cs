using System.Text;
using LogFlow.Hosting;
using LogFlow.Platform;

namespace LogFlow.Appliance;

/// <summary>
/// The files of an authority: <c>ca.pem</c>, <c>ca.key</c> and a <c>NAME.pem</c> for each that it vouches for.
/// </summary>
internal sealed class AuthorityFolder(string folder)
{
    public string CertificatePath { get; } = Path.Combine(folder, "ca.pem");

    public string KeyPath { get; } = Path.Combine(folder, "ca.key");

    /// <summary>Makes the authority and returns its fingerprint.</summary>
    /// <exception cref="StartupException">One is there, or the folder cannot be written.</exception>
    public string Create(DateTimeOffset now, TimeSpan validity)
    {
        RefuseExisting(CertificatePath);
        RefuseExisting(KeyPath);
        using var authority = CertificateAuthority.Create("LogFlow", now, validity);
        Write(KeyPath, authority.KeyPem);
        Write(CertificatePath, authority.CertificatePem, isSecret: false);
        return authority.Fingerprint;
    }

    /// <summary>Makes a certificate and returns the path of its file.</summary>
    /// <exception cref="StartupException">There is no authority, or a certificate of that name.</exception>
    public string Issue(string name, IReadOnlyList<string> hosts, DateTimeOffset now, TimeSpan validity)
    {
        if (name.Length == 0 || name is "ca" or "." or ".." || name.IndexOfAny(['/', '\\', '\0']) >= 0)
        {
            throw new StartupException(
                $"'{name}' is no name for a certificate: it is also the file's name", exitCode: 2);
        }

        var path = Path.Combine(folder, name + ".pem");
        RefuseExisting(path);
        using var authority = Load();
        var issued = authority.Issue(name, hosts, now, now + validity);
        Write(path, issued.KeyPem + issued.CertificatePem + authority.CertificatePem);
        return path;
    }

    private CertificateAuthority Load()
    {
        try
        {
            return CertificateAuthority.Load(File.ReadAllText(CertificatePath), File.ReadAllText(KeyPath));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StartupException($"{folder} holds no authority; make one with: logflow certs ca {folder}");
        }
        catch (Exception error) when (error is TlsException or IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{folder}: {error.Message}");
        }
    }

    private static void RefuseExisting(string path)
    {
        if (File.Exists(path))
        {
            throw new StartupException($"{path} is there already; remove it, or name another folder");
        }
    }

    private void Write(string path, string text, bool isSecret = true)
    {
        try
        {
            PrivateFiles.CreateDirectory(folder);
            DurableFile.Replace(path, Encoding.ASCII.GetBytes(text), isSecret);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{path} cannot be written: {error.Message}");
        }
    }
}
