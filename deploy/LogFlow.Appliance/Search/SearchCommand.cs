using System.CommandLine;
using System.Text;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary><c>logflow search</c>: the newest hits of a query, in the embedded store or any Elasticsearch.</summary>
internal sealed class SearchCommand
{
    private readonly Argument<string[]> _query = new("query")
    {
        Description = "words, \"phrases\", field:value, field:>=500, [a TO b], wildcards, AND OR NOT, parentheses",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _since = new("--since")
    {
        Description = "Oldest time: how long ago (15m, 1h, 7d), or a date and time",
        HelpName = "TIME",
    };

    private readonly Option<string?> _until = new("--until")
    {
        Description = "Newest time, written as --since",
        HelpName = "TIME",
    };

    private readonly Option<int> _limit = new("--limit", "-n")
    {
        Description = "Hits to show",
        HelpName = "N",
        DefaultValueFactory = _ => 20,
    };

    private readonly Option<string?> _fields = new("--fields")
    {
        Description = "Fields to show instead of the message, separated by commas",
        HelpName = "a,b",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print documents as JSON lines" };

    private readonly Option<bool> _count = new("--count") { Description = "Print only the number of hits" };

    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on with what arrives" };

    private readonly ServerOptions _server = new("The store or Elasticsearch to ask");

    private readonly Option<string> _index = new("--index")
    {
        Description = "Index expression",
        HelpName = "NAME",
        DefaultValueFactory = _ => "logs-*",
    };

    private readonly ToolOptions _tools;

    private SearchCommand(ToolOptions tools) => _tools = tools;

    /// <summary>The command for the root.</summary>
    public static Command Create(ToolOptions tools)
    {
        var search = new SearchCommand(tools);
        var command = new Command("search", "Search the logs, newest first")
        {
            search._query, search._since, search._until, search._limit, search._fields, search._json, search._count,
            search._follow, search._index,
        };
        search._server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => search.RunAsync(parsed, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var interrupt = new Interrupt();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, interrupt.Token);
        var isColoured = !Console.IsOutputRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var options = await ReadAsync(parsed, stop.Token);
        await using var stream = StandardOutput.Open();
        var output = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true)
        {
            NewLine = Environment.NewLine,
        };
        var runner = new SearchRunner(options, output, Console.Error, isColoured, TimeProvider.System);
        try
        {
            await runner.RunAsync(stop.Token);
            await output.FlushAsync(CancellationToken.None);
        }
        catch (IOException error) when (StandardOutput.IsClosedPipe(error))
        {
            // Whoever read us (| head) has seen enough.
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 1;
        }

        return 0;
    }

    private async Task<SearchOptions> ReadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var limit = parsed.GetValue(_limit);
        if (limit < 0)
        {
            throw new StartupException($"--limit takes 0 or more, not {limit}", exitCode: 2);
        }

        var (url, access) = await _server.ReadAsync(parsed, _tools.OpenInput, cancellationToken);
        return new SearchOptions
        {
            Query = string.Join(' ', parsed.GetValue(_query) ?? []),
            Url = url,
            Access = access,
            Index = parsed.GetValue(_index)!,
            Since = ReadTime(parsed, _since),
            Until = ReadTime(parsed, _until),
            Limit = limit,
            Fields = parsed.GetValue(_fields)?.Split(
                ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
            IsJson = parsed.GetValue(_json),
            IsCount = parsed.GetValue(_count),
            IsFollow = parsed.GetValue(_follow),
        };
    }

    /// <summary>An address with or without its scheme.</summary>
    /// <exception cref="StartupException">It is none.</exception>
    public static Uri ParseUrl(string text)
    {
        var withScheme = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        return Uri.TryCreate(withScheme, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new StartupException($"--url takes an address such as http://127.0.0.1:9200, not '{text}'", 2);
    }

    private static DateTimeOffset? ReadTime(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return null;
        }

        return TimeBound.TryParse(text, TimeProvider.System.GetUtcNow(), out var time)
            ? time
            : throw new StartupException(
                $"{option.Name} takes a time such as 15m, 1h, 7d or 2026-01-31T12:00:00Z, not '{text}'", 2);
    }
}
