using System.CommandLine;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>
/// <c>logflow certs</c>: an authority and certificates for a small fleet, as elasticsearch-certutil makes them. The
/// folder is the authority: whoever can read <c>ca.key</c> can pretend to be anybody.
/// </summary>
internal sealed class CertsCommand(TimeProvider time)
{
    private readonly Argument<string> _folder = new("FOLDER") { Description = "Where the authority's files are" };

    private readonly Argument<string> _name = new("NAME")
    {
        Description = "Whose certificate: the common name, by which a client is known, and the file's name",
    };

    private readonly Option<string[]> _hosts = new("--host")
    {
        Description = "A name or an address by which a server is reached; repeatable",
        HelpName = "HOST",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<int> _days = new("--days")
    {
        Description = "How long it is valid",
        HelpName = "N",
        DefaultValueFactory = _ => 825,
    };

    private readonly Option<int> _authorityDays = new("--days")
    {
        Description = "How long it is valid",
        HelpName = "N",
        DefaultValueFactory = _ => 3650,
    };

    /// <summary>The command for the root.</summary>
    public static Command Create(TimeProvider time)
    {
        var certs = new CertsCommand(time);
        var authority = new Command("ca", "Make an authority: ca.pem for all who shall trust it, ca.key to keep")
        {
            certs._folder,
            certs._authorityDays,
        };
        authority.SetAction(parsed => certs.MakeAuthority(parsed));
        var issue = new Command("issue", "Make a certificate, for a server and for a client alike: NAME.pem")
        {
            certs._folder,
            certs._name,
            certs._hosts,
            certs._days,
        };
        issue.SetAction(parsed => certs.Issue(parsed));
        return new Command("certs", "Make certificates for TLS between the parts") { authority, issue };
    }

    private int MakeAuthority(ParseResult parsed)
    {
        var files = new AuthorityFolder(parsed.GetValue(_folder)!);
        var fingerprint = files.Create(time.GetUtcNow(), Days(parsed, _authorityDays));
        var output = parsed.InvocationConfiguration.Output;
        output.WriteLine($"made {files.CertificatePath} and {files.KeyPath} (keep that one to yourself)");
        output.WriteLine($"SHA-256 fingerprint (ssl.ca_trusted_fingerprint): {fingerprint}");
        return 0;
    }

    private int Issue(ParseResult parsed)
    {
        var files = new AuthorityFolder(parsed.GetValue(_folder)!);
        var name = parsed.GetValue(_name)!;
        var hosts = parsed.GetValue(_hosts) ?? [];
        var path = files.Issue(name, hosts, time.GetUtcNow(), Days(parsed, _days));
        var output = parsed.InvocationConfiguration.Output;
        output.WriteLine($"made {path}: key, certificate and authority");
        output.WriteLine(hosts.Length > 0
            ? $"queue.yml: ssl.keystore.type: PEM, ssl.keystore.location: {path}"
            : "it names no host (--host): it serves a client, not a server");
        output.WriteLine($"clients: ssl.certificate_authorities: [{files.CertificatePath}]");
        return 0;
    }

    private static TimeSpan Days(ParseResult parsed, Option<int> option) => parsed.GetValue(option) is > 0 and var days
        ? TimeSpan.FromDays(days)
        : throw new StartupException("--days takes a number of days, 1 or more", exitCode: 2);
}
