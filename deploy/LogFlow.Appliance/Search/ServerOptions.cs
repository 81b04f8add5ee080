using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using LogFlow.Hosting;
using LogFlow.Platform;

namespace LogFlow.Appliance;

/// <summary>
/// The options by which tools reach a store or an Elasticsearch. Passwords and API keys come from files or standard
/// input: everybody on the machine can read a command line.
/// </summary>
internal sealed class ServerOptions(string about)
{
    private readonly Option<string?> _url = new("--url")
    {
        Description = $"{about} (default: the store of the running 'logflow up')",
        HelpName = "URL",
    };

    private readonly Option<string?> _user = new("--user")
    {
        Description = "User to log in as; the password comes from --password-file, or is asked for",
        HelpName = "NAME",
    };

    private readonly Option<string?> _passwordFile = new("--password-file")
    {
        Description = "File whose first line is the password of --user",
        HelpName = "FILE",
    };

    private readonly Option<string?> _keyFile = new("--api-key-file")
    {
        Description = "File whose first line is an API key, as id:key or encoded",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _authorities = new("--ca")
    {
        Description = "PEM file with the authority of the server's certificate; repeatable (default: the system's)",
        HelpName = "FILE",
    };

    private readonly Option<string?> _data = DataFolder.Option();

    /// <summary>Adds them to a command, and to those below it where <paramref name="isRecursive"/>.</summary>
    public void AddTo(Command command, bool isRecursive = false)
    {
        foreach (var option in (Option[])[_url, _user, _passwordFile, _keyFile, _authorities, _data])
        {
            option.Recursive = isRecursive;
            command.Add(option);
        }
    }

    /// <summary>The server, and how it is spoken to.</summary>
    /// <exception cref="StartupException">An option is wrong, or a file cannot be read.</exception>
    public async Task<(Uri Url, ServerAccess Access)> ReadAsync(
        ParseResult parsed, Func<Stream> openInput, CancellationToken cancellationToken)
    {
        var (url, secret) = parsed.GetValue(_url) is { } text
            ? (SearchCommand.ParseUrl(text), null)
            : StoreAddress.Find(DataFolder.Choose(parsed.GetValue(_data)));
        return (url, new ServerAccess
        {
            Authorization = await ReadLoginAsync(parsed, openInput, cancellationToken) ?? ReadUserInfo(url),
            Secret = secret,
            Tls = ReadTls(parsed),
        });
    }

    /// <summary>The header of an API key, given as id:key or encoded.</summary>
    public static AuthenticationHeaderValue ApiKey(string key) =>
        new("ApiKey", key.Contains(':', StringComparison.Ordinal) ? Encode(key) : key);

    /// <summary>The header of user:password.</summary>
    public static AuthenticationHeaderValue Basic(string login) => new("Basic", Encode(login));

    private async Task<AuthenticationHeaderValue?> ReadLoginAsync(
        ParseResult parsed, Func<Stream> openInput, CancellationToken cancellationToken)
    {
        var notes = parsed.InvocationConfiguration.Error;
        var user = parsed.GetValue(_user);
        var passwordFile = parsed.GetValue(_passwordFile);
        if (parsed.GetValue(_keyFile) is { } keyFile)
        {
            if (user is not null || passwordFile is not null)
            {
                throw new StartupException("give either --user or --api-key-file", exitCode: 2);
            }

            var key = await PasswordInput.ReadAsync(openInput, keyFile, notes, cancellationToken);
            return ApiKey(key);
        }

        if (user is null)
        {
            return passwordFile is null
                ? null
                : throw new StartupException("--password-file needs --user", exitCode: 2);
        }

        var password = await PasswordInput.ReadAsync(openInput, passwordFile, notes, cancellationToken);
        return Basic($"{user}:{password}");
    }

    private TlsClient? ReadTls(ParseResult parsed) => parsed.GetValue(_authorities) is { Length: > 0 } files
        ? ServerAccess.Trusting(new TlsClientOptions
        {
            CertificateAuthorities = files,
            Names = new TlsKeyNames { Authorities = "--ca" },
        })
        : null;

    private static AuthenticationHeaderValue? ReadUserInfo(Uri url) => url.UserInfo.Length > 0
        ? Basic(Uri.UnescapeDataString(url.UserInfo))
        : null;

    private static string Encode(string login) => Convert.ToBase64String(Encoding.UTF8.GetBytes(login));
}
