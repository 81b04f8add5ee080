using LogFlow.Hosting;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// An input that reads no log files: a receiver that fills a spool, which the outputs' pipelines read like any log.
/// </summary>
internal sealed class ReceivedInput : IAsyncDisposable
{
    /// <summary>A spool has room for this many of the longest lines, whatever is configured.</summary>
    private const int LinesMin = 4;

    private readonly Spool _spool;
    private readonly InputConfig _config;
    private readonly BackgroundWork _work = new();
    private volatile bool _hasEnded;

    private ReceivedInput(InputConfig config, string id, Spool spool, IReceiver receiver)
    {
        _config = config;
        Id = id;
        _spool = spool;
        Receiver = receiver;
    }

    /// <summary>The input's name.</summary>
    public string Id { get; }

    /// <summary>Where its messages come from.</summary>
    public IReceiver Receiver { get; }

    /// <summary>What can fail.</summary>
    public IEnumerable<Task> Completions => [_work.Completion, _spool.Completion];

    /// <summary>What it cannot do at present; null: nothing.</summary>
    public string? Trouble => _spool.Trouble is { } trouble ? $"input {Id} takes nothing more: {trouble}" : null;

    /// <summary>Nothing more can come, and all of it is acknowledged: standard input has ended.</summary>
    public bool IsDone => _hasEnded && _spool.IsDrained();

    /// <summary>Bytes of its spool.</summary>
    public long SpoolBytes => _spool.Bytes;

    /// <summary>Standard input; tests put theirs here.</summary>
    internal static Func<Stream> OpenStandardInput { get; set; } = Console.OpenStandardInput;

    /// <summary>Opens an input's spool and takes its place. From here on its pipelines read the spool.</summary>
    /// <param name="agent">The configuration.</param>
    /// <param name="config">The input.</param>
    /// <param name="data">The agent's data folder.</param>
    /// <param name="counters">Where messages are counted.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">What it says.</param>
    /// <exception cref="StartupException">It cannot take its place.</exception>
    public static ReceivedInput Open(
        AgentConfig agent, InputConfig config, string data, AgentCounters counters, TimeProvider time, ILogger logger)
    {
        var id = InputIds.Of(agent, config);
        var batchBytesMax = agent.Targets().Where(target => agent.InputsOf(target).Contains(config))
            .Select(static target => target.Options.BatchBytesMax)
            .DefaultIfEmpty(1 << 20)
            .Max();
        var place = new SpoolPlace(
            Path.Combine(data, "spool", SpoolNames.Of(id)), config.MessageLengthMax(batchBytesMax));
        var spool = Spool.Open(
            id, place.Folder, Math.Max(config.SpoolBytes.Bytes, LinesMin * (long)place.LineLengthMax), time, logger);
        var context = new ReceiveContext(id, config, spool, place.MessageLengthMax, counters, time, logger);
        IReceiver receiver = config.Transport switch
        {
            "stdin" => new StandardInputReceiver(context, OpenStandardInput()),
            "journald" => new JournalReceiver(context),
            _ when config.IsDatagram => new DatagramReceiver(context),
            _ => new StreamReceiver(context),
        };
        try
        {
            receiver.Open();
        }
        catch
        {
            spool.Close();
            throw;
        }

        config.ReadFrom(place);
        return new ReceivedInput(config, id, spool, receiver);
    }

    /// <summary>Begins to receive.</summary>
    /// <param name="readers">Who reads its spool: one for each output.</param>
    public void Start(IEnumerable<FilestreamInput> readers)
    {
        _spool.Start([.. readers.Where(reader => reader.Config == _config)]);
        _work.Start($"receiving {Id}", ReceiveAsync);
    }

    private async Task ReceiveAsync(CancellationToken stopping)
    {
        await Receiver.RunAsync(stopping);
        _hasEnded = true;
    }

    /// <summary>Receives no more; what it has taken is in the spool.</summary>
    public async Task StopAsync()
    {
        await _work.StopAsync();
        await Receiver.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _work.DisposeAsync();
        await _spool.DisposeAsync();
    }
}
