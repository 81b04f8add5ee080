using System.CommandLine;
using System.Text;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary><c>logflow tail</c>: lines as they arrive in the store or an Elasticsearch.</summary>
internal sealed class TailCommand
{
    private readonly Argument<string[]> _query = new("query")
    {
        Description = "What is shown, as 'logflow search' takes it (default: all lines)",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<int> _lines = new("--lines", "-n")
    {
        Description = "Lines before those that arrive",
        HelpName = "N",
        DefaultValueFactory = _ => 10,
    };

    private readonly Option<string?> _fields = new("--fields")
    {
        Description = "Fields to show instead of the message, separated by commas",
        HelpName = "a,b",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print documents as JSON lines" };

    private readonly Option<string> _index = new("--index")
    {
        Description = "Index expression",
        HelpName = "NAME",
        DefaultValueFactory = _ => "logs-*",
    };

    private readonly ServerOptions _server = new("The store or Elasticsearch to ask");
    private readonly ToolOptions _tools;

    private TailCommand(ToolOptions tools) => _tools = tools;

    /// <summary>The command for the root.</summary>
    public static Command Create(ToolOptions tools)
    {
        var tail = new TailCommand(tools);
        var command = new Command(
            "tail", "Show lines as they arrive; on a terminal space pauses, / edits the filter, q ends")
        {
            tail._query, tail._lines, tail._fields, tail._json, tail._index,
        };
        tail._server.AddTo(command);
        command.SetAction(tail.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var interrupt = new Interrupt();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, interrupt.Token);
        var options = await ReadAsync(parsed, stop.Token);
        await using var stream = StandardOutput.Open();
        var output = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true)
        {
            NewLine = Environment.NewLine,
        };
        try
        {
            await FollowAsync(options, output, stop.Token);
            await output.FlushAsync(CancellationToken.None);
        }
        catch (IOException error) when (StandardOutput.IsClosedPipe(error))
        {
            // Whoever read us (| head) has seen enough.
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 1;
        }

        return 0;
    }

    /// <summary>Where nobody looks on or no key can be pressed, every line is there, and plain.</summary>
    private static async Task FollowAsync(SearchOptions options, TextWriter output, CancellationToken stop)
    {
        if (Console.IsOutputRedirected || Console.IsInputRedirected)
        {
            await new SearchRunner(options, output, Console.Error, false, TimeProvider.System).RunAsync(stop);
            return;
        }

        var isColoured = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        using var client = new SearchClient(options.Url, options.Access);
        var screen = new TailScreen(output, options, isColoured, static () => Console.WindowWidth);
        await new TailRunner(client, options, screen, new TerminalKeys(), TimeProvider.System).RunAsync(stop);
    }

    private async Task<SearchOptions> ReadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var lines = parsed.GetValue(_lines);
        if (lines is < 0 or > SearchOptions.PageMax)
        {
            throw new StartupException($"--lines takes 0 to {SearchOptions.PageMax}, not {lines}", exitCode: 2);
        }

        var (url, access) = await _server.ReadAsync(parsed, _tools.OpenInput, cancellationToken);
        return new SearchOptions
        {
            Query = string.Join(' ', parsed.GetValue(_query) ?? []),
            Url = url,
            Access = access,
            Index = parsed.GetValue(_index)!,
            Limit = lines,
            Fields = parsed.GetValue(_fields)?.Split(
                ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
            IsJson = parsed.GetValue(_json),
            IsFollow = true,
        };
    }
}
