using System.CommandLine;
using LogFlow.Hosting;
using LogFlow.Kafka.Client;

namespace LogFlow.Appliance;

/// <summary><c>logflow consume</c>: prints records, as kcat -C and kafka-console-consumer do it.</summary>
internal sealed class ConsumeCommand
{
    private const string ReadCommitted = "read_committed";
    private const string ReadUncommitted = "read_uncommitted";

    private static readonly TimeSpan FinishTimeout = TimeSpan.FromSeconds(10);

    private readonly Argument<string> _topic = new("TOPIC") { Description = "The topic to read" };

    private readonly Option<string> _from = new("--from", "-o")
    {
        Description = "Where to begin: beginning, end, an offset, -N for the last N of each partition, or a time "
            + "(1h: an hour ago). With --group only where the group has committed nothing",
        HelpName = "beginning|end|OFFSET|-N|TIME",
        DefaultValueFactory = _ => "beginning",
    };

    private readonly Option<long?> _count = new("--count", "-c") { Description = "Records to print", HelpName = "N" };

    private readonly Option<bool> _exit = new("--exit", "-e")
    {
        Description = "Stop at the end as it is at the start (default: go on with what arrives)",
    };

    private readonly Option<int?> _partition = new("--partition", "-p")
    {
        Description = "The partition to read (default: all)",
        HelpName = "N",
    };

    private readonly Option<string?> _group = new("--group", "-G")
    {
        Description = "Read as a member of this group, and commit what is printed",
        HelpName = "GROUP",
    };

    private readonly Option<string?> _format = new("--format", "-f")
    {
        Description = @"How to print a record (default: %s\n): %t topic, %p partition, %o offset, %k key, %s value, "
            + @"%T timestamp, %h headers, %K %S lengths, %%, \n \t",
        HelpName = "FORMAT",
    };

    private readonly Option<bool> _json = new("--json", "-J") { Description = "Print a JSON object for each record" };

    private readonly Option<string> _isolation = new("--isolation")
    {
        Description = "read_committed leaves out transactions that are open or aborted",
        HelpName = $"{ReadUncommitted}|{ReadCommitted}",
        DefaultValueFactory = _ => ReadUncommitted,
    };

    /// <summary>The command for the root.</summary>
    public static Command Create(ToolOptions options)
    {
        var consume = new ConsumeCommand();
        consume._topic.CompletionSources.Add(context => BrokerNames.Topics(context, options));
        consume._group.CompletionSources.Add(context => BrokerNames.Groups(context, options));
        consume._from.CompletionSources.Add("beginning", "end");
        consume._isolation.AcceptOnlyFromAmong(ReadUncommitted, ReadCommitted);
        var command = new Command("consume", "Print the records of a topic")
        {
            consume._topic, consume._from, consume._count, consume._exit, consume._partition, consume._group,
            consume._format, consume._json, consume._isolation,
        };
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var work = consume.Read(parsed);
            var writer = consume.ReadWriter(parsed);
            return ToolSession.StreamAsync(
                parsed,
                options,
                (session, stop) => RunAsync(session, work, writer, options.OpenOutput, stop),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        ToolSession session,
        ConsumeOptions options,
        IRecordWriter writer,
        Func<Stream> openOutput,
        CancellationToken cancellationToken)
    {
        var topic = await Topics.GetAsync(session, options.Topic, cancellationToken);
        Topics.ThrowIfNoSuchPartition(topic, options.Partition);

        await using var output = openOutput();
        await using IRecordSource source = options.Group is null
            ? await PartitionSource.StartAsync(session, options, topic, cancellationToken)
            : await GroupSource.StartAsync(session, options, topic, cancellationToken);
        try
        {
            await new RecordPrinter(source, writer, output, options.Count).RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how following ends.
        }

        using var limit = new CancellationTokenSource(FinishTimeout);
        await source.FinishAsync(limit.Token);
        return 0;
    }

    private ConsumeOptions Read(ParseResult parsed)
    {
        var options = new ConsumeOptions
        {
            Topic = parsed.GetValue(_topic)!,
            Partition = parsed.GetValue(_partition),
            Group = parsed.GetValue(_group),
            From = StartPosition.Parse(parsed.GetValue(_from)!, TimeProvider.System.GetUtcNow()),
            Count = parsed.GetValue(_count),
            IsExit = parsed.GetValue(_exit),
            IsolationLevel = parsed.GetValue(_isolation) == ReadCommitted
                ? IsolationLevel.ReadCommitted
                : IsolationLevel.ReadUncommitted,
        };
        if (options.Partition < 0 || options.Count < 1)
        {
            throw new StartupException("--partition takes a number from 0 on, --count one from 1 on", 2);
        }

        if (options.Group?.Length == 0)
        {
            throw new StartupException("--group takes the name of a group", 2);
        }

        return options is { Group: not null, Partition: not null }
            ? throw new StartupException("give either --group or --partition: a group shares out partitions itself", 2)
            : options;
    }

    private IRecordWriter ReadWriter(ParseResult parsed)
    {
        var format = parsed.GetValue(_format);
        if (!parsed.GetValue(_json))
        {
            return new RecordFormat(format ?? RecordFormat.Default);
        }

        return format is null ? new RecordJson() : throw new StartupException("give either --format or --json", 2);
    }
}
