using System.CommandLine;
using System.Globalization;
using LogFlow.Hosting;
using LogFlow.Kafka.Client;
using Microsoft.Extensions.Logging;

namespace LogFlow.Appliance;

/// <summary>One run of a tool: the broker it talks to, where its answers go, and how it ends.</summary>
internal sealed class ToolSession : IAsyncDisposable
{
    /// <summary>For commands that end by themselves: leaders may have to be waited for, but not for ever.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Whoever follows a topic is to hear soon that it has grown or is gone.</summary>
    private static readonly TimeSpan MetadataMaxAge = TimeSpan.FromSeconds(10);

    private readonly ClientLog _log = new();
    private readonly TimeSpan _patience;

    private ToolSession(
        IReadOnlyList<string> servers, KafkaSecurity security, TimeSpan patience, bool isJson, TextWriter output,
        TextWriter notes)
    {
        _patience = patience;
        IsJson = isJson;
        Output = output;
        Notes = notes;
        Client = new KafkaClient(
            new KafkaClientOptions
            {
                BootstrapServers = servers,
                ClientId = "logflow-tools",
                ConnectTimeout = patience,
                ApiTimeout = patience,
                MetadataMaxAge = MetadataMaxAge,
                Security = security,
            },
            _log);
        Admin = new AdminClient(Client);
    }

    public KafkaClient Client { get; }

    public AdminClient Admin { get; }

    /// <summary>For what else speaks Kafka here.</summary>
    public ILoggerFactory Loggers => _log;

    /// <summary>Whether JSON was asked for.</summary>
    public bool IsJson { get; }

    /// <summary>For the answer.</summary>
    public TextWriter Output { get; }

    /// <summary>For all that is not the answer: standard error.</summary>
    public TextWriter Notes { get; }

    /// <summary>Runs a command that answers and ends.</summary>
    /// <exception cref="StartupException">The broker is not reached, refuses, or does not answer in time.</exception>
    public static Task<int> AnswerAsync(
        ParseResult parsed,
        ToolOptions options,
        Func<ToolSession, CancellationToken, Task<int>> work,
        CancellationToken cancellationToken) =>
        RunAsync(parsed, options, AnswerTimeout, work, cancellationToken);

    /// <summary>Runs a command that reads or writes for as long as it is let.</summary>
    /// <exception cref="StartupException">The broker cannot be reached, or refuses.</exception>
    public static Task<int> StreamAsync(
        ParseResult parsed,
        ToolOptions options,
        Func<ToolSession, CancellationToken, Task<int>> work,
        CancellationToken cancellationToken) =>
        RunAsync(parsed, options, Timeout.InfiniteTimeSpan, work, cancellationToken);

    /// <summary>A session that is no command's: what it has to say goes to <paramref name="notes"/>.</summary>
    /// <exception cref="StartupException">The broker cannot be reached.</exception>
    public static async Task<ToolSession> OpenAsync(
        string server, TextWriter notes, CancellationToken cancellationToken)
    {
        var session = new ToolSession(
            [server], KafkaSecurity.None, ToolOptions.TimeoutDefault, isJson: true, TextWriter.Null, notes);
        try
        {
            await session.ConnectAsync(cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Says on standard error what is no answer.</summary>
    public void Note(string text) => Notes.WriteLine(TerminalText.Clean(text));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Client.DisposeAsync();

    private static async Task<int> RunAsync(
        ParseResult parsed,
        ToolOptions options,
        TimeSpan timeout,
        Func<ToolSession, CancellationToken, Task<int>> work,
        CancellationToken cancellationToken)
    {
        var patience = options.Timeout(parsed);
        timeout = timeout == System.Threading.Timeout.InfiniteTimeSpan || timeout > patience ? timeout : patience;
        using var interrupt = new Interrupt();
        using var limit = new CancellationTokenSource(timeout);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, interrupt.Token, limit.Token);
        await using var session = new ToolSession(
            options.Servers(parsed),
            options.Security(parsed),
            patience,
            options.IsJson(parsed),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error);
        try
        {
            await session.ConnectAsync(stop.Token);
            if (timeout == Timeout.InfiniteTimeSpan)
            {
                session._log.Notes = session.Notes;
            }

            return await work(session, stop.Token);
        }
        catch (KafkaException error)
        {
            throw new StartupException(TerminalText.Clean(error.Message));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            var seconds = timeout.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
            var trouble = session._log.LastTrouble is { } last ? $" ({last})" : "";
            throw new StartupException($"no answer within {seconds} s{trouble}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 1;
        }
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Client.EnsureReachableAsync(cancellationToken);
        }
        catch (KafkaException error) when (error.InnerException is OperationCanceledException)
        {
            // Something listens there, or the network drops what is sent: not the same as nobody.
            throw new StartupException(
                $"{error.Message} (It may be busy: --timeout waits longer than {_patience.TotalSeconds:0.#} s.)");
        }
        catch (KafkaException error)
        {
            throw new StartupException(
                $"{error.Message} (Is 'logflow up' running? --bootstrap-server names another broker.)");
        }
    }
}
