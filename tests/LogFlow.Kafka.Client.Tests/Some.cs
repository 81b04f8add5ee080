using System.Text;
using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Kafka.Client.Tests;

/// <summary>Builders for what tests need.</summary>
internal static class Some
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    public static KafkaClient Client(string address, Func<KafkaClientOptions, KafkaClientOptions>? change = null)
    {
        var options = new KafkaClientOptions
        {
            BootstrapServers = [address],
            ReconnectBackoff = TimeSpan.FromMilliseconds(10),
            ReconnectBackoffMax = TimeSpan.FromMilliseconds(200),
            RetryBackoff = TimeSpan.FromMilliseconds(10),
            RetryBackoffMax = TimeSpan.FromMilliseconds(200),
        };
        return new KafkaClient(change is null ? options : change(options), NullLoggerFactory.Instance);
    }

    public static CancellationToken Deadline(int seconds = 120) =>
        new CancellationTokenSource(TimeSpan.FromSeconds(seconds)).Token;

    /// <summary>
    /// An encoded batch of text records, with the time of now: Kafka forgets, when it restarts, producers whose last
    /// record's timestamp is older than a day, and would take a repeated batch for a new one.
    /// </summary>
    public static byte[] RecordBatch(ProducerIdentity producer, int baseSequence, params string[] values)
    {
        using var builder = new RecordBatchBuilder();
        foreach (var value in values)
        {
            builder.Append(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Encoding.UTF8.GetBytes(value));
        }

        using var built = builder.Build(
            CompressionType.None, producer.ProducerId, producer.Epoch, baseSequence);
        return built.Memory.ToArray();
    }

    public static string Text(ReadOnlyMemory<byte>? bytes) => Encoding.UTF8.GetString(bytes!.Value.Span);
}
