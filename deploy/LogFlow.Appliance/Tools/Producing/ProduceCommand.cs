using System.CommandLine;
using System.Text;
using LogFlow.Hosting;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary><c>logflow produce</c>: lines become records, as kcat -P and kafka-console-producer do it.</summary>
internal sealed class ProduceCommand
{
    private const string StandardInput = "-";

    // A person waits: less than the client's two minutes.
    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(30);

    private readonly Argument<string> _topic = new("TOPIC") { Description = "The topic to produce to" };

    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Files to read lines from (default: standard input, which is also '-')",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _keyDelimiter = new("--key-delimiter", "-K")
    {
        Description = "What separates key and value in a line; a line without it has no key",
        HelpName = "TEXT",
    };

    private readonly Option<int?> _partition = new("--partition", "-p")
    {
        Description = "The partition to produce to (default: by the key; without one, in turns)",
        HelpName = "N",
    };

    private readonly Option<string> _compression = new("--compression", "-z")
    {
        Description = "Compression of the records",
        HelpName = "none|gzip|snappy|lz4|zstd",
        DefaultValueFactory = _ => "none",
    };

    private readonly Option<string[]> _headers = new("--header", "-H")
    {
        Description = "A header of every record; repeatable",
        HelpName = "NAME=VALUE",
    };

    private readonly Option<bool> _tombstones = new("--tombstones")
    {
        Description = "An empty value becomes null: compaction then removes the key",
    };

    /// <summary>The command for the root.</summary>
    public static Command Create(ToolOptions options)
    {
        var produce = new ProduceCommand();
        produce._topic.CompletionSources.Add(context => BrokerNames.Topics(context, options));
        produce._compression.AcceptOnlyFromAmong(
            [.. Enum.GetNames<CompressionType>().Select(static name => name.ToLowerInvariant())]);
        var command = new Command("produce", "Send lines of files or standard input as records to a topic")
        {
            produce._topic, produce._files, produce._keyDelimiter, produce._partition, produce._compression,
            produce._headers, produce._tombstones,
        };
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var work = produce.Read(parsed);
            var inputs = produce.ReadInputs(parsed);
            var compression = Enum.Parse<CompressionType>(parsed.GetValue(produce._compression)!, ignoreCase: true);
            return ToolSession.StreamAsync(
                parsed,
                options,
                (session, stop) => RunAsync(
                    session, work, compression, inputs.Select(name => Open(name, options)), stop),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        ToolSession session,
        ProduceOptions options,
        CompressionType compression,
        IEnumerable<(string Name, Stream Stream)> inputs,
        CancellationToken cancellationToken)
    {
        var topic = await Topics.GetAsync(session, options.Topic, cancellationToken, allowAutoCreate: true);
        Topics.ThrowIfNoSuchPartition(topic, options.Partition);

        await using var producer = new KafkaProducer(
            session.Client,
            new KafkaProducerOptions { Compression = compression, DeliveryTimeout = DeliveryTimeout });
        var lines = new LineProducer(producer, options, session.Notes);
        try
        {
            foreach (var (name, input) in inputs)
            {
                await using var stream = input;
                await lines.ReadAsync(name, stream, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C ends the reading; what was read is delivered.
        }
        finally
        {
            await lines.FinishAsync();
            var refused = lines.RefusedCount == 0 ? "" : $", {Words.Number(lines.RefusedCount)} refused";
            session.Note($"{Words.Count(lines.AcknowledgedCount, "record")} produced to {options.Topic}{refused}");
        }

        return lines.RefusedCount == 0 ? 0 : 1;
    }

    private static (string Name, Stream Stream) Open(string input, ToolOptions options)
    {
        const FileShare shared = FileShare.ReadWrite | FileShare.Delete;
        return input == StandardInput
            ? ("standard input", options.OpenInput())
            : (input, new FileStream(input, FileMode.Open, FileAccess.Read, shared, bufferSize: 0));
    }

    private ProduceOptions Read(ParseResult parsed)
    {
        var partition = parsed.GetValue(_partition);
        if (partition < 0)
        {
            throw new StartupException("--partition takes a number from 0 on", 2);
        }

        var headers = (parsed.GetValue(_headers) ?? []).Select(text => NamedValue.Parse(_headers.Name, text));
        return new ProduceOptions
        {
            Topic = parsed.GetValue(_topic)!,
            Partition = partition,
            KeyDelimiter = TextEscapes.Expand(parsed.GetValue(_keyDelimiter) ?? ""),
            Headers =
            [
                .. headers.Select(static header => new RecordHeader(
                    Encoding.UTF8.GetBytes(header.Name), Encoding.UTF8.GetBytes(header.Value))),
            ],
            HasTombstones = parsed.GetValue(_tombstones),
        };
    }

    /// <summary>Looked for before anything is sent: a mistyped name must not leave half of the work done.</summary>
    private string[] ReadInputs(ParseResult parsed)
    {
        var files = parsed.GetValue(_files) is { Length: > 0 } named ? named : [StandardInput];
        return Array.Find(files, static file => file != StandardInput && !File.Exists(file)) is { } missing
            ? throw new StartupException($"there is no file {missing}")
            : files;
    }
}
