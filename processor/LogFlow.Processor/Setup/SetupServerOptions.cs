using System.CommandLine;
using LogFlow.Hosting;
using LogFlow.Processor.Elasticsearch;

namespace LogFlow.Processor;

/// <summary>
/// The options that name a server in place of the pipeline's. Passwords and API keys come from files or standard input:
/// everybody on the machine can read a command line.
/// </summary>
internal sealed class SetupServerOptions
{
    private readonly Option<string[]> _hosts = new("--hosts")
    {
        Description = "The server's address (default: those of the pipeline's outputs); repeatable for its nodes",
        HelpName = "URL",
    };

    private readonly Option<string?> _user = new("--user")
    {
        Description = "User to log in as at --hosts; the password comes from --password-file, or is asked for",
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

    private Option[] All => [_hosts, _user, _passwordFile, _keyFile, _authorities];

    /// <summary>Adds them to the command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    /// <summary>The server that is named; null: none is.</summary>
    /// <exception cref="StartupException">An option is wrong, or a file cannot be read.</exception>
    public async Task<ElasticsearchOptions?> ReadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (user, passwordFile) = (parsed.GetValue(_user), parsed.GetValue(_passwordFile));
        if (parsed.GetValue(_hosts) is not { Length: > 0 } hosts)
        {
            var stray = All.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
            return stray is null
                ? null
                : throw new StartupException(
                    $"setup: {stray.Name} is for the server of --hosts; the pipeline's outputs have their own",
                    exitCode: 2);
        }

        var keyFile = parsed.GetValue(_keyFile);
        if ((user ?? passwordFile) is not null && keyFile is not null)
        {
            throw new StartupException("setup: give either --user or --api-key-file", exitCode: 2);
        }

        if (passwordFile is not null && user is null)
        {
            throw new StartupException("setup: --password-file needs --user", exitCode: 2);
        }

        return new ElasticsearchOptions
        {
            Hosts = [.. hosts.Select(ParseHost)],
            User = user,
            Password = user is null ? null : await ReadAsync(passwordFile),
            ApiKey = keyFile is null ? null : await ReadAsync(keyFile),
            CertificateAuthorities = ReadAuthorities(parsed),
        };

        Task<string> ReadAsync(string? file) => PasswordInput.ReadAsync(
            Console.OpenStandardInput, file, parsed.InvocationConfiguration.Error, cancellationToken);
    }

    private string[] ReadAuthorities(ParseResult parsed)
    {
        var files = parsed.GetValue(_authorities) ?? [];
        return files.FirstOrDefault(static file => !File.Exists(file)) is { } missing
            ? throw new StartupException($"setup: --ca: there is no file '{missing}'", exitCode: 2)
            : files;
    }

    private static Uri ParseHost(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")
            ? uri
            : throw new StartupException(
                $"setup: --hosts: '{SecretText.HideKnown(text)}' is no URL such as https://elasticsearch:9200",
                exitCode: 2);
}
